//! A person who has no password sets one.

use contract::{Code, Password, Problem};

use super::{
    reset_password::{check_new_password, replace},
    store,
};
use crate::{
    Actor, Ctx,
    error::Result,
    sessions::{self, Opened},
};

/// Sets the first password of somebody who has signed in without one; a fresh proof of identity stands in for the current one.
/// Every other session ends, and this one goes on under a new token. Refused: `STEP_UP_REQUIRED`, `PASSWORD_ON`, and what a new
/// password is refused for.
pub async fn set_first_password(ctx: &Ctx, actor: &Actor, new: &Password) -> Result<Opened> {
    let user = sessions::require_fresh(ctx, actor)?;
    new.check_new(ctx.settings().passwords.shortest)
        .map_err(|problem: Problem| problem.on("newPassword"))?;
    let account = store::find(ctx.read(), user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if account.password_hash.is_some() {
        return Err(Code::PasswordOn.into());
    }
    check_new_password(ctx, &account, new)?;
    let permit = ctx.hasher().permit().await?;
    let hash = ctx.hasher().hash(permit, ctx.random(), new).await?;

    let tx = ctx.begin().await?;
    let account = store::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if account.password_hash.is_some() {
        return Err(Code::PasswordOn.into());
    }
    replace(&tx, ctx, actor, &account, &hash, "user.password_added").await?;
    sessions::delete_others(&tx, user.user_id, user.session_id).await?;
    let opened = sessions::rotate(&tx, ctx, user.session_id, false).await?;
    tx.commit().await?;
    Ok(opened)
}
