//! Second factors: the codes of an authenticator app (TOTP, RFC 6238), passkeys, and recovery codes for when neither is at hand.
//!
//! With one set up, what was good for a session before begins a challenge instead (`sessions`): there is no session until
//! the second step is done, so nothing can be done with the first alone. A code of an app is taken once: the step that it
//! belongs to is written down, and only later ones are taken from then on. Secrets are sealed, recovery codes hashed.

mod app;
mod confirm;
mod letters;
mod queries;
mod recovery;
mod remove;
mod reseal;
mod reset;
mod store;

use contract::{
    Code, Problem, Timestamp, UserId,
    second_factors::{GivenCode, RecoveryCode},
    sessions::SecondStep,
};
use sea_orm::ConnectionTrait;
use tracing::field::display;

use crate::{
    Actor, Ctx,
    accounts::{self, Account},
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    passkeys::{self, Answer, Purpose},
    sessions,
    throttles::{Failures, Guessed, Rate},
};

pub use app::{begin_app, pending_app};
pub use confirm::{Confirmed, confirm_app};
pub(crate) use letters::letter;
pub use queries::get;
pub(crate) use queries::{of, of_each};
pub use recovery::replace_recovery_codes;
pub use remove::remove_app;
pub use reseal::count_unreadable;
pub(crate) use reseal::{count_sealed_before, is_sealed_by_us, reseal};
pub use reset::reset;
pub(crate) use store::{is_any_on_for, is_none_on_for};

/// Wrong codes for one account: four are free, then the wait grows from 5 seconds to 15 minutes.
const WRONG_CODES: Failures = Failures {
    name: "code",
    free: 4,
    first_wait_seconds: 5,
    longest_wait_seconds: 15 * 60,
};

/// Wrong codes from one address over all accounts: 50, then one each 6 seconds.
const WRONG_CODES_FROM_ADDRESS: Rate = Rate {
    name: "code_address",
    burst: 50,
    period_seconds: 6,
};

/// A code that was right and is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    App,
    Passkey,
    /// And how many are left.
    Recovery(u32),
}

impl Taken {
    pub(crate) const fn step(self) -> SecondStep {
        match self {
            Self::App => SecondStep::App,
            Self::Passkey => SecondStep::Passkey,
            Self::Recovery(_) => SecondStep::RecoveryCode,
        }
    }
}

/// What a person proves to have.
#[derive(Clone, Debug)]
pub enum Factor {
    /// Of the authenticator app, or a recovery code, as it was typed.
    Code(String),
    Passkey(Answer),
}

impl From<&str> for Factor {
    fn from(code: &str) -> Self {
        Self::Code(code.to_owned())
    }
}

/// Whether a password alone signs this person in no more.
pub(crate) async fn is_any_on(db: &impl ConnectionTrait, id: UserId) -> Result<bool> {
    Ok(is_app_on(db, id).await? || passkeys::count(db, id).await? > 0)
}

async fn is_app_on(db: &impl ConnectionTrait, id: UserId) -> Result<bool> {
    let app = store::app(db, id).await?;
    Ok(app.is_some_and(|app| app.confirmed_at.is_some()))
}

/// Takes what a person has, whose account is locked; the transaction is still to be committed. A passkey's answer was asked for
/// with this purpose. Refused: `REQUIRED`, `INVALID_CODE`, `CODE_WRONG`, `RATE_LIMITED`, and what [`passkeys::check`] refuses.
pub(crate) async fn take(
    tx: Tx,
    ctx: &Ctx,
    actor: &Actor,
    account: &Account,
    purpose: Purpose,
    factor: &Factor,
) -> Result<(Tx, Taken)> {
    let taken = match factor {
        Factor::Code(text) => {
            let given = GivenCode::parse(text).map_err(|problem| problem.on("code"))?;
            take_code(tx, ctx, actor, account, &given).await
        }
        Factor::Passkey(answer) => {
            let act = async move {
                passkeys::check(&tx, ctx, purpose, account.user.id, answer).await?;
                Ok((tx, Taken::Passkey))
            };
            passkeys::counted(ctx, act).await
        }
    };
    log(ctx, account.user.id, &taken);
    taken
}

fn log(ctx: &Ctx, user_id: UserId, taken: &Result<(Tx, Taken)>) {
    let (ip, trace_id) = (ctx.origin().ip.map(display), &ctx.origin().trace_id);
    match taken {
        Ok((_, taken)) => {
            let step = taken.step().as_str();
            tracing::info!(%user_id, ip, trace_id, step, "second_factors.take");
        }
        Err(error) => {
            tracing::info!(%user_id, ip, trace_id, %error, "second_factors.take refused");
        }
    }
}

/// Whether the signed-in person has a second factor.
pub async fn has_any(ctx: &Ctx, actor: &Actor) -> Result<bool> {
    is_any_on(ctx.read(), actor.signed_in()?.user_id).await
}

/// Takes a code of a person whose account is locked, and uses it up; the transaction is still to be committed. Wrong ones are
/// counted and, after a few, have to wait: under the lock, so that many at once are as many guesses as one after the other.
/// Refused: `CODE_WRONG`, `RATE_LIMITED`.
async fn take_code(
    tx: Tx,
    ctx: &Ctx,
    actor: &Actor,
    account: &Account,
    given: &GivenCode,
) -> Result<(Tx, Taken)> {
    let id = account.user.id;
    let subject = id.to_string();
    let guessed = Guessed {
        account: &subject,
        device: sessions::known_device(ctx, id),
    };
    let network = sessions::network(ctx);
    let from = (&WRONG_CODES_FROM_ADDRESS, network.as_deref());
    let has_failures = WRONG_CODES
        .check(tx.db(), ctx.now(), &guessed, from)
        .await?;
    let taken = match given {
        GivenCode::App(digits) => app::take(&tx, ctx, id, digits).await?,
        GivenCode::Recovery(code) => recovery::take(&tx, ctx, actor, account, code).await?,
    };
    let Some(taken) = taken else {
        WRONG_CODES.record(&tx, ctx.now(), &guessed).await?;
        if let Some(network) = network {
            // The burst may be used up by others meanwhile; the guess was made all the same.
            match WRONG_CODES_FROM_ADDRESS
                .take(&tx, ctx.now(), &network)
                .await
            {
                Err(error) if !error.is_refusal(Code::RateLimited) => return Err(error),
                _ => {}
            }
        }
        tx.commit().await?;
        return Err(Problem::new(Code::CodeWrong).on("code").into());
    };
    if has_failures {
        WRONG_CODES.clear(&tx, &guessed).await?;
    }
    Ok((tx, taken))
}

/// Takes a proof for a sensitive act of somebody who has just proved who they are; gives the locked account.
async fn locked_and_proved(ctx: &Ctx, actor: &Actor, factor: &Factor) -> Result<(Tx, Account)> {
    let user = sessions::require_fresh(ctx, actor)?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if !is_any_on(tx.db(), user.user_id).await? {
        return Err(Code::AppOff.into());
    }
    let purpose = Purpose::Confirm(user.session_id);
    let (tx, _) = take(tx, ctx, actor, &account, purpose, factor).await?;
    Ok((tx, account))
}

/// Forgets what was set up since a moment, by whoever had the account then: apps, passkeys and recovery codes. Tells whether
/// there was any.
pub(crate) async fn forget_since(tx: &Tx, id: UserId, since: Timestamp) -> Result<bool> {
    let apps = store::delete_app_since(tx, id, since).await?;
    let passkeys = passkeys::delete_since(tx, id, since).await?;
    let codes = store::delete_codes_since(tx, id, since).await?;
    if !is_any_on(tx.db(), id).await? {
        forget_codes(tx, id).await?;
    }
    Ok(apps + passkeys + codes > 0)
}

/// Forgets the recovery codes of a person who has no second factor any more.
pub(crate) async fn forget_codes(tx: &Tx, id: UserId) -> Result<()> {
    store::delete_codes(tx, id).await
}

/// New codes in place of all that the person had.
pub(crate) async fn mint_codes(tx: &Tx, ctx: &Ctx, id: UserId) -> Result<Vec<RecoveryCode>> {
    let codes: Vec<RecoveryCode> = (0..contract::second_factors::RECOVERY_CODES)
        .map(|_| RecoveryCode::of(ctx.random_bytes()))
        .collect();
    store::replace_codes(tx, ctx, id, &codes).await?;
    Ok(codes)
}

/// Writes down a change of somebody's factors.
async fn record(tx: &Tx, ctx: &Ctx, actor: &Actor, action: &'static str, id: UserId) -> Result<()> {
    audit::record(tx, ctx, actor, Event::new(action, Subject::User(id))).await
}
