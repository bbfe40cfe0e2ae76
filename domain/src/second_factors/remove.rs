//! A person turns the authenticator app off.

use contract::EmailAddress;

use super::{letters, locked_and_proved, record, store};
use crate::{Actor, Ctx, error::Result, mail, sessions};

/// Takes a code of the app, or a recovery code, and forgets the app, the recovery codes and the browsers that were trusted.
/// Refused: `STEP_UP_REQUIRED`, `REQUIRED`, `INVALID_CODE`, `CODE_WRONG`, `APP_OFF`, `RATE_LIMITED`.
pub async fn remove_app(ctx: &Ctx, actor: &Actor, code: &str) -> Result<()> {
    let (tx, account) = locked_and_proved(ctx, actor, code).await?;
    let user = &account.user;
    store::delete_all(&tx, user.id).await?;
    sessions::distrust_browsers(&tx, user.id).await?;
    record(&tx, ctx, actor, "user.app_removed", user.id).await?;
    let to = EmailAddress::parse(&user.email)?;
    mail::queue(&tx, ctx, &to, &letters::app_removed(ctx, &user.name)?).await?;
    tx.commit().await
}
