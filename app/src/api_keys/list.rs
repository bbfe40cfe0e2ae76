//! `/o/{slug}/keys`

use contract::{
    Permission,
    api_keys::{ApiKey, KeyStatus},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::LoadKeys,
    views::{KeysView, Row, Wanted},
};
use crate::{
    members::table::Pager,
    organizations::place::{PlaceHead, slug_of_page},
    ui::{
        banner::{Banner, Tone},
        icon::{Draw, Icon},
        loading::{Loaded, load, showing},
        moment::When,
        search::SearchForm,
    },
    usage::chart::Sparkline,
    visit::Visit,
};

#[component]
pub fn KeysPage() -> impl IntoView {
    let slug = slug_of_page(|page, _| page == "keys");
    let query = use_query_map();
    let wanted = Memo::new(move |_| {
        query.with(|query| {
            let part = |name: &str| query.get(name).unwrap_or_default();
            Wanted {
                slug: slug.get(),
                search: part("search"),
                status: part("status"),
                after: part("after"),
                before: part("before"),
            }
        })
    });
    let data = load::<LoadKeys>(move || wanted.with(Wanted::query));
    view! {
        <Loaded data show=showing(move |view: KeysView| {
            let wanted = wanted.get_untracked();
            view! { <Page view wanted/> }.into_any()
        })/>
    }
}

#[component]
fn Page(view: KeysView, wanted: Wanted) -> impl IntoView {
    let notice = Visit::current().notice("keys");
    let may_create = view.place.may(Permission::CreateKeys);
    let new = view.place.path("keys/new");
    let is_first = view.found == 0 && !wanted.is_filtered();
    view! {
        <PlaceHead place=view.place.clone() title="API keys" purpose="For programs that use the product on behalf of this organization.">
            {may_create.then(|| view! { <a href=new.clone() class="btn primary"><Draw icon=Icon::Plus/>"Create key"</a> })}
        </PlaceHead>
        {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
        {if is_first {
            view! { <NoKeys may_create new=view.place.path("keys/new")/> }.into_any()
        } else {
            view! { <Filters wanted=wanted.clone() found=view.found/><Table view wanted/> }.into_any()
        }}
    }
    .into_any()
}

#[component]
fn NoKeys(may_create: bool, new: String) -> impl IntoView {
    let origin = Visit::current().origin;
    let sample = format!(
        "curl {origin}/graphql \\\n  -H 'Authorization: Bearer lk_org_…' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"query\": \"{{ viewer {{ __typename }} }}\"}}'"
    );
    view! {
        <div class="card empty">
            <Draw icon=Icon::Key/>
            <h2>"No keys yet"</h2>
            <p>"A key lets a program in, with the scopes and limits that you choose. This is how to use one:"</p>
            <pre class="code-block" tabindex="0"><code>{sample}</code></pre>
            {if may_create {
                view! { <div class="actions"><a href=new class="btn primary">"Create key"</a></div> }.into_any()
            } else {
                view! { <p>"Admins and owners can create one."</p> }.into_any()
            }}
        </div>
    }
    .into_any()
}

/// Search and status.
#[component]
fn Filters(wanted: Wanted, found: u64) -> impl IntoView {
    let path = format!("/o/{}/keys", wanted.slug);
    let is_filtered = wanted.is_filtered();
    let status = wanted.status.clone();
    let options = KeyStatus::ALL
        .into_iter()
        .map(|one| {
            let selected = status == one.as_str();
            view! { <option value=one.as_str() selected=selected>{one.label()}</option> }
        })
        .collect_view();
    let is_all = wanted.status == "all";
    let count = if found == 1 {
        "1 key".to_owned()
    } else {
        format!("{found} keys")
    };
    view! {
        <SearchForm path=path.clone() label="Search keys">
            <label class="vh" for="search">"Name, first characters or creator"</label>
            <input class="input" type="search" id="search" name="search" placeholder="Name, first characters or creator" value=wanted.search.clone() maxlength="80"/>
            <label class="vh" for="status">"Status"</label>
            <span class="select">
                <select class="input" id="status" name="status">
                    <option value="">"Not revoked"</option>
                    {options}
                    <option value="all" selected=is_all>"All"</option>
                </select>
                <Draw icon=Icon::ChevronDown/>
            </span>
            <button class="btn" type="submit">"Search"</button>
            {is_filtered.then(|| view! { <a class="btn quiet" href=path>"Clear"</a> })}
            <p class="filters-count" role="status">{count}</p>
        </SearchForm>
    }
    .into_any()
}

#[component]
fn Table(view: KeysView, wanted: Wanted) -> impl IntoView {
    let KeysView { place, page, .. } = view;
    if page.items.is_empty() {
        return view! {
            <div class="card empty">
                <Draw icon=Icon::Key/>
                <h2>"No matches"</h2>
                <p>"Nothing matches your search and filters."</p>
                <div class="actions"><a href=format!("/o/{}/keys", wanted.slug) class="btn">"Clear filters"</a></div>
            </div>
        }
        .into_any();
    }
    let previous = page.previous().map(|cursor| wanted.page("before", cursor));
    let next = page.next().map(|cursor| wanted.page("after", cursor));
    let rows = page
        .items
        .into_iter()
        .map(|(_, row)| {
            let href = place.path(&format!("keys/{}", row.key.id));
            view! { <KeyRow row href/> }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"API keys"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Key"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Scopes"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col">"Requests, 24 h"</th>
                        <th scope="col">"Expires"</th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager previous next/>
    }
    .into_any()
}

/// A dot and a word.
#[component]
pub fn StatusBadge(status: KeyStatus) -> impl IntoView {
    let class = match status {
        KeyStatus::Active => "badge ok",
        KeyStatus::Expiring => "badge warn",
        KeyStatus::Paused => "badge info",
        KeyStatus::Expired | KeyStatus::Revoked => "badge danger",
    };
    view! { <span class=class>{status.label()}</span> }
}

/// The key as it is shown after its secret was: both ends.
pub fn ends(key: &ApiKey) -> String {
    format!("{}…{}", key.start, key.last4)
}

#[component]
fn KeyRow(row: Row, href: String) -> impl IntoView {
    let key = row.key;
    let scopes = match key.scopes.as_slice() {
        [] => "None".to_owned(),
        [one] => one.to_string(),
        [one, rest @ ..] => format!("{one} +{}", rest.len()),
    };
    let all = key
        .scopes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let hint = row.hints.first().map(|hint| hint.sentence());
    view! {
        <tr>
            <th scope="row">
                <a href=href><span class="cell-name">{key.name.clone()}</span></a>
                <span class="cell-below mono">{ends(&key)}</span>
            </th>
            <td class="status"><StatusBadge status=key.status/></td>
            <td data-label="Scopes"><span title=all>{scopes}</span></td>
            <td data-label="Last used">
                <span>
                    {match row.last_used {
                        Some(moment) => view! { <When moment/> }.into_any(),
                        None => "Never used".into_any(),
                    }}
                    {hint.map(|text| view! { <span class="cell-below warn">{text}</span> })}
                </span>
            </td>
            <td data-label="Requests, 24 h"><Sparkline line=row.line/></td>
            <td data-label="Expires">
                {match row.expires {
                    Some(moment) => view! { <When moment/> }.into_any(),
                    None => "Never".into_any(),
                }}
            </td>
            <td data-label="Created">
                <span><When moment=row.created/><span class="cell-below">{key.created_by}</span></span>
            </td>
        </tr>
    }
    .into_any()
}
