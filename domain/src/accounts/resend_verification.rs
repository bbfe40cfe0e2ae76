//! A person asks for the verification letter once more.

use contract::{Code, EmailAddress};

use super::{Account, letters, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    links::{self, Purpose},
    mail, sessions,
    throttles::Rate,
};

/// What one address may ask for, over all accounts: letters of verification and of password reset.
pub(super) const REQUESTS_FROM_ADDRESS: Rate = Rate {
    name: "letters_address",
    burst: 30,
    period_seconds: 20,
};

/// Sends a new link if the address belongs to an unverified account; the older link dies. The answer is always the same.
pub async fn resend_verification(ctx: &Ctx, email: &str) -> Result<()> {
    let email = EmailAddress::parse(email).map_err(|problem| problem.on("email"))?;
    count_request(ctx).await?;
    match store::find_by_email(ctx.read(), &email.key()).await? {
        Some(account) if account.user.email_verified_at.is_none() => {
            send_verification(ctx, &account).await
        }
        _ => Ok(()),
    }
}

/// Counts a request for a letter by the address it came from.
pub(super) async fn count_request(ctx: &Ctx) -> Result<()> {
    let Some(network) = sessions::network(ctx) else {
        return Ok(());
    };
    let tx = ctx.begin().await?;
    REQUESTS_FROM_ADDRESS.take(&tx, ctx.now(), &network).await?;
    tx.commit().await
}

/// Sends the letter with a new link, unless the address has had enough letters.
pub(crate) async fn send_verification(ctx: &Ctx, account: &Account) -> Result<()> {
    let email = EmailAddress::parse(&account.user.email)?;
    let tx = ctx.begin().await?;
    match mail::take_allowance(&tx, ctx.now(), &email).await {
        Err(error) if error.is_refusal(Code::RateLimited) => return Ok(()),
        taken => taken?,
    }
    let secret = links::issue(
        &tx,
        ctx,
        account.user.id,
        &email.key(),
        Purpose::VerifyEmail,
    )
    .await?;
    mail::queue(&tx, ctx, &email, &letters::verify_email(ctx, &secret)?).await?;
    audit::record(
        &tx,
        ctx,
        &Actor::Anonymous,
        Event::new("user.verification_sent", Subject::User(account.user.id)),
    )
    .await?;
    tx.commit().await
}
