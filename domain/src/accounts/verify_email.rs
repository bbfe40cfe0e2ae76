//! A person proves that the address is theirs.

use contract::Code;

use super::{Account, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    links::{self, Purpose},
};

/// The address that a good verification link proves; spends nothing.
pub async fn check_verification_link(ctx: &Ctx, token: &str) -> Result<String> {
    links::find_live(ctx.read(), ctx, Purpose::VerifyEmail, token)
        .await
        .map(|link| link.email_key)
}

/// Spends the link and marks the address as verified. Signs nobody in: the password does that.
pub async fn verify_email(ctx: &Ctx, token: &str) -> Result<()> {
    let tx = ctx.begin().await?;
    let link = links::find_live(tx.db(), ctx, Purpose::VerifyEmail, token).await?;
    let account = store::lock(&tx, link.user_id)
        .await?
        .filter(|account| account.email_key() == link.email_key)
        .ok_or(Code::LinkInvalid)?;
    links::spend(&tx, ctx, &link).await?;
    mark_verified(&tx, ctx, &account).await?;
    tx.commit().await
}

/// Notes that whoever acts reads the mailbox of this account; nothing is new where that was known.
pub(super) async fn mark_verified(tx: &Tx, ctx: &Ctx, account: &Account) -> Result<()> {
    if account.user.email_verified_at.is_some() {
        return Ok(());
    }
    store::set_verified(tx, account.user.id, ctx.now()).await?;
    audit::record(
        tx,
        ctx,
        &Actor::Anonymous,
        Event::new("user.email_verified", Subject::User(account.user.id)),
    )
    .await
}
