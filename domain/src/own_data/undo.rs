//! A person takes the deletion of their account back, or staff do it for them.

use contract::{Code, User, UserId};
use serde_json::json;

use crate::{
    Actor, Ctx, accounts,
    accounts::Account,
    admin,
    audit::{self, Event, Subject},
    error::Result,
    links::{self, LiveLink, Purpose},
};

fn is_waiting(ctx: &Ctx, account: &Account, link: &LiveLink) -> bool {
    let is_deleted = account.deleted_at.is_some() && !account.is_gone(ctx.now());
    is_deleted && account.email_key() == link.email_key
}

/// The address of the account that a good link brings back; spends nothing.
pub async fn check_undo_link(ctx: &Ctx, token: &str) -> Result<String> {
    let link = links::find_live(ctx.read(), ctx, Purpose::UndoDeletion, token).await?;
    let account = accounts::find(ctx.read(), link.user_id)
        .await?
        .filter(|account| is_waiting(ctx, account, &link))
        .ok_or(Code::LinkInvalid)?;
    Ok(account.user.email)
}

/// Spends the link: the account is as it was, and signing in opens it. Organizations that were deleted with it can be restored
/// by themselves. Gives the address. Refused: `LINK_INVALID`, `LINK_EXPIRED`, `LINK_USED`.
pub async fn undo_deletion(ctx: &Ctx, token: &str) -> Result<String> {
    let tx = ctx.begin().await?;
    let link = links::find_live(tx.db(), ctx, Purpose::UndoDeletion, token).await?;
    let account = accounts::lock(&tx, link.user_id)
        .await?
        .filter(|account| is_waiting(ctx, account, &link))
        .ok_or(Code::LinkInvalid)?;
    links::spend(&tx, ctx, &link).await?;
    accounts::set_undeleted(&tx, link.user_id, ctx.now()).await?;
    let event = Event::new("user.deletion_undone", Subject::User(link.user_id));
    audit::record(&tx, ctx, &Actor::Anonymous, event).await?;
    tx.commit().await?;
    Ok(account.user.email)
}

/// The same without the link, for an owner who has lost the letter; the link works no more. Refused: `NOT_FOUND`, also once its time
/// is over and it is being erased, `NOT_DELETED`, `STAFF_PROTECTED`, and what [`crate::admin`] refuses.
pub async fn undelete(ctx: &Ctx, actor: &Actor, id: UserId, reason: &str) -> Result<User> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, id)
        .await?
        .filter(|account| !account.is_gone(ctx.now()))
        .ok_or(Code::NotFound)?;
    admin::require_unprotected(actor, &account)?;
    if account.deleted_at.is_none() {
        return Err(Code::NotDeleted.into());
    }
    links::delete_for(&tx, id).await?;
    accounts::set_undeleted(&tx, id, ctx.now()).await?;
    let event =
        Event::new("user.deletion_undone", Subject::User(id)).with(json!({ "reason": reason }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(account.user)
}
