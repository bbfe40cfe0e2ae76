//! A person sets a new password with the link from a letter.

use contract::{Code, EmailAddress, Password};

use super::{Account, letters, store, verify_email::mark_verified};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    links::{self, Purpose},
    mail, passwords, sessions,
};

/// The address of the account that a good reset link is for; spends nothing.
pub async fn check_reset_link(ctx: &Ctx, token: &str) -> Result<String> {
    links::find_live(ctx.read(), ctx, Purpose::ResetPassword, token)
        .await
        .map(|link| link.email_key)
}

/// Spends the link and sets the password. Ends every session and signs nobody in. Whoever opened the letter reads that
/// mailbox, so an address that was not verified is from now on.
pub async fn reset_password(ctx: &Ctx, token: &str, password: &Password) -> Result<()> {
    let link = links::find_live(ctx.read(), ctx, Purpose::ResetPassword, token).await?;
    let account = store::find(ctx.read(), link.user_id)
        .await?
        .ok_or(Code::LinkInvalid)?;
    check_new_password(ctx, &account, password)?;
    let permit = ctx.hasher().permit().await?;
    let hash = ctx.hasher().hash(permit, ctx.random(), password).await?;

    let tx = ctx.begin().await?;
    let account = store::lock(&tx, link.user_id)
        .await?
        .filter(|account| account.email_key() == link.email_key && !account.is_suspended)
        .ok_or(Code::LinkInvalid)?;
    links::spend(&tx, ctx, &link).await?;
    replace(
        &tx,
        ctx,
        &Actor::Anonymous,
        &account,
        &hash,
        "user.password_reset",
    )
    .await?;
    mark_verified(&tx, ctx, &account).await?;
    sessions::delete_all(&tx, link.user_id).await?;
    sessions::GUESSES.clear_all(&tx, &link.email_key).await?;
    tx.commit().await
}

/// The rules for a password that this person chooses.
pub(super) fn check_new_password(ctx: &Ctx, account: &Account, password: &Password) -> Result<()> {
    let user = &account.user;
    let context = passwords::Context {
        product_name: &ctx.settings().product_name,
        email: &user.email,
        name: &user.name,
        username: &user.username,
    };
    let checked = passwords::check(password, ctx.settings().passwords.shortest, &context);
    Ok(checked.map_err(|problem| problem.on("newPassword"))?)
}

/// Writes the new hash; open links die, the change is recorded, and the person is told.
pub(super) async fn replace(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    account: &Account,
    hash: &str,
    action: &'static str,
) -> Result<()> {
    let user = &account.user;
    store::set_password(tx, user.id, hash, ctx.now()).await?;
    links::delete_for(tx, user.id).await?;
    sessions::distrust_browsers(tx, user.id).await?;
    audit::record(tx, ctx, actor, Event::new(action, Subject::User(user.id))).await?;
    let to = EmailAddress::parse(&user.email)?;
    mail::queue(tx, ctx, &to, &letters::password_changed(ctx, user)?).await
}
