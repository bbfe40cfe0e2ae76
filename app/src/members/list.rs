//! `/o/{slug}/members`

use contract::{Permission, Role};
use leptos::{ev::MouseEvent, prelude::*};
use leptos_router::{
    hooks::{use_location, use_query_map},
    location::Location,
};

use super::{
    api::{LoadMembers, MembersView, Wanted},
    table::MembersTable,
};
use crate::{
    invitations::{invite::InviteDialog, list::InvitationsTab},
    organizations::{
        place::{PlaceHead, slug_of_page},
        views::Place,
    },
    ui::{
        icon::{Draw, Icon},
        loading::{Loaded, Loading, load, showing},
        rows::{Rows, RowsNotice},
        search::SearchForm,
    },
};

#[component]
pub fn MembersPage() -> impl IntoView {
    let Location {
        pathname, query, ..
    } = use_location();
    let is_invitations = Memo::new(move |previous: Option<&bool>| {
        let is_here = pathname.with(|path| path.trim_end_matches('/').ends_with("/members"));
        match previous {
            // Another page is on its way.
            Some(previous) if !is_here => *previous,
            _ => query.with(|query| query.get("tab").is_some_and(|tab| tab == "invitations")),
        }
    });
    move || {
        if is_invitations.get() {
            view! { <InvitationsTab/> }.into_any()
        } else {
            view! { <Members/> }.into_any()
        }
    }
}

#[component]
fn Members() -> impl IntoView {
    let slug = slug_of_page(|page, tab| page == "members" && tab != "invitations");
    let query = use_query_map();
    let wanted = Memo::new(move |_| {
        query.with(|query| {
            let part = |name: &str| query.get(name).unwrap_or_default();
            Wanted {
                slug: slug.get(),
                search: part("search"),
                role: part("role"),
                second: part("second"),
                after: part("after"),
                before: part("before"),
            }
        })
    });
    let data = load::<LoadMembers>(move || wanted.with(Wanted::query));
    let rows = Rows::new(move || data.refetch());
    view! {
        <Loaded data show=showing(move |view: MembersView| {
            let wanted = wanted.get_untracked();
            view! {
                <MembersHead place=view.place.clone() data/>
                <Tabs place=view.place.clone() members=view.place.organization.member_count open=view.open_invitations is_invitations=false/>
                <RowsNotice rows id="members"/>
                <Filters wanted=wanted.clone() found=view.found sees_details=view.place.role.may(Permission::ReadMemberDetails)/>
                <MembersTable view wanted rows/>
            }
            .into_any()
        })/>
    }
}

/// The head of both tabs.
#[component]
pub fn MembersHead(place: Place, data: Loading) -> impl IntoView {
    let may_invite = place.may(Permission::InviteMembers);
    let href = place.path("members/invite");
    let slug = place.organization.slug.clone();
    let is_inviting = RwSignal::new(false);
    // A dialog with a script; a page without one, and in another tab.
    let open = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            is_inviting.set(true);
        }
    };
    view! {
        <PlaceHead place title="Members" purpose="Who works together here, and who may do what.">
            {may_invite.then(|| view! { <a href=href class="btn primary" on:click=open><Draw icon=Icon::Plus/>"Invite members"</a> })}
        </PlaceHead>
        {move || is_inviting.get().then(|| view! { <InviteDialog slug=slug.clone() is_open=is_inviting on_sent=move |()| data.refetch()/> })}
    }
}

/// Members and invitations; who may not invite sees members alone.
#[component]
pub fn Tabs(place: Place, members: u64, open: Option<u64>, is_invitations: bool) -> impl IntoView {
    let current = move |is_here: bool| is_here.then_some("page");
    let path = place.path("members");
    view! {
        <nav class="tabs" aria-label="People">
            <a href=path.clone() class="tab" aria-current=current(!is_invitations)>"Members"<span class="badge plain">{members}</span></a>
            {open.map(|open| view! {
                <a href=format!("{path}?tab=invitations") class="tab" aria-current=current(is_invitations)>
                    "Invitations"<span class="badge plain">{open}</span>
                </a>
            })}
        </nav>
    }
}

/// Search, role and second step.
#[component]
fn Filters(wanted: Wanted, found: u64, sees_details: bool) -> impl IntoView {
    let path = format!("/o/{}/members", wanted.slug);
    let is_filtered = wanted.is_filtered();
    let options = Role::ALL
        .iter()
        .rev()
        .map(|role| {
            let selected = wanted.role == role.as_str();
            view! { <option value=role.as_str() selected=selected>{format!("{}s", role.label())}</option> }
        })
        .collect_view();
    let count = if found == 1 {
        "1 person".to_owned()
    } else {
        format!("{found} people")
    };
    view! {
        <SearchForm path=path.clone() label="Members">
            <label class="vh" for="search">"Search members"</label>
            <input class="input" type="search" id="search" name="search" value=wanted.search.clone() placeholder="Name, username or e-mail" maxlength="100"/>
            <label class="vh" for="role">"Role"</label>
            <span class="select">
                <select class="input" id="role" name="role"><option value="">"All roles"</option>{options}</select>
                <Draw icon=Icon::ChevronDown/>
            </span>
            {sees_details.then(|| view! { <SecondStepFilter chosen=wanted.second.clone()/> })}
            <button class="btn" type="submit">"Search"</button>
            {is_filtered.then(|| view! { <a href=path class="btn quiet">"Clear"</a> })}
            <p class="filters-count" role="status">{is_filtered.then_some(count)}</p>
        </SearchForm>
    }
}

#[component]
fn SecondStepFilter(chosen: String) -> impl IntoView {
    let options = [
        ("", "With or without a second step"),
        ("with", "With a second step"),
        ("without", "Without a second step"),
    ]
    .into_iter()
    .map(|(value, label)| {
        let selected = chosen == value;
        view! { <option value=value selected=selected>{label}</option> }
    })
    .collect_view();
    view! {
        <label class="vh" for="second">"Second step"</label>
        <span class="select">
            <select class="input" id="second" name="second">{options}</select>
            <Draw icon=Icon::ChevronDown/>
        </span>
    }
}
