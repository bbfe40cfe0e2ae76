//! Recovery codes.

use contract::{EmailAddress, second_factors::RecoveryCode};
use sha2::{Digest, Sha256};

use super::{Factor, Taken, letters, locked_and_proved, mint_codes, record, store};
use crate::{Actor, Ctx, accounts::Account, context::Tx, error::Result, mail};

/// What is stored of a code. At 80 random bits a fast hash is the right one, there is nothing to guess.
pub(super) fn hash(id: contract::UserId, code: &RecoveryCode) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(id.0.as_bytes());
    digest.update(code.bare());
    digest.finalize().to_vec()
}

/// Uses a code up, if it is one of the person's; the person is told by a letter.
pub(super) async fn take(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    account: &Account,
    code: &RecoveryCode,
) -> Result<Option<Taken>> {
    let user = &account.user;
    if !super::is_any_on(tx.db(), user.id).await?
        || !store::use_code(tx, user.id, &hash(user.id, code), ctx.now()).await?
    {
        return Ok(None);
    }
    let left = store::codes_left(tx.db(), user.id).await?;
    record(tx, ctx, actor, "user.recovery_code_used", user.id).await?;
    let to = EmailAddress::parse(&user.email)?;
    mail::queue(tx, ctx, &to, &letters::code_used(ctx, user, left)?).await?;
    Ok(Some(Taken::Recovery(left)))
}

/// Takes a code of the app, one of the old codes or an answer of a passkey, and makes new codes; the old ones are dead. They
/// are shown once. Refused: `STEP_UP_REQUIRED`, `APP_OFF` for who has no second factor, and a proof that is not good.
pub async fn replace_recovery_codes(
    ctx: &Ctx,
    actor: &Actor,
    factor: &Factor,
) -> Result<Vec<RecoveryCode>> {
    let (tx, account) = locked_and_proved(ctx, actor, factor).await?;
    let user = &account.user;
    let codes = mint_codes(&tx, ctx, user.id).await?;
    record(&tx, ctx, actor, "user.recovery_codes_replaced", user.id).await?;
    let to = EmailAddress::parse(&user.email)?;
    mail::queue(&tx, ctx, &to, &letters::codes_replaced(ctx, user)?).await?;
    tx.commit().await?;
    Ok(codes)
}
