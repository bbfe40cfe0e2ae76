//! An operator takes the second factors of somebody away who has lost them.

use contract::{Code, EmailAddress, User, UserId};
use serde_json::json;

use super::{letters, store};
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    error::Result,
    mail, passkeys, sessions,
};

/// Forgets the app, the passkeys and the recovery codes and ends every session; the person is told. For operators, who have to know that it
/// is the person who asks. Refused: `FORBIDDEN`, `NOT_FOUND`, `APP_OFF`, and a reason that is missing or too long.
pub async fn reset(ctx: &Ctx, actor: &Actor, id: UserId, reason: &str) -> Result<User> {
    actor.operator()?;
    let reason = accounts::check_reason(reason)?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, id).await?.ok_or(Code::NotFound)?;
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
    mail::queue(&tx, ctx, &to, &letters::reset(ctx, &account.user)?).await?;
    tx.commit().await?;
    Ok(account.user)
}
