//! The authenticator app: setting one up, and taking its codes.

use contract::{
    Code, UserId,
    second_factors::{AppSetUp, DIGITS, SKEW_STEPS, STEP_SECONDS},
};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::{Taken, store};
use crate::{
    Actor, Ctx, accounts,
    context::Tx,
    error::{Error, Result},
    sessions,
};

/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// Makes a secret for an app. It is asked for only after [`super::confirm_app`]; until then another one may replace it.
/// Refused: `STEP_UP_REQUIRED`, `APP_ON`.
pub async fn begin_app(ctx: &Ctx, actor: &Actor) -> Result<AppSetUp> {
    let user = sessions::require_fresh(ctx, actor)?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if super::is_app_on(tx.db(), user.user_id).await? {
        return Err(Code::AppOn.into());
    }
    let secret: [u8; SECRET_BYTES] = ctx.random_bytes();
    store::put_app(&tx, ctx, user.user_id, &sealed(ctx, user.user_id, &secret)).await?;
    tx.commit().await?;
    set_up(ctx, &account.user.email, &secret)
}

/// What is to be entered into the app, while no code has confirmed it.
pub async fn pending_app(ctx: &Ctx, actor: &Actor) -> Result<Option<AppSetUp>> {
    let user = sessions::require_fresh(ctx, actor)?;
    let Some(app) = store::app(ctx.read(), user.user_id).await? else {
        return Ok(None);
    };
    if app.confirmed_at.is_some() {
        return Ok(None);
    }
    let account = accounts::find(ctx.read(), user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let secret = opened(ctx, user.user_id, &app.sealed_secret)?;
    set_up(ctx, &account.user.email, &secret).map(Some)
}

/// Uses a code up, if the person has a confirmed app and it is the app's.
pub(super) async fn take(tx: &Tx, ctx: &Ctx, id: UserId, digits: &str) -> Result<Option<Taken>> {
    match store::app(tx.db(), id).await? {
        Some(app) if app.confirmed_at.is_some() => {
            let is_taken = advance(tx, ctx, id, &app, digits).await?;
            Ok(is_taken.then_some(Taken::App))
        }
        _ => Ok(None),
    }
}

/// Whether a code is one of this app and newer than all before; from now on it is not.
pub(super) async fn advance(
    tx: &Tx,
    ctx: &Ctx,
    id: UserId,
    app: &store::App,
    digits: &str,
) -> Result<bool> {
    let secret = opened(ctx, id, &app.sealed_secret)?;
    let seconds = u64::try_from(ctx.now().0 / 1000).unwrap_or_default();
    let step = generator(&secret, None)?.check(digits, seconds);
    let step = step.and_then(|step| i64::try_from(step).ok());
    match step {
        Some(step) => store::advance_app(tx, id, step).await,
        None => Ok(false),
    }
}

pub(super) fn purpose(id: UserId) -> String {
    format!("authenticator app of {id}")
}

fn sealed(ctx: &Ctx, id: UserId, secret: &[u8]) -> Vec<u8> {
    ctx.sealer().seal(ctx.random(), &purpose(id), secret)
}

fn opened(ctx: &Ctx, id: UserId, sealed: &[u8]) -> Result<Vec<u8>> {
    ctx.sealer().open(&purpose(id), sealed).ok_or_else(|| {
        Error::internal(
            "opening the secret of an authenticator app: was the secret key of the installation changed?",
            std::io::Error::other("it was sealed under another key"),
        )
    })
}

/// SHA-1, six digits and 30 seconds are what every app knows.
fn generator(secret: &[u8], labels: Option<(&str, &str)>) -> Result<Totp> {
    let mut builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS as u8)
        .with_skew(SKEW_STEPS)
        .with_step_duration(STEP_SECONDS)
        .with_secret(Secret::from(secret));
    if let Some((product, email)) = labels {
        // Neither may hold the colon that stands between them.
        let bare = |text: &str| text.replace(':', " ");
        builder = builder
            .with_issuer(Some(bare(product)))
            .with_account_name(bare(email));
    }
    builder
        .build()
        .map_err(|source| Error::internal("making one-time codes", source))
}

fn set_up(ctx: &Ctx, email: &str, secret: &[u8]) -> Result<AppSetUp> {
    let totp = generator(secret, Some((&ctx.settings().product_name, email)))?;
    let uri = totp
        .to_url()
        .map_err(|source| Error::internal("making the address of an authenticator app", source))?;
    Ok(AppSetUp {
        secret: totp.secret().to_base32(),
        uri,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret "12345678901234567890" and SHA-1; the last six of the eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let totp = generator(b"12345678901234567890", None).expect("a good secret");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp.check(code, seconds), Some(seconds / STEP_SECONDS));
            assert!(totp.check(code, seconds + STEP_SECONDS).is_some());
            assert!(totp.check(code, seconds - STEP_SECONDS).is_some());
            assert_eq!(totp.check(code, seconds + 2 * STEP_SECONDS), None);
        }
    }
}
