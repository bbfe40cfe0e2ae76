//! An operator with a shell on the server sets somebody's password.

use contract::{Code, EmailAddress, Password, Problem};

use super::{
    reset_password::{check_new_password, replace},
    store,
};
use crate::{Actor, Ctx, error::Result, sessions};

/// Sets the password of the account with this address and ends all its sessions; the person is told by mail.
pub async fn set_password(
    ctx: &Ctx,
    actor: &Actor,
    email: &str,
    password: &Password,
) -> Result<()> {
    actor.operator()?;
    let email = EmailAddress::parse(email).map_err(|problem| problem.on("email"))?;
    let not_found = || Problem::new(Code::NotFound).on("email");
    let account = store::find_by_email(ctx.read(), &email.key())
        .await?
        .ok_or_else(not_found)?;
    check_new_password(ctx, &account, password)?;
    let permit = ctx.hasher().permit().await?;
    let hash = ctx.hasher().hash(permit, ctx.random(), password).await?;
    let tx = ctx.begin().await?;
    let account = store::lock(&tx, account.user.id)
        .await?
        .ok_or_else(not_found)?;
    replace(&tx, ctx, actor, &account, &hash, "user.password_set").await?;
    sessions::delete_all(&tx, account.user.id).await?;
    sessions::GUESSES.clear_all(&tx, &email.key()).await?;
    tx.commit().await
}
