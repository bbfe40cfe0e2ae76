//! A person signs in with a link from a letter.

use contract::{Code, EmailAddress, sessions::Method, text::own_path};

use super::{
    letters,
    resend_verification::{allowed, count_request, send},
    store,
};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    links::{self, Purpose},
    mail,
    sessions::{self, Entered, Kind},
};

/// Whether the operator lets people sign in by a link.
pub fn may_use_magic_links(ctx: &Ctx) -> bool {
    ctx.settings().magic_links
}

fn refuse_if_off(ctx: &Ctx) -> Result<()> {
    if may_use_magic_links(ctx) {
        Ok(())
    } else {
        Err(Code::MagicLinksOff.into())
    }
}

/// Sends a link that signs in and then leads to the page `next`, if the address belongs to an account; the older link dies.
/// The answer is always the same. An unverified account gets its verification letter instead: its password was chosen by
/// whoever signed up, and may not be its reader's. Refused: `REQUIRED`, `INVALID_EMAIL`, `RATE_LIMITED`, `MAGIC_LINKS_OFF`.
pub async fn request_magic_link(ctx: &Ctx, email: &str, next: &str) -> Result<()> {
    refuse_if_off(ctx)?;
    let email = EmailAddress::parse(email).map_err(|problem| problem.on("email"))?;
    count_request(ctx).await?;
    let Some(tx) = allowed(ctx, &email).await? else {
        return Ok(());
    };
    let account = match store::find_by_email(tx.db(), &email.key()).await? {
        Some(account) if account.is_suspended => return tx.commit().await,
        Some(account) if !account.may_sign_in() => {
            return send(tx, ctx, &account, &email).await;
        }
        Some(account) => account,
        None => return tx.commit().await,
    };
    let (id, next) = (account.user.id, own_path(next));
    let purpose = Purpose::MagicLink;
    let secret = links::issue_with(&tx, ctx, id, &email.key(), purpose, next).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let letter = letters::magic_link(ctx, &account.user, &secret)?;
    mail::queue(&tx, ctx, &to, &letter).await?;
    let event = Event::new("user.magic_link_requested", Subject::User(id));
    audit::record(&tx, ctx, &Actor::Anonymous, event).await?;
    tx.commit().await
}

/// The address that a good link signs in; spends nothing.
pub async fn check_magic_link(ctx: &Ctx, token: &str) -> Result<String> {
    refuse_if_off(ctx)?;
    links::find_live(ctx.read(), ctx, Purpose::MagicLink, token)
        .await
        .map(|link| link.email_key)
}

/// Spends the link and opens a session, or begins a challenge where a second factor is set up; and tells which page was
/// wanted. Refused: `LINK_INVALID`, `LINK_EXPIRED`, `LINK_USED`, `MAGIC_LINKS_OFF`.
pub async fn sign_in_with_link(ctx: &Ctx, token: &str, kind: Kind) -> Result<(Entered, String)> {
    refuse_if_off(ctx)?;
    let tx = ctx.begin().await?;
    let link = links::find_live(tx.db(), ctx, Purpose::MagicLink, token).await?;
    let account = store::lock(&tx, link.user_id)
        .await?
        .filter(|account| account.may_sign_in() && account.email_key() == link.email_key)
        .ok_or(Code::LinkInvalid)?;
    links::spend(&tx, ctx, &link).await?;
    let entered = sessions::enter(&tx, ctx, &account, kind, Method::MagicLink).await?;
    tx.commit().await?;
    sessions::count_sign_in(ctx, account.user.id, &entered);
    Ok((entered, link.detail))
}
