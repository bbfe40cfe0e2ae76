//! Second factors: the codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is not at hand.
//!
//! With an app set up, what was good for a session before begins a challenge instead (`sessions`): there is no session until
//! the second step is done, so nothing can be done with the first alone. A code of an app is taken once: the step that it
//! belongs to is written down, and only later ones are taken from then on. Secrets are sealed, recovery codes hashed.

mod app;
mod confirm;
mod letters;
mod queries;
mod recovery;
mod remove;
mod reset;
mod store;

use contract::{
    Code, Problem, UserId,
    second_factors::{GivenCode, RecoveryCode},
    sessions::SecondStep,
};
use sea_orm::ConnectionTrait;

use crate::{
    Actor, Ctx,
    accounts::{self, Account},
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    sessions,
    throttles::{Failures, Guessed, Rate},
};

pub use app::{begin_app, pending_app};
pub use confirm::{Confirmed, confirm_app};
pub use queries::get;
pub use recovery::replace_recovery_codes;
pub use remove::remove_app;
pub use reset::reset;

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
    /// And how many are left.
    Recovery(u32),
}

impl Taken {
    pub(crate) const fn step(self) -> SecondStep {
        match self {
            Self::App => SecondStep::App,
            Self::Recovery(_) => SecondStep::RecoveryCode,
        }
    }
}

/// Whether a password alone signs this person in no more.
pub(crate) async fn is_any_on(db: &impl ConnectionTrait, id: UserId) -> Result<bool> {
    let app = store::app(db, id).await?;
    Ok(app.is_some_and(|app| app.confirmed_at.is_some()))
}

/// Takes a code of a person whose account is locked, and uses it up; the transaction is still to be committed. Wrong ones are
/// counted and, after a few, have to wait: under the lock, so that many at once are as many guesses as one after the other.
/// Refused: `CODE_WRONG`, `RATE_LIMITED`.
pub(crate) async fn take(
    tx: Tx,
    ctx: &Ctx,
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
        GivenCode::Recovery(code) => recovery::take(&tx, ctx, account, code).await?,
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

/// Takes a code for a sensitive act of somebody who has just proved who they are; gives the locked account.
async fn locked_and_proved(ctx: &Ctx, actor: &Actor, code: &str) -> Result<(Tx, Account)> {
    let user = sessions::require_fresh(ctx, actor)?;
    let given = GivenCode::parse(code).map_err(|problem| problem.on("code"))?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if !is_any_on(tx.db(), user.user_id).await? {
        return Err(Code::AppOff.into());
    }
    let (tx, _) = take(tx, ctx, &account, &given).await?;
    Ok((tx, account))
}

/// New codes in place of all that the person had.
async fn mint_codes(tx: &Tx, ctx: &Ctx, id: UserId) -> Result<Vec<RecoveryCode>> {
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
