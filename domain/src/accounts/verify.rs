//! Staff vouch for an address whose owner could not confirm it.

use contract::{Code, User, UserId};
use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx, admin,
    audit::{self, Event, Subject},
    error::Result,
};

/// Marks the address of an account as verified: whoever knows the password signs in from now on. For who knows that the address
/// is theirs. Refused: `NOT_FOUND`, and what [`crate::admin`] refuses.
pub async fn verify(ctx: &Ctx, actor: &Actor, id: UserId, reason: &str) -> Result<User> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let account = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    if account.user.email_verified_at.is_some() {
        return Ok(account.user);
    }
    store::set_verified(&tx, id, ctx.now()).await?;
    let event =
        Event::new("user.email_verified", Subject::User(id)).with(json!({ "reason": reason }));
    audit::record(&tx, ctx, actor, event).await?;
    let after = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    tx.commit().await?;
    Ok(after.user)
}
