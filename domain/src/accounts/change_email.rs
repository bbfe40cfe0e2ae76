//! A person changes the address of their account.

use contract::{Code, EmailAddress, Problem, User};
use serde_json::json;

use super::{Account, letters, resend_verification::count_request, sign_up::check_domain, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
    error::{OrRefuse, Result},
    links::{self, LiveLink, Purpose},
    mail, members, sessions,
};

/// What an opened link would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLink {
    pub from: String,
    pub to: String,
}

/// Sends a link to the new address; an older one dies, and nothing changes before it is used. The answer is the same where
/// somebody else has that address: they get a letter that says so. Refused: `STEP_UP_REQUIRED`, `REQUIRED`, `INVALID_EMAIL`,
/// `EMAIL_UNCHANGED`, `SIGN_UP_DOMAIN`, `RATE_LIMITED`.
pub async fn request_email_change(ctx: &Ctx, actor: &Actor, email: &str) -> Result<()> {
    let user = sessions::require_fresh(ctx, actor)?;
    let email = EmailAddress::parse(email).map_err(|problem| problem.on("email"))?;
    check_domain(ctx, &email)?;
    count_request(ctx).await?;
    let tx = ctx.begin().await?;
    let account = store::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if account.email_key() == email.key() {
        return Err(Problem::new(Code::EmailUnchanged).on("email").into());
    }
    mail::take_allowance(&tx, ctx.now(), &email).await?;
    // Made also where nobody gets its secret: the page that tells which address waits must not tell who has it.
    let secret = links::issue_with(
        &tx,
        ctx,
        user.user_id,
        &account.email_key(),
        Purpose::ChangeEmail,
        email.as_str(),
    )
    .await?;
    let letter = match store::find_by_email(tx.db(), &email.key()).await? {
        Some(other) if other.user.email_verified_at.is_some() => {
            letters::wanted_address(ctx, &other.user)?
        }
        _ => letters::change_email(ctx, &secret)?,
    };
    mail::queue(&tx, ctx, &email, &letter).await?;
    let event = Event::new("user.email_change_requested", Subject::User(user.user_id))
        .with(json!({ "email": email.as_str() }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await
}

/// The new address that waits for its link to be used.
pub async fn pending_email(ctx: &Ctx, user: &User) -> Result<Option<String>> {
    let key = user.email.to_ascii_lowercase();
    links::pending_detail(ctx.read(), user.id, &key, Purpose::ChangeEmail, ctx.now()).await
}

/// What a good link would change, for the person who asked for it; spends nothing.
pub async fn check_change_link(ctx: &Ctx, actor: &Actor, token: &str) -> Result<ChangeLink> {
    let user = actor.signed_in()?;
    let link = links::find_live(ctx.read(), ctx, Purpose::ChangeEmail, token).await?;
    let account = store::find(ctx.read(), user.user_id)
        .await?
        .filter(|account| is_own(account, &link))
        .ok_or(Code::LinkInvalid)?;
    Ok(ChangeLink {
        from: account.user.email,
        to: link.detail,
    })
}

/// Spends the link and changes the address. Only the person who asked may, signed in: a slip in the new address does not hand
/// the account to whoever reads that mailbox. The former address is told, and can undo it for seven days. Refused:
/// `LINK_INVALID`, `LINK_EXPIRED`, `LINK_USED`, `EMAIL_TAKEN`.
pub async fn confirm_email_change(ctx: &Ctx, actor: &Actor, token: &str) -> Result<User> {
    let user = actor.in_person()?;
    let tx = ctx.begin().await?;
    let link = links::find_live(tx.db(), ctx, Purpose::ChangeEmail, token).await?;
    let account = store::lock(&tx, user.user_id)
        .await?
        .filter(|account| is_own(account, &link))
        .ok_or(Code::LinkInvalid)?;
    links::spend(&tx, ctx, &link).await?;
    let (former, new) = (
        EmailAddress::parse(&account.user.email)?,
        EmailAddress::parse(&link.detail)?,
    );
    let after = move_to(&tx, ctx, actor, &account, &new, "user.email_changed").await?;
    let secret = links::issue_with(
        &tx,
        ctx,
        user.user_id,
        &former.key(),
        Purpose::UndoEmailChange,
        former.as_str(),
    )
    .await?;
    let letter = letters::email_changed(ctx, &after, &secret)?;
    mail::queue(&tx, ctx, &former, &letter).await?;
    tx.commit().await?;
    Ok(after)
}

fn is_own(account: &Account, link: &LiveLink) -> bool {
    account.user.id == link.user_id && account.email_key() == link.email_key
}

/// Gives a held account an address that whoever acts has proved. An account that was never proved to be anybody's gives way, unless
/// it is suspended; open links die.
pub(super) async fn move_to(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    account: &Account,
    email: &EmailAddress,
    action: &'static str,
) -> Result<User> {
    let id = account.user.id;
    if let Some(other) = store::find_by_email(tx.db(), &email.key()).await?
        && other.user.id != id
    {
        if other.user.email_verified_at.is_some() {
            return Err(Code::EmailTaken.into());
        }
        store::delete_unverified(tx, other.user.id).await?;
    }
    store::set_email(tx, id, email, ctx.now())
        .await
        .or_refuse(Code::EmailTaken, "email")?;
    links::delete_for(tx, id).await?;
    let after = store::find(tx.db(), id)
        .await?
        .ok_or(Code::Unauthenticated)?
        .user;
    members::refresh_keys(tx, &after).await?;
    let event = Event::new(action, Subject::User(id)).changing(
        json!({ "email": account.user.email }),
        json!({ "email": after.email }),
    );
    audit::record(tx, ctx, actor, event).await?;
    Ok(after)
}
