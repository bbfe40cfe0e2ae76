//! Somebody takes their account back whose address was changed by another.

use contract::{Code, EmailAddress};

use super::{change_email::move_to, letters, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    identities,
    links::{self, Purpose},
    mail, second_factors, sessions,
};

/// What was set up so many seconds before the change goes with it.
const BEFORE_SECONDS: i64 = 24 * 60 * 60;

/// The address that a good link would bring back; spends nothing.
pub async fn check_undo_link(ctx: &Ctx, token: &str) -> Result<String> {
    links::find_live(ctx.read(), ctx, Purpose::UndoEmailChange, token)
        .await
        .map(|link| link.detail)
}

/// Spends the link and gives the account its former address back, also when it was deleted meanwhile. Whoever changed the
/// address may know the password and have set up ways in of their own: every session ends, the password and the factors that
/// were set up since the day before are no more, and a letter with a link to set a new password goes to the address. Links that undo later
/// changes die, those of earlier ones live on: whoever had the account first has the last word. Refused: `LINK_INVALID`,
/// `LINK_EXPIRED`, `LINK_USED`, `EMAIL_TAKEN`.
pub async fn undo_email_change(ctx: &Ctx, token: &str) -> Result<String> {
    let tx = ctx.begin().await?;
    let link = links::find_live(tx.db(), ctx, Purpose::UndoEmailChange, token).await?;
    let account = store::lock(&tx, link.user_id)
        .await?
        .filter(|account| !account.is_suspended || account.deleted_at.is_some())
        .ok_or(Code::LinkInvalid)?;
    links::spend(&tx, ctx, &link).await?;
    if account.deleted_at.is_some() {
        store::set_undeleted(&tx, link.user_id, ctx.now()).await?;
        let event = Event::new("user.deletion_undone", Subject::User(link.user_id));
        audit::record(&tx, ctx, &Actor::Anonymous, event).await?;
    }
    // Whoever changes an address may have set up ways in before.
    let since = link.created_at.minus_seconds(BEFORE_SECONDS);
    let has_lost_factors = second_factors::forget_since(&tx, link.user_id, since).await?;
    let has_lost_others = identities::delete_since(&tx, link.user_id, since).await? > 0;
    let has_lost = has_lost_factors || has_lost_others;
    store::clear_password(&tx, link.user_id, ctx.now()).await?;
    let email = EmailAddress::parse(&link.detail)?;
    let action = "user.email_change_undone";
    let after = move_to(&tx, ctx, &Actor::Anonymous, &account, &email, action).await?;
    links::delete_undos_since(&tx, link.user_id, link.created_at).await?;
    sessions::delete_all(&tx, link.user_id).await?;
    sessions::distrust_browsers(&tx, link.user_id).await?;
    let purpose = Purpose::ResetPassword;
    let secret = links::issue(&tx, ctx, link.user_id, &email.key(), purpose).await?;
    let letter = letters::email_restored(ctx, &after, &secret, has_lost)?;
    mail::queue(&tx, ctx, &email, &letter).await?;
    tx.commit().await?;
    Ok(after.email)
}
