//! Staff begin a reset of somebody's password. They never learn the password, nor the link.

use contract::{Code, EmailAddress, User, UserId};
use serde_json::json;

use super::{Account, letters, store};
use crate::{
    Actor, Ctx, admin,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    links::{self, Purpose},
    mail, sessions,
};

/// Sends the person a link to set another password; until it is used the password stays as it is. Refused: `NOT_FOUND`,
/// `USER_INACTIVE`, and what [`crate::admin`] refuses.
pub async fn send_password_reset(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    reason: &str,
) -> Result<User> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let account = active(&tx, id).await?;
    send_link(&tx, ctx, &account, false).await?;
    let event =
        Event::new("user.password_reset_sent", Subject::User(id)).with(json!({ "reason": reason }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(account.user)
}

/// The same for a password that somebody else may know: it works no more, and every session ends. Refused besides:
/// `STAFF_PROTECTED`.
pub async fn force_password_reset(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    reason: &str,
) -> Result<User> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let account = active(&tx, id).await?;
    admin::require_unprotected(actor, &account)?;
    store::clear_password(&tx, id, ctx.now()).await?;
    links::delete_for(&tx, id).await?;
    sessions::distrust_browsers(&tx, id).await?;
    let ended = sessions::delete_all(&tx, id).await?;
    send_link(&tx, ctx, &account, true).await?;
    let event = Event::new("user.password_reset_forced", Subject::User(id))
        .with(json!({ "reason": reason, "sessions_ended": ended }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(account.user)
}

/// The account, held, unless it is suspended or deleted: a link opens no such account.
async fn active(tx: &Tx, id: UserId) -> Result<Account> {
    let account = store::lock(tx, id).await?.ok_or(Code::NotFound)?;
    if account.is_suspended {
        return Err(Code::UserInactive.into());
    }
    Ok(account)
}

async fn send_link(tx: &Tx, ctx: &Ctx, account: &Account, is_forced: bool) -> Result<()> {
    let purpose = Purpose::ResetPassword;
    let secret = links::issue(tx, ctx, account.user.id, &account.email_key(), purpose).await?;
    let ground = admin::without_place(ctx);
    let letter = letters::reset_by_operator(&ground, &account.user, &secret, is_forced)?;
    let to = EmailAddress::parse(&account.user.email)?;
    mail::queue(tx, ctx, &to, &letter).await
}
