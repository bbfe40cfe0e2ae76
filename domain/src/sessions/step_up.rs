//! Step-up: sensitive acts want a fresh proof of identity.

use contract::{Code, Password};

use super::{FRESH_SECONDS, Opened, confirm_password, rotate};
use crate::{
    Actor, Ctx,
    actor::SignedIn,
    audit::{self, Event, Subject},
    error::Result,
};

/// Lets pass who proved who they are in the last ten minutes, and refuses others with `STEP_UP_REQUIRED`.
pub fn require_fresh<'a>(ctx: &Ctx, actor: &'a Actor) -> Result<&'a SignedIn> {
    let user = actor.signed_in()?;
    let is_fresh = user.authenticated_at.plus_seconds(FRESH_SECONDS) > ctx.now();
    if is_fresh {
        Ok(user)
    } else {
        Err(Code::StepUpRequired.into())
    }
}

/// Takes the password again; the session counts as fresh from now on, under a new token.
pub async fn step_up(ctx: &Ctx, actor: &Actor, password: &Password) -> Result<Opened> {
    let user = actor.signed_in()?;
    let (permit, _) = confirm_password(ctx, user.user_id, password, "password").await?;
    drop(permit);
    let tx = ctx.begin().await?;
    let opened = rotate(&tx, ctx, user.session_id, true).await?;
    audit::record(
        &tx,
        ctx,
        actor,
        Event::new("session.confirmed", Subject::User(user.user_id)),
    )
    .await?;
    tx.commit().await?;
    Ok(opened)
}
