//! Server functions that do something to one person.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::{
        chosen::{Outcomes, PROOF, done_saying, so_many, ticked},
        user_acts::UserAct,
    },
    crate::{
        organizations::api::confirmed,
        ssr::{self, Done, RequestCtx},
        ui::loading::for_router,
    },
    contract::{Code, SessionId, UserId},
    domain::{accounts, admin, own_data, second_factors, sessions},
};

use crate::{problem::Fault, ui::form::Outcome};

/// Does one act; `confirm` is what was typed where something is asked for.
#[server(prefix = "/_fn", endpoint = "console-act-on-user")]
pub async fn act_on_user(
    #[server(default)] user: String,
    #[server(default)] act: String,
    #[server(default)] reason: String,
    #[server(default)] confirm: String,
) -> Result<Outcome, Fault> {
    let act = UserAct::parse(&act).ok_or(Code::BadRequest)?;
    let page = format!("/admin/users/{user}");
    let kept = [("reason", reason.as_str()), ("confirm", confirm.as_str())];
    ssr::form(act.words().id, &page, &kept, async |request| {
        let id: UserId = user.parse()?;
        let detail = admin::users::get(&request.ctx, &request.actor, id).await?;
        act.check(&detail, &confirm)?;
        if act == UserAct::Impersonate {
            return impersonate(&request, id, &reason, &page).await;
        }
        let done = perform(&request, act, id, &reason).await;
        done_saying(done, &page, || act.done(detail.row.display_name()))
    })
    .await
}

/// The browser is the person's from here on, on their first page.
#[cfg(feature = "ssr")]
async fn impersonate(
    request: &RequestCtx,
    id: UserId,
    reason: &str,
    page: &str,
) -> domain::Result<Done> {
    let done = sessions::impersonate(&request.ctx, &request.actor, id, reason).await;
    Ok(match confirmed(done, &for_router(page), PROOF)? {
        Err(leads) => leads,
        Ok(opened) => {
            ssr::exchange_session(request, &opened);
            Done::goto("/")
        }
    })
}

#[cfg(feature = "ssr")]
async fn perform(
    request: &RequestCtx,
    act: UserAct,
    id: UserId,
    reason: &str,
) -> domain::Result<()> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    match act {
        // Which has an answer of its own.
        UserAct::Impersonate => Err(Code::BadRequest.into()),
        UserAct::Verify => accounts::verify(ctx, actor, id, reason).await.map(|_| ()),
        UserAct::SendReset => accounts::send_password_reset(ctx, actor, id, reason)
            .await
            .map(|_| ()),
        UserAct::EndSessions => sessions::end_all_of(ctx, actor, id, reason)
            .await
            .map(|_| ()),
        UserAct::ForceReset => accounts::force_password_reset(ctx, actor, id, reason)
            .await
            .map(|_| ()),
        UserAct::ResetFactors => second_factors::reset(ctx, actor, id, reason)
            .await
            .map(|_| ()),
        UserAct::Suspend => accounts::suspend(ctx, actor, id, reason).await.map(|_| ()),
        UserAct::Restore => accounts::restore(ctx, actor, id, reason).await.map(|_| ()),
        UserAct::Delete => own_data::delete_as_staff(ctx, actor, id, reason)
            .await
            .map(|_| ()),
        UserAct::Undelete => own_data::undelete(ctx, actor, id, reason).await.map(|_| ()),
    }
}

/// Ends the sessions that are ticked.
#[server(prefix = "/_fn", endpoint = "console-end-sessions")]
pub async fn end_sessions(
    #[server(default)] user: String,
    #[server(default)] sessions: Vec<String>,
    #[server(default)] reason: String,
) -> Result<Outcome, Fault> {
    let (form, page) = ("end-sessions", format!("/admin/users/{user}?tab=sessions"));
    let kept = [("reason", reason.as_str())];
    ssr::form(form, &page, &kept, async |request| {
        let done = end_each(&request, &user, &sessions, &reason).await;
        Outcomes::told(done, form, &page, &kept, |count| {
            so_many(count, "session", "sessions", "ended")
        })
    })
    .await
}

#[cfg(feature = "ssr")]
async fn end_each(
    request: &RequestCtx,
    user: &str,
    chosen: &[String],
    reason: &str,
) -> domain::Result<Outcomes> {
    let (ctx, actor, id) = (&request.ctx, &request.actor, user.parse::<UserId>()?);
    let mut outcomes = Outcomes::default();
    for session in ticked(chosen)? {
        let session: SessionId = session.parse()?;
        let done = sessions::end_one_of(ctx, actor, id, session, reason).await;
        // Ended already, by its owner or by its time: that is what was asked for.
        let done = match done {
            Err(error) if error.is_refusal(Code::NotFound) => Ok(()),
            done => done,
        };
        outcomes.note(request, "A session", done)?;
    }
    Ok(outcomes)
}
