//! What belongs to one person: sessions, organizations, keys, and what the log says.

use contract::page::Page;
use leptos::prelude::*;

use super::{
    chosen::{Chosen, Pick},
    key_table::KeyTable,
    log::LogList,
    user_acts_api::EndSessions,
    users_api::{MembershipLine, UserTab, UserView},
    wanted::Wanted,
};
use crate::{
    accounts::views::SessionRow,
    members::table::Pager,
    ui::{
        form::Submit,
        icon::{Draw, Icon},
        moment::{When, WhenOr},
        send::path_of,
    },
};

/// A tab: what its address says, its name, and how many there are where that is known.
pub type Tab = (&'static str, &'static str, Option<u64>);

/// The way to each tab.
#[component]
pub fn Tabs(
    path: String,
    current: &'static str,
    label: &'static str,
    tabs: Vec<Tab>,
) -> impl IntoView {
    let links = tabs
        .into_iter()
        .map(|(tab, name, count)| {
            let here = (tab == current).then_some("page");
            let count = count.map(|count| view! { <span class="badge plain">{count}</span> });
            view! { <a href=format!("{path}?tab={tab}") class="tab" aria-current=here>{name}{count}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label>{links}</nav> }.into_any()
}

/// The items of a page, without their cursors.
pub fn items<T>(page: Page<T>) -> Vec<T> {
    page.items.into_iter().map(|(_, item)| item).collect()
}

/// Nothing is in this tab.
#[component]
pub fn NothingHere(icon: Icon, text: &'static str) -> impl IntoView {
    view! { <div class="card empty"><Draw icon/><h2>{text}</h2></div> }.into_any()
}

#[component]
pub fn UserTabs(view: UserView, wanted: Wanted) -> impl IntoView {
    let UserView { detail, tab, .. } = view;
    let current = match tab {
        UserTab::Sessions(_) => "sessions",
        UserTab::Organizations(_) => "organizations",
        UserTab::Keys(_) => "keys",
        UserTab::Log(_) => "log",
    };
    let tabs = vec![
        ("sessions", "Sessions", Some(detail.sessions)),
        (
            "organizations",
            "Organizations",
            Some(detail.row.organizations),
        ),
        ("keys", "Keys", Some(detail.keys)),
        ("log", "Log", None),
    ];
    let (previous, next) = match &tab {
        UserTab::Sessions(page) => wanted.ways(page),
        UserTab::Organizations(page) => wanted.ways(page),
        UserTab::Keys(page) => wanted.ways(page),
        UserTab::Log(page) => wanted.ways(page),
    };
    let user = detail.row.id.to_string();
    let shown = match tab {
        UserTab::Sessions(page) => view! { <Sessions rows=items(page) user/> }.into_any(),
        UserTab::Organizations(page) => view! { <Memberships lines=items(page)/> }.into_any(),
        UserTab::Keys(page) if page.items.is_empty() => {
            view! { <NothingHere icon=Icon::Key text="This person has not created any keys"/> }
                .into_any()
        }
        UserTab::Keys(page) => view! { <KeyTable lines=items(page)/> }.into_any(),
        UserTab::Log(page) => {
            let href = format!("/admin/audit?actor={user}");
            view! {
                <p><a href=href>"What this person did"</a></p>
                <LogList lines=items(page)/>
            }
            .into_any()
        }
    };
    view! {
        <div class="console-main">
            <Tabs path=wanted.path current label="What belongs to the person" tabs/>
            {shown}
            <Pager previous next/>
        </div>
    }
    .into_any()
}

#[component]
fn Sessions(rows: Vec<SessionRow>, user: String) -> impl IntoView {
    if rows.is_empty() {
        return view! { <NothingHere icon=Icon::Monitor text="This person is not signed in anywhere"/> }
            .into_any();
    }
    let rows = rows
        .into_iter()
        .map(|row| view! { <Session row/> })
        .collect_view();
    let buttons = || view! { <Submit class="btn danger">"End selected"</Submit> };
    view! {
        <Chosen to={path_of::<EndSessions>()} id="end-sessions" title="End selected" back=String::new() buttons
            purpose="Whoever uses them is signed out at once. They can sign in again.">
            <input type="hidden" name="user" value=user/>
            <ul class="card rows console-rows">{rows}</ul>
        </Chosen>
    }
    .into_any()
}

#[component]
fn Session(row: SessionRow) -> impl IntoView {
    let SessionRow {
        session,
        signed_in,
        last_active,
    } = row;
    let label = format!(
        "Select the session of {}, signed in {}",
        session.device, signed_in.text
    );
    let by = session.impersonator.clone();
    let how = match &by {
        Some(operator) => format!(" by {operator}"),
        None => format!(
            " with {}{}",
            session.method.label(),
            session.second_step.label()
        ),
    };
    let place = (!session.ip.is_empty()).then(|| format!("{} · ", session.ip));
    let kind = session.is_program.then_some(" (program)");
    let is_current = session.is_current;
    view! {
        <li>
            <div class="person row-text">
                <Pick name="sessions[]" value=session.id.to_string() label is_off=is_current/>
                <div>
                    <p><strong class="break">{session.device}</strong>{kind}</p>
                    <p class="muted">{place}"signed in "<When moment=signed_in/>{how}</p>
                    <p class="muted">"last active "<When moment=last_active/></p>
                </div>
            </div>
            {by.is_some().then(|| view! { <span class="badge warn">"Operator"</span> })}
            {is_current.then(|| view! { <span class="badge ok">"This device"</span> })}
        </li>
    }
    .into_any()
}

#[component]
fn Memberships(lines: Vec<MembershipLine>) -> impl IntoView {
    if lines.is_empty() {
        return view! { <NothingHere icon=Icon::Building text="This person is in no organization"/> }
            .into_any();
    }
    let rows = lines
        .into_iter()
        .map(|line| {
            let href = format!("/admin/organizations/{}", line.organization.id);
            let role = if line.is_primary_owner {
                "Primary owner"
            } else {
                line.role.label()
            };
            view! {
                <tr>
                    <th scope="row">
                        <a href=href><span class="cell-name break">{line.organization.name}</span></a>
                        <span class="cell-below mono">{line.organization.slug}</span>
                    </th>
                    <td class="status">{role}</td>
                    <td data-label="Joined"><When moment=line.joined/></td>
                    <td data-label="Last active"><WhenOr moment=line.last_active none="Not yet"/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"Organizations"</caption>
                <thead><tr><th scope="col">"Organization"</th><th scope="col">"Role"</th><th scope="col">"Joined"</th><th scope="col">"Last active"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
