//! The table of members.

use contract::{Permission, Role};
use leptos::{ev::SubmitEvent, prelude::*};

use super::api::{ChangeRole, MembersView, Row, Wanted};
use crate::{
    organizations::views::Place,
    ui::{
        avatar::Avatar,
        icon::{Draw, Icon},
        moment::When,
        rows::Rows,
        send::path_of,
    },
};

#[component]
pub fn MembersTable(view: MembersView, wanted: Wanted, rows: Rows) -> impl IntoView {
    let MembersView { place, page, .. } = view;
    if page.items.is_empty() {
        return view! { <Nobody wanted/> }.into_any();
    }
    let sees_details = place.role.may(Permission::ReadMemberDetails);
    let previous = page.previous().map(|cursor| wanted.page("before", cursor));
    let next = page.next().map(|cursor| wanted.page("after", cursor));
    let items = page
        .items
        .into_iter()
        .map(|(_, row)| view! { <MemberRow row place=place.clone() sees_details rows/> })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"Members"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Joined"</th>
                        {sees_details.then(|| view! { <th scope="col">"Last active"</th><th scope="col">"Second step"</th> })}
                        <th scope="col"><span class="vh">"Manage"</span></th>
                    </tr>
                </thead>
                <tbody>{items}</tbody>
            </table>
        </div>
        <Pager previous next/>
    }
    .into_any()
}

/// The way to the pages before and after this one.
#[component]
pub fn Pager(previous: Option<String>, next: Option<String>) -> impl IntoView {
    (previous.is_some() || next.is_some()).then(|| {
        let link = |href: Option<String>, text: &'static str, rel: &'static str| match href {
            Some(href) => view! { <a href=href class="btn" rel=rel>{text}</a> }.into_any(),
            None => view! { <span class="btn" aria-disabled="true">{text}</span> }.into_any(),
        };
        view! {
            <nav class="pager" aria-label="Pages">
                {link(previous, "Previous", "prev")}
                {link(next, "Next", "next")}
            </nav>
        }
    })
}

#[component]
fn Nobody(wanted: Wanted) -> impl IntoView {
    view! {
        <div class="card empty">
            <Draw icon=Icon::Users/>
            <h2>"No matches"</h2>
            <p>"Nothing matches your search and filters."</p>
            <div class="actions"><a href=format!("/o/{}/members", wanted.slug) class="btn">"Clear filters"</a></div>
        </div>
    }
}

#[component]
fn MemberRow(row: Row, place: Place, sees_details: bool, rows: Rows) -> impl IntoView {
    let member = row.member.clone();
    let href = place.path(&format!("members/{}", member.id));
    let name = member.person.display_name().to_owned();
    let below = member
        .person
        .email
        .clone()
        .unwrap_or_else(|| format!("@{}", member.person.username));
    let manage = format!("Manage {name}");
    let role = if row.why_not.is_none() && place.may(Permission::ChangeRoles) {
        view! { <RoleForm row=row.clone() place rows/> }.into_any()
    } else {
        // One who may change roles is told why this one stays; to others nothing can be changed anyway.
        let why_not = row
            .why_not
            .clone()
            .filter(|_| place.may(Permission::ChangeRoles))
            .map(|text| view! { <span class="choice-text">{text}</span> });
        view! { <span class="role-fixed"><span>{member.role.label()}</span>{why_not}</span> }
            .into_any()
    };
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <Avatar name=name.clone() avatar=member.person.avatar/>
                    <span class="person-text">
                        <span class="person-name">
                            <a href=href.clone()>{name}</a>
                            {row.is_self.then(|| view! { <span class="badge plain">"You"</span> })}
                            {member.is_primary_owner.then(|| view! { <span class="badge plain">"Primary owner"</span> })}
                            {(!member.is_active).then(|| view! { <span class="badge warn">"Suspended"</span> })}
                        </span>
                        <span class="choice-text truncate">{below}</span>
                    </span>
                </span>
            </th>
            <td data-label="Role">{role}</td>
            <td data-label="Joined"><When moment=row.joined/></td>
            {sees_details.then(|| {
                let active = row.last_active.map(|moment| view! { <When moment/> });
                view! {
                    <td data-label="Last active">{active.map_or_else(|| "Not yet".into_any(), IntoAny::into_any)}</td>
                    <td data-label="Second step"><SecondStep has=member.has_second_factor.unwrap_or_default()/></td>
                }
            })}
            <td class="act"><a href=href class="btn quiet icon-only" aria-label=manage><Draw icon=Icon::ChevronRight/></a></td>
        </tr>
    }
}

#[component]
fn SecondStep(has: bool) -> impl IntoView {
    let (class, text) = if has {
        ("badge ok", "Yes")
    } else {
        ("badge", "No")
    };
    view! { <span class=class>{text}</span> }
}

/// The role as a list. The button shows itself once another role is chosen; without a script it is always there.
#[component]
fn RoleForm(row: Row, place: Place, rows: Rows) -> impl IntoView {
    let id = row.member.id.to_string();
    let label = format!("Role of {}", row.member.person.display_name());
    let current = row.member.role;
    let chosen = RwSignal::new(current.as_str().to_owned());
    let is_changed = move || chosen.with(|chosen| chosen != current.as_str());
    let is_self = row.is_self;
    let warning = move || {
        let role = chosen.with(|chosen| Role::parse(chosen).unwrap_or_default());
        if is_self && role < current {
            Some("You cannot undo this yourself.")
        } else if role == Role::Owner && current != Role::Owner {
            Some("Owners can do everything, including removing you.")
        } else {
            None
        }
    };
    let options = place
        .role
        .up_to()
        .rev()
        .map(|role| view! { <option value=role.as_str() selected=role == current>{role.label()}</option> })
        .collect_view();
    let to = path_of::<ChangeRole>();
    view! {
        <form class="role-form" class:changed=is_changed method="post" action=to on:submit=move |event: SubmitEvent| rows.send(to, &event)>
            <input type="hidden" name="organization" value=place.organization.slug/>
            <input type="hidden" name="member" value=id/>
            <span class="select">
                <select class="input" name="role" aria-label=label on:change=move |event| chosen.set(event_target_value(&event))>{options}</select>
                <Draw icon=Icon::ChevronDown/>
            </span>
            <button class="btn role-save" type="submit">"Save"</button>
            <span class="role-warning" role="status">{warning}</span>
        </form>
    }
    .into_any()
}
