//! An account for somebody whose provider has verified the address.

use contract::{Code, EmailAddress, identities::Provider};
use serde_json::json;

use super::{
    Account,
    sign_up::{check_domain, may_sign_up},
    store, username,
};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
};

/// What became of it.
#[derive(Debug)]
pub(crate) enum Proved {
    Made(Account),
    /// Somebody has proved this address before, or may not use it any more; nothing was done.
    Taken(Account),
}

/// Makes a verified account without a password. One that was never verified is taken away first: whoever signed up with the
/// address has not proved it. Refused where nobody, or nobody with such an address, may sign up: `SIGN_UP_CLOSED`,
/// `SIGN_UP_DOMAIN`.
pub(crate) async fn make_proved(
    tx: &Tx,
    ctx: &Ctx,
    email: &EmailAddress,
    name: &str,
    provider: Provider,
) -> Result<Proved> {
    let found = match store::find_by_email(tx.db(), &email.key()).await? {
        Some(found) => store::lock(tx, found.user.id).await?,
        None => None,
    };
    match found {
        Some(found) if found.user.email_verified_at.is_some() || found.is_suspended => {
            return Ok(Proved::Taken(found));
        }
        found => {
            if !may_sign_up(ctx) {
                return Err(Code::SignUpClosed.into());
            }
            check_domain(ctx, email)?;
            if let Some(found) = found {
                store::delete_unverified(tx, found.user.id).await?;
            }
        }
    }
    let username = username::propose(tx, ctx, email).await?;
    let new = store::NewUser {
        email,
        username: &username,
        name,
        password_hash: None,
        is_verified: true,
        is_staff: false,
    };
    let account = store::insert(tx, ctx, &new).await?;
    let event = Event::new("user.signed_up_by_provider", Subject::User(account.user.id))
        .with(json!({ "provider": provider }));
    audit::record(tx, ctx, &Actor::Anonymous, event).await?;
    Ok(Proved::Made(account))
}
