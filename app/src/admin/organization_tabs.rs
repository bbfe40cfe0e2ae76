//! What belongs to one organization: members, keys, usage, and what the log says.

use leptos::prelude::*;

use super::{
    key_table::KeyTable,
    log::LogList,
    organizations_api::{MemberLine, OrganizationTab, OrganizationView, RANGE},
    user_tabs::{NothingHere, Tabs, items},
    wanted::Wanted,
};
use crate::{
    members::table::Pager,
    ui::{
        avatar::Avatar,
        icon::Icon,
        moment::{When, WhenOr},
    },
    usage::requests::Requests,
};

#[component]
pub fn OrganizationTabs(view: OrganizationView, wanted: Wanted) -> impl IntoView {
    let OrganizationView { detail, tab, .. } = view;
    let current = match tab {
        OrganizationTab::Members(_) => "members",
        OrganizationTab::Keys(_) => "keys",
        OrganizationTab::Usage(..) => "usage",
        OrganizationTab::Log(_) => "log",
    };
    let (id, members) = (
        detail.row.organization.id,
        detail.row.organization.member_count,
    );
    let tabs = vec![
        ("members", "Members", Some(members)),
        ("keys", "Keys", None),
        ("usage", "Usage", None),
        ("log", "Log", None),
    ];
    let (previous, next) = match &tab {
        OrganizationTab::Members(page) => wanted.ways(page),
        OrganizationTab::Keys(page) => wanted.ways(page),
        OrganizationTab::Usage(..) => (None, None),
        OrganizationTab::Log(page) => wanted.ways(page),
    };
    let shown = match tab {
        OrganizationTab::Members(page) => view! { <Members lines=items(page)/> }.into_any(),
        OrganizationTab::Keys(page) if page.items.is_empty() => {
            view! { <NothingHere icon=Icon::Key text="This organization has no keys"/> }.into_any()
        }
        OrganizationTab::Keys(page) => {
            view! { <KeyTable lines=items(page) is_of_one=true/> }.into_any()
        }
        OrganizationTab::Usage(series, labels) => {
            view! { <Requests series labels last=RANGE.label()/> }.into_any()
        }
        OrganizationTab::Log(page) => {
            let href = format!("/admin/audit?organization={id}");
            view! {
                <p><a href=href>"Search this log"</a></p>
                <LogList lines=items(page)/>
            }
            .into_any()
        }
    };
    view! {
        <div class="console-main">
            <Tabs path=wanted.path current label="What belongs to the organization" tabs/>
            {shown}
            <Pager previous next/>
        </div>
    }
    .into_any()
}

#[component]
fn Members(lines: Vec<MemberLine>) -> impl IntoView {
    let rows = lines
        .into_iter()
        .map(|line| view! { <Member line/> })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"Members"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Second step"</th>
                        <th scope="col">"Joined"</th>
                        <th scope="col">"Last active"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Member(line: MemberLine) -> impl IntoView {
    let MemberLine {
        member,
        joined,
        last_active,
    } = line;
    let name = member.person.display_name().to_owned();
    let href = format!("/admin/users/{}", member.person.id);
    let below = member
        .person
        .email
        .unwrap_or_else(|| format!("@{}", member.person.username));
    let role = if member.is_primary_owner {
        "Primary owner"
    } else {
        member.role.label()
    };
    let second = match member.has_second_factor {
        Some(true) => "Yes",
        Some(false) => "No",
        None => "Unknown",
    };
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <Avatar name=name.clone() avatar=member.person.avatar/>
                    <span class="person-text">
                        <span class="person-name">
                            <a href=href>{name}</a>
                            {(!member.is_active).then(|| view! { <span class="badge warn">"Suspended"</span> })}
                        </span>
                        <span class="choice-text truncate">{below}</span>
                    </span>
                </span>
            </th>
            <td class="status">{role}</td>
            <td data-label="Second step">{second}</td>
            <td data-label="Joined"><When moment=joined/></td>
            <td data-label="Last active"><WhenOr moment=last_active none="Not yet"/></td>
        </tr>
    }
    .into_any()
}
