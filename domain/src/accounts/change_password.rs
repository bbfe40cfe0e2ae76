//! A signed-in person changes the password.

use contract::{Code, Password, Problem, Problems};

use super::{
    reset_password::{check_new_password, replace},
    store,
};
use crate::{
    Actor, Ctx,
    error::Result,
    passwords, second_factors,
    sessions::{self, Opened},
};

/// Takes the current password and sets a new one. Every other session ends, and this one goes on under a new token.
pub async fn change_password(
    ctx: &Ctx,
    actor: &Actor,
    current: &Password,
    new: &Password,
) -> Result<Opened> {
    let user = actor.in_person()?;
    let mut problems = Problems::default();
    problems.take("currentPassword", current.check_given());
    problems.take(
        "newPassword",
        new.check_new(ctx.settings().passwords.shortest),
    );
    problems.refuse_if_any()?;
    let (permit, account) =
        sessions::confirm_password(ctx, user.user_id, current, "currentPassword").await?;
    if passwords::are_same(current, new) {
        return Err(Problem::new(Code::PasswordUnchanged)
            .on("newPassword")
            .into());
    }
    check_new_password(ctx, &account, new)?;
    let hash = ctx.hasher().hash(permit, ctx.random(), new).await?;

    let tx = ctx.begin().await?;
    let now = store::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if now.password_hash != account.password_hash {
        return Err(Problem::new(Code::PasswordWrong)
            .on("currentPassword")
            .into());
    }
    replace(&tx, ctx, actor, &account, &hash, "user.password_changed").await?;
    sessions::delete_others(&tx, user.user_id, user.session_id).await?;
    // Where there is a second factor, a password proves too little for what wants a fresh proof.
    let is_proved = !second_factors::is_any_on(tx.db(), user.user_id).await?;
    let opened = sessions::rotate(&tx, ctx, user.session_id, is_proved).await?;
    tx.commit().await?;
    Ok(opened)
}
