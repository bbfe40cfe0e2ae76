//! A person ends one of their sessions.

use contract::{Code, SessionId};

use super::{impersonate, require_fresh, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
};

/// Ends one session of the person, wherever it is; wants a fresh proof of identity, but for the session that asks. Refused:
/// `STEP_UP_REQUIRED`, `NOT_FOUND`.
pub async fn revoke(ctx: &Ctx, actor: &Actor, id: SessionId) -> Result<()> {
    let user = actor.in_person()?;
    if id != user.session_id {
        require_fresh(ctx, actor)?;
    }
    let tx = ctx.begin().await?;
    let has_ended = impersonate::end_one(&tx, ctx, actor, user.user_id, id).await?
        || store::delete_own(&tx, user.user_id, id).await?;
    if !has_ended {
        return Err(Code::NotFound.into());
    }
    let event = Event::new("session.revoked", Subject::User(user.user_id))
        .with(serde_json::json!({ "session": id }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await
}
