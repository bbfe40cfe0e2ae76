//! Staff end sessions of somebody else.

use contract::{Code, SessionId, UserId};
use serde_json::json;

use super::{impersonate, store};
use crate::{
    Actor, Ctx, accounts, admin,
    audit::{self, Event, Subject},
    error::Result,
};

/// Ends every session of a person, and trusts no browser of theirs any more. Gives how many ended. Refused: `NOT_FOUND`, and what
/// [`crate::admin`] refuses.
pub async fn end_all_of(ctx: &Ctx, actor: &Actor, id: UserId, reason: &str) -> Result<u64> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    accounts::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    store::waiting::distrust_browsers(&tx, id).await?;
    let ended = store::delete_all(&tx, id).await?;
    let event = Event::new("session.all_ended", Subject::User(id))
        .with(json!({ "reason": reason, "ended": ended }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Ends one session of a person. Refused: `NOT_FOUND`, and what [`crate::admin`] refuses.
pub async fn end_one_of(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    session: SessionId,
    reason: &str,
) -> Result<()> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let has_ended = impersonate::end_one(&tx, ctx, actor, id, session).await?
        || store::delete_own(&tx, id, session).await?;
    if !has_ended {
        return Err(Code::NotFound.into());
    }
    let event = Event::new("session.revoked", Subject::User(id))
        .with(json!({ "reason": reason, "session": session }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await
}
