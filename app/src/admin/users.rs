//! `/admin/users`

use contract::admin::UserStatus;
use leptos::prelude::*;

use super::{
    chosen::{Chosen, Pick},
    filters::{Choose, Day, Filters, NothingFound, counted},
    layout::ConsoleHead,
    users_api::{LoadUsers, SuspendUsers, UserLine, UsersView},
    wanted::{Wanted, shown, wanted},
};
use crate::{
    members::table::Pager,
    ui::{
        avatar::Avatar,
        form::Submit,
        icon::Icon,
        moment::{When, WhenOr},
        send::path_of,
    },
};

const CHOICES: &[&str] = &["search", "status", "staff", "second", "from", "to"];

#[component]
pub fn ConsoleUsersPage() -> impl IntoView {
    let wanted = wanted(|path| path == "/admin/users", CHOICES);
    shown::<LoadUsers, UsersView>(wanted, Wanted::query, |view, wanted| {
        view! { <Page view wanted/> }.into_any()
    })
}

#[component]
fn Page(view: UsersView, wanted: Wanted) -> impl IntoView {
    let count = counted(view.found, "person", "people");
    let choices = wanted.clone();
    view! {
        <ConsoleHead title="Users" purpose="Everybody who has an account here."/>
        <Filters wanted=wanted.clone() label="Search users" placeholder="Name, username, e-mail or ID" count>
            <Choices wanted=choices/>
        </Filters>
        <Table view wanted/>
    }
    .into_any()
}

#[component]
fn Choices(wanted: Wanted) -> impl IntoView {
    let states = UserStatus::ALL
        .into_iter()
        .map(|status| (status.as_str(), status.label()));
    let states = std::iter::once(("", "Any state")).chain(states).collect();
    let staff = vec![("", "Staff or not"), ("yes", "Staff"), ("no", "Not staff")];
    let second = vec![
        ("", "With or without a second step"),
        ("yes", "With a second step"),
        ("no", "Without a second step"),
    ];
    view! {
        <Choose wanted=wanted.clone() name="status" label="State" options=states/>
        <Choose wanted=wanted.clone() name="staff" label="Staff" options=staff/>
        <Choose wanted=wanted.clone() name="second" label="Second step" options=second/>
        <Day wanted=wanted.clone() name="from" label="Joined from"/>
        <Day wanted name="to" label="Joined to"/>
    }
    .into_any()
}

#[component]
fn Table(view: UsersView, wanted: Wanted) -> impl IntoView {
    let page = view.page;
    if page.items.is_empty() {
        return view! { <NothingFound wanted icon=Icon::Users none="No accounts yet"/> }.into_any();
    }
    let (previous, next) = wanted.ways(&page);
    let rows = page
        .items
        .into_iter()
        .map(|(_, line)| view! { <User line/> })
        .collect_view();
    let buttons = || view! { <Submit class="btn danger">"Suspend selected"</Submit> };
    view! {
        <Chosen to={path_of::<SuspendUsers>()} id="suspend-users" title="Suspend selected" back=wanted.here() buttons
            purpose="Their sessions end at once, and they cannot sign in until they are restored. Nothing is deleted.">
            <div class="table-wrap">
                <table class="table">
                    <caption class="vh">"Users"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"User"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Organizations"</th>
                            <th scope="col">"Second step"</th>
                            <th scope="col">"Joined"</th>
                            <th scope="col">"Last seen"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Pager previous next/>
        </Chosen>
    }
    .into_any()
}

/// A dot and a word.
#[component]
pub fn UserBadge(status: UserStatus) -> impl IntoView {
    let class = match status {
        UserStatus::Active => "badge ok",
        UserStatus::Unverified => "badge warn",
        UserStatus::Suspended | UserStatus::Deleted => "badge danger",
    };
    view! { <span class=class>{status.label()}</span> }
}

#[component]
fn User(line: UserLine) -> impl IntoView {
    let UserLine {
        row,
        created,
        last_seen,
    } = line;
    let name = row.display_name().to_owned();
    let label = format!("Select {name}");
    let href = format!("/admin/users/{}", row.id);
    let (class, second) = if row.has_second_factor {
        ("badge ok", "Yes")
    } else {
        ("badge", "No")
    };
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <Pick name="users[]" value=row.id.to_string() label is_off=row.is_staff/>
                    <Avatar name=name.clone() avatar=row.avatar/>
                    <span class="person-text">
                        <span class="person-name">
                            <a href=href>{name}</a>
                            {row.is_staff.then(|| view! { <span class="badge plain">"Staff"</span> })}
                        </span>
                        <span class="choice-text truncate">{row.email}</span>
                    </span>
                </span>
            </th>
            <td class="status"><UserBadge status=row.status/></td>
            <td data-label="Organizations">{row.organizations}</td>
            <td data-label="Second step"><span class=class>{second}</span></td>
            <td data-label="Joined"><When moment=created/></td>
            <td data-label="Last seen"><WhenOr moment=last_seen none="Never"/></td>
        </tr>
    }
    .into_any()
}
