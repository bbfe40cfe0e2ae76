//! Server functions about people.

#![allow(
    clippy::too_many_arguments,
    reason = "server functions take the fields of a form one by one"
)]

use contract::{
    Role,
    admin::{LogRow, OrganizationName, UserDetail, UserRow},
    page::Page,
    time::Moment,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    super::{
        api::{Desk, needs_proof, paged},
        chosen::{Outcomes, page_of, ticked},
        keys_api::key_line,
    },
    crate::ssr::{self, RequestCtx},
    contract::{
        UserId,
        admin::{UserFilter, UserMembership},
        page::PageRequest,
        sessions::OwnSession,
    },
    domain::{
        accounts,
        admin::{self, log::Subject},
        audit::{Entry, Named, Party},
        time,
    },
    serde_json::Value,
};

use super::keys_api::KeyLine;
use crate::{
    accounts::views::SessionRow,
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

/// `/admin/users`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsersView {
    pub page: Page<UserLine>,
    /// How many the search finds.
    pub found: u64,
}

/// A person in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserLine {
    pub row: UserRow,
    pub created: Moment,
    pub last_seen: Option<Moment>,
}

/// `/admin/users/{id}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    pub detail: UserDetail,
    pub created: Moment,
    pub last_seen: Option<Moment>,
    pub updated: Moment,
    pub verified: Option<Moment>,
    pub staff_since: Option<Moment>,
    pub suspended: Option<Moment>,
    pub deleted: Option<Moment>,
    pub erased: Option<Moment>,
    pub password_changed: Option<Moment>,
    /// Whether acts would ask for a proof first.
    pub needs_proof: bool,
    pub tab: UserTab,
}

/// What belongs to a person, a page of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserTab {
    Sessions(Page<SessionRow>),
    Organizations(Page<MembershipLine>),
    Keys(Page<KeyLine>),
    Log(Page<LogLine>),
}

/// What a person is a member of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipLine {
    pub organization: OrganizationName,
    pub role: Role,
    pub is_primary_owner: bool,
    pub joined: Moment,
    pub last_active: Option<Moment>,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub row: LogRow,
    pub at: Moment,
}

#[cfg(feature = "ssr")]
fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// What `/admin/users` shows.
#[server(prefix = "/_fn", endpoint = "console-users")]
pub async fn load_users(
    #[server(default)] search: String,
    #[server(default)] status: String,
    #[server(default)] staff: String,
    #[server(default)] second: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let (ctx, desk) = (&request.ctx, Desk::of(&request).await?);
        let filter = UserFilter {
            search,
            status,
            is_staff: yes_or_no(&staff),
            has_second_factor: yes_or_no(&second),
            created_from: time::day(&from, &desk.zone).map(|(begin, _)| begin),
            created_to: time::day(&to, &desk.zone).map(|(_, end)| end),
        };
        let page = paged(after, before);
        let page = admin::users::page(ctx, &request.actor, &filter, &page).await?;
        Ok(UsersView {
            found: admin::users::count(ctx, &request.actor, &filter).await?,
            page: page.map(|row| UserLine {
                created: desk.shown(row.created_at),
                last_seen: desk.shown_if(row.last_seen_at),
                row,
            }),
        })
    };
    ssr::view(&request, view.await)
}

/// What `/admin/users/{id}` shows.
#[server(prefix = "/_fn", endpoint = "console-user")]
pub async fn load_user(
    id: String,
    #[server(default)] tab: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let desk = Desk::of(&request).await?;
        let id: UserId = id.parse()?;
        let detail = admin::users::get(&request.ctx, &request.actor, id).await?;
        let tab = read_tab(&request, &desk, id, &tab, &paged(after, before)).await?;
        Ok(UserView {
            created: desk.shown(detail.row.created_at),
            last_seen: desk.shown_if(detail.row.last_seen_at),
            updated: desk.shown(detail.updated_at),
            verified: desk.shown_if(detail.email_verified_at),
            staff_since: desk.shown_if(detail.staff_since),
            suspended: desk.shown_if(detail.suspended_at),
            deleted: desk.shown_if(detail.deleted_at),
            erased: desk.shown_if(detail.erased_at),
            password_changed: desk.shown_if(detail.password_changed_at),
            needs_proof: needs_proof(&request),
            detail,
            tab,
        })
    };
    ssr::view(&request, view.await)
}

#[cfg(feature = "ssr")]
async fn read_tab(
    request: &RequestCtx,
    desk: &Desk,
    id: UserId,
    tab: &str,
    page: &PageRequest,
) -> domain::Result<UserTab> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    Ok(match tab {
        "organizations" => {
            let found = admin::users::memberships(ctx, actor, id, page).await?;
            UserTab::Organizations(found.map(|one| membership_line(desk, one)))
        }
        "keys" => {
            let found = admin::users::keys(ctx, actor, id, page).await?;
            UserTab::Keys(found.map(|row| key_line(desk, row)))
        }
        "log" => {
            let found = admin::log::page(ctx, actor, Subject::User(id), page).await?;
            UserTab::Log(found.map(|row| log_line(desk, row)))
        }
        _ => {
            let found = admin::users::sessions(ctx, actor, id, page).await?;
            UserTab::Sessions(found.map(|session| session_row(desk, session)))
        }
    })
}

#[cfg(feature = "ssr")]
fn session_row(desk: &Desk, session: OwnSession) -> SessionRow {
    SessionRow {
        signed_in: desk.shown(session.created_at),
        last_active: desk.shown(session.last_seen_at),
        session,
    }
}

#[cfg(feature = "ssr")]
fn membership_line(desk: &Desk, one: UserMembership) -> MembershipLine {
    MembershipLine {
        organization: one.organization,
        role: one.role,
        is_primary_owner: one.is_primary_owner,
        joined: desk.shown(one.joined_at),
        last_active: desk.shown_if(one.last_active_at),
    }
}

#[cfg(feature = "ssr")]
pub fn log_line(desk: &Desk, entry: Entry) -> LogLine {
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    let reason = entry
        .after
        .as_ref()
        .and_then(|after| after["reason"].as_str());
    let known = |named: &Named| match named.party {
        Party::User(_) if named.is_there => named.name.clone(),
        _ => String::new(),
    };
    let by = entry.impersonator.as_ref();
    let row = LogRow {
        at: entry.at,
        actor_kind: entry.actor.party.kind().to_owned(),
        actor_id: entry.actor.party.id(),
        actor_name: known(&entry.actor),
        impersonator_id: by.and_then(|by| by.party.id()),
        impersonator_name: by.map(known).unwrap_or_default(),
        face: entry.face,
        action: entry.action,
        reason: reason.unwrap_or_default().to_owned(),
        before: text(entry.before),
        after: text(entry.after),
        ip: entry.ip,
        trace_id: entry.trace_id,
    };
    LogLine {
        at: desk.shown(row.at),
        row,
    }
}

/// Suspends those who are ticked, each by themselves.
#[server(prefix = "/_fn", endpoint = "console-suspend-users")]
pub async fn suspend_users(
    #[server(default)] users: Vec<String>,
    #[server(default)] reason: String,
    #[server(default)] back: String,
) -> Result<Outcome, Fault> {
    let (form, page) = ("suspend-users", page_of(&back, "/admin/users"));
    let kept = [("reason", reason.as_str())];
    ssr::form(form, &page, &kept, async |request| {
        let done = suspend_each(&request, &users, &reason).await;
        Outcomes::told(done, form, &page, &kept, |count| match count {
            1 => "1 person is suspended, and signed out everywhere.".to_owned(),
            count => format!("{count} people are suspended, and signed out everywhere."),
        })
    })
    .await
}

#[cfg(feature = "ssr")]
async fn suspend_each(
    request: &RequestCtx,
    users: &[String],
    reason: &str,
) -> domain::Result<Outcomes> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    let ids = ticked(users)?.iter().map(|id| id.parse::<UserId>());
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let mut outcomes = Outcomes::default();
    for (id, done) in accounts::suspend_many(ctx, actor, &ids, reason).await? {
        let name = if done.is_err() {
            name_of(request, id).await
        } else {
            String::new()
        };
        outcomes.note(request, &name, done)?;
    }
    Ok(outcomes)
}

/// How somebody is called; their id where nobody has it.
#[cfg(feature = "ssr")]
async fn name_of(request: &RequestCtx, id: UserId) -> String {
    let found = admin::users::get(&request.ctx, &request.actor, id).await;
    found.map_or_else(
        |_| id.to_string(),
        |detail| detail.row.display_name().to_owned(),
    )
}
