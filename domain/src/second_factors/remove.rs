//! A person turns the authenticator app off.

use contract::{Code, EmailAddress};

use super::{Factor, letters, locked_and_proved, record, store};
use crate::{Actor, Ctx, error::Result, mail, sessions};

/// Takes a code of the app, a recovery code or an answer of a passkey, and forgets the app and the browsers that were trusted;
/// and the recovery codes, where no passkey needs them. Refused: `STEP_UP_REQUIRED`, `REQUIRED`, `INVALID_CODE`, `CODE_WRONG`,
/// `PASSKEY_WRONG`, `CHALLENGE_EXPIRED`, `APP_OFF`, `RATE_LIMITED`.
pub async fn remove_app(ctx: &Ctx, actor: &Actor, factor: &Factor) -> Result<()> {
    let (tx, account) = locked_and_proved(ctx, actor, factor).await?;
    let user = &account.user;
    if !super::is_app_on(tx.db(), user.id).await? {
        return Err(Code::AppOff.into());
    }
    store::delete_app(&tx, user.id).await?;
    let is_last = !super::is_any_on(tx.db(), user.id).await?;
    if is_last {
        store::delete_codes(&tx, user.id).await?;
    }
    sessions::distrust_browsers(&tx, user.id).await?;
    record(&tx, ctx, actor, "user.app_removed", user.id).await?;
    let to = EmailAddress::parse(&user.email)?;
    mail::queue(&tx, ctx, &to, &letters::app_removed(ctx, user, is_last)?).await?;
    tx.commit().await
}
