//! An operator, or staff, take the second factors of somebody away who has lost them.

use contract::{Code, EmailAddress, User, UserId};
use serde_json::json;

use super::{letters, store};
use crate::{
    Actor, Ctx, accounts, admin,
    audit::{self, Event, Subject},
    error::Result,
    mail, passkeys, sessions,
};

/// Forgets the app, the passkeys and the recovery codes and ends every session; the person is told. For who knows that it is
/// the person who asks. Refused: `NOT_FOUND`, `APP_OFF`, `STAFF_PROTECTED`, and what [`crate::admin`] refuses.
pub async fn reset(ctx: &Ctx, actor: &Actor, id: UserId, reason: &str) -> Result<User> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    admin::require_unprotected(actor, &account)?;
    if !super::is_any_on(tx.db(), id).await? {
        return Err(Code::AppOff.into());
    }
    store::delete_app(&tx, id).await?;
    passkeys::delete_all(&tx, id).await?;
    store::delete_codes(&tx, id).await?;
    sessions::distrust_browsers(&tx, id).await?;
    let ended = sessions::delete_all(&tx, id).await?;
    let event = Event::new("user.second_factors_reset", Subject::User(id))
        .with(json!({ "reason": reason, "sessions_ended": ended }));
    audit::record(&tx, ctx, actor, event).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let letter = letters::reset(&admin::without_place(ctx), &account.user)?;
    mail::queue(&tx, ctx, &to, &letter).await?;
    tx.commit().await?;
    Ok(account.user)
}
