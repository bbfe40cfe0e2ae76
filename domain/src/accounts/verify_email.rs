//! A person proves that the address is theirs.

use contract::Code;

use super::store;
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    links::{self, Purpose},
};

/// Whether a verification link is good; spends nothing.
pub async fn check_verification_link(ctx: &Ctx, token: &str) -> Result<()> {
    links::find_live(ctx.read(), ctx, Purpose::VerifyEmail, token).await.map(|_| ())
}

/// Spends the link and marks the address as verified. Signs nobody in: the password does that.
pub async fn verify_email(ctx: &Ctx, token: &str) -> Result<()> {
    let tx = ctx.begin().await?;
    let link = links::find_live(tx.db(), ctx, Purpose::VerifyEmail, token).await?;
    let account = store::lock(&tx, link.user_id).await?.filter(|account| account.email_key() == link.email_key).ok_or(Code::LinkInvalid)?;
    links::spend(&tx, ctx, &link).await?;
    if account.user.email_verified_at.is_none() {
        store::set_verified(&tx, link.user_id, ctx.now()).await?;
        let event = Event::new("user.email_verified", Subject::User(link.user_id));
        audit::record(&tx, ctx, &Actor::Anonymous, event).await?;
    }
    tx.commit().await
}
