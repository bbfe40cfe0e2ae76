//! A person has forgotten the password.

use contract::EmailAddress;

use super::{
    letters,
    resend_verification::{allowed, count_request},
    store,
};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    links::{self, Purpose},
    mail,
};

/// Sends a reset link if the address belongs to an account; the older link dies. The answer is always the same, and nothing
/// about the account changes.
pub async fn request_password_reset(ctx: &Ctx, email: &str) -> Result<()> {
    let email = EmailAddress::parse(email).map_err(|problem| problem.on("email"))?;
    count_request(ctx).await?;
    let Some(tx) = allowed(ctx, &email).await? else {
        return Ok(());
    };
    let Some(account) = store::find_by_email(tx.db(), &email.key())
        .await?
        .filter(|account| !account.is_suspended)
    else {
        return tx.commit().await;
    };
    let to = EmailAddress::parse(&account.user.email)?;
    let secret = links::issue(
        &tx,
        ctx,
        account.user.id,
        &email.key(),
        Purpose::ResetPassword,
    )
    .await?;
    mail::queue(
        &tx,
        ctx,
        &to,
        &letters::reset_password(ctx, &account.user, &secret)?,
    )
    .await?;
    let event = Event::new(
        "user.password_reset_requested",
        Subject::User(account.user.id),
    );
    audit::record(&tx, ctx, &Actor::Anonymous, event).await?;
    tx.commit().await
}
