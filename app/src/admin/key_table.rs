//! Keys in a table: of everybody, of one organization, or made by one person.

use contract::api_keys::KeyStatus;
use leptos::prelude::*;

use super::{chosen::Pick, keys_api::KeyLine};
use crate::{
    api_keys::list::{StatusBadge, ends},
    ui::moment::{When, WhenOr},
};

#[component]
pub fn KeyTable(
    lines: Vec<KeyLine>,
    /// Whether rows can be ticked.
    #[prop(optional)]
    has_picks: bool,
    /// Whether all are of the organization whose page it is.
    #[prop(optional)]
    is_of_one: bool,
) -> impl IntoView {
    let rows = lines
        .into_iter()
        .map(|line| view! { <Key line has_picks is_of_one/> })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"API keys"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Key"</th>
                        <th scope="col">"Status"</th>
                        {(!is_of_one).then(|| view! { <th scope="col">"Organization"</th> })}
                        <th scope="col">"Last used"</th>
                        <th scope="col">"Expires"</th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Key(line: KeyLine, has_picks: bool, is_of_one: bool) -> impl IntoView {
    let KeyLine {
        key,
        organization,
        created,
        last_used,
        expires,
        revoked,
    } = line;
    let (id, both) = (key.id.to_string(), ends(&key));
    let label = format!("Select {} ({both})", key.name);
    let pick = has_picks.then(|| {
        let is_off = key.status == KeyStatus::Revoked;
        view! { <Pick name="keys[]" value=id.clone() label is_off/> }
    });
    // On the list of all keys the name finds the key alone, where it can be revoked.
    let found = format!("/admin/keys?status=all&search={id}");
    let place = (!is_of_one).then(|| {
        let href = format!("/admin/organizations/{}", organization.id);
        view! { <td data-label="Organization"><a href=href class="cell-name break">{organization.name}</a></td> }
    });
    let ended = revoked.map(|moment| {
        let why = (!key.revoke_reason.is_empty()).then(|| format!(": {}", key.revoke_reason));
        view! { <span class="cell-below">"Revoked "<When moment/>{why}</span> }
    });
    let from = key
        .last_used_ip
        .map(|ip| view! { <span class="cell-below">{ip}</span> });
    let maker = (!key.created_by.is_empty())
        .then(|| view! { <span class="cell-below">{format!("by {}", key.created_by)}</span> });
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    {pick}
                    <span>
                        <a href=found><span class="cell-name break">{key.name}</span></a>
                        <span class="cell-below mono">{both}</span>
                        {ended}
                    </span>
                </span>
            </th>
            <td class="status"><StatusBadge status=key.status/></td>
            {place}
            <td data-label="Last used"><span><WhenOr moment=last_used none="Never used"/>{from}</span></td>
            <td data-label="Expires"><WhenOr moment=expires none="Never"/></td>
            <td data-label="Created"><span><When moment=created/>{maker}</span></td>
        </tr>
    }
    .into_any()
}
