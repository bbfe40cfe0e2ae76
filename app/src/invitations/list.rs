//! `/o/{slug}/members?tab=invitations`

use contract::invitations::InvitationStatus;
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_query_map;

use super::api::{
    CopyInvitationLink, InvitationsView, LoadInvitations, ResendInvitation, RevokeInvitation, Row,
};
use crate::{
    members::{
        list::{MembersHead, Tabs},
        table::Pager,
    },
    organizations::{place::slug_of_page, views::Place},
    ui::{
        icon::{Draw, Icon},
        loading::{Loaded, arguments, load, showing},
        moment::When,
        rows::{Rows, RowsNotice},
        send::path_of,
    },
};

#[component]
pub fn InvitationsTab() -> impl IntoView {
    let (slug, query) = (
        slug_of_page(|page, tab| page == "members" && tab == "invitations"),
        use_query_map(),
    );
    let part = move |name: &'static str| query.with(|query| query.get(name).unwrap_or_default());
    let data = load::<LoadInvitations>(move || {
        arguments(&[
            ("slug", &slug.get()),
            ("after", &part("after")),
            ("before", &part("before")),
        ])
    });
    let rows = Rows::new(move || data.refetch());
    view! {
        <Loaded data show=showing(move |view: InvitationsView| view! {
            <MembersHead place=view.place.clone() data/>
            <Tabs place=view.place.clone() members=view.place.organization.member_count open=Some(view.open) is_invitations=true/>
            <RowsNotice rows id="invitations"/>
            <InvitationsTable view rows/>
        }.into_any())/>
    }
}

#[component]
fn InvitationsTable(view: InvitationsView, rows: Rows) -> impl IntoView {
    let InvitationsView { place, page, .. } = view;
    let invite = place.path("members/invite");
    if page.items.is_empty() {
        return view! {
            <div class="card empty">
                <Draw icon=Icon::Inbox/>
                <h2>"Nobody is invited at the moment"</h2>
                <p>"Invitations that wait for an answer appear here, and so do those that were declined, revoked or have expired."</p>
                <div class="actions"><a href=invite class="btn">"Invite members"</a></div>
            </div>
        }
        .into_any();
    }
    let list = place.path("members?tab=invitations");
    let to =
        |place: &str, cursor: Option<&str>| cursor.map(|cursor| format!("{list}&{place}={cursor}"));
    let (previous, next) = (to("before", page.previous()), to("after", page.next()));
    let items = page
        .items
        .into_iter()
        .map(|(_, row)| view! { <InvitationRow row place=place.clone() rows/> })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"Invitations"</caption>
                <thead>
                    <tr>
                        <th scope="col">"E-mail"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Invited by"</th>
                        <th scope="col">"Sent"</th>
                        <th scope="col">"Expires"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col"><span class="vh">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{items}</tbody>
            </table>
        </div>
        <Pager previous next/>
    }
    .into_any()
}

const fn badge(status: InvitationStatus) -> &'static str {
    match status {
        InvitationStatus::Pending => "badge info",
        InvitationStatus::Expired => "badge warn",
        InvitationStatus::Accepted => "badge ok",
        InvitationStatus::Declined | InvitationStatus::Revoked => "badge",
    }
}

#[component]
fn InvitationRow(row: Row, place: Place, rows: Rows) -> impl IntoView {
    let invitation = row.invitation;
    let status = invitation.status;
    let is_open = matches!(
        status,
        InvitationStatus::Pending | InvitationStatus::Expired
    ) && place.purges.is_none();
    let menu = format!("menu-{}", invitation.id);
    let label = format!("Actions for {}", invitation.email);
    let actions = is_open.then(|| {
        let id = invitation.id.to_string();
        let slug = place.organization.slug.clone();
        let act = move |to: &'static str, icon: Icon, text: &'static str, class: &'static str| {
            let (id, slug) = (id.clone(), slug.clone());
            view! {
                <form method="post" action=to on:submit=move |event: SubmitEvent| rows.send(to, &event)>
                    <input type="hidden" name="organization" value=slug/>
                    <input type="hidden" name="invitation" value=id/>
                    <button class=class type="submit"><Draw icon/>{text}</button>
                </form>
            }
        };
        view! {
            <button class="btn quiet icon-only" type="button" popovertarget=menu.clone() aria-label=label><Draw icon=Icon::More/></button>
            <div class="menu" id=menu popover="auto">
                {act(path_of::<ResendInvitation>(), Icon::Inbox, "Send again", "menu-item")}
                {(status == InvitationStatus::Pending).then(|| act(path_of::<CopyInvitationLink>(), Icon::Copy, "Copy link", "menu-item"))}
                {act(path_of::<RevokeInvitation>(), Icon::X, "Revoke", "menu-item danger")}
            </div>
        }
    });
    view! {
        <tr>
            <th scope="row"><span class="break cell-name">{invitation.email}</span></th>
            <td data-label="Role">{invitation.role.label()}</td>
            <td data-label="Invited by"><span class="break cell-name">{invitation.invited_by}</span></td>
            <td data-label="Sent"><When moment=row.sent/></td>
            <td data-label="Expires">{is_open.then(|| view! { <When moment=row.expires/> })}</td>
            <td class="status"><span class=badge(status)>{status.label()}</span></td>
            <td class="act">{actions}</td>
        </tr>
    }
    .into_any()
}
