//! A person asks for the verification letter once more.

use contract::{Code, EmailAddress};

use super::{Account, letters, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
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
    let Some(tx) = allowed(ctx, &email).await? else {
        return Ok(());
    };
    match store::find_by_email(tx.db(), &email.key()).await? {
        Some(account) if account.user.email_verified_at.is_none() => {
            send(tx, ctx, &account, &email).await
        }
        _ => tx.commit().await,
    }
}

/// A transaction that counts a letter to an address, whether or not anybody has it: what is used up must not tell. `None` when
/// the address has had enough letters.
pub(super) async fn allowed(ctx: &Ctx, email: &EmailAddress) -> Result<Option<Tx>> {
    let tx = ctx.begin().await?;
    match mail::take_allowance(&tx, ctx.now(), email).await {
        Err(error) if error.is_refusal(Code::RateLimited) => Ok(None),
        taken => taken.map(|()| Some(tx)),
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
    match allowed(ctx, &email).await? {
        Some(tx) => send(tx, ctx, account, &email).await,
        None => Ok(()),
    }
}

pub(super) async fn send(tx: Tx, ctx: &Ctx, account: &Account, email: &EmailAddress) -> Result<()> {
    let id = account.user.id;
    let secret = links::issue(&tx, ctx, id, &email.key(), Purpose::VerifyEmail).await?;
    mail::queue(&tx, ctx, email, &letters::verify_email(ctx, &secret)?).await?;
    audit::record(
        &tx,
        ctx,
        &Actor::Anonymous,
        Event::new("user.verification_sent", Subject::User(id)),
    )
    .await?;
    tx.commit().await
}
