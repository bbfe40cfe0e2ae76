//! The second step of signing in: a code or a passkey after what was good for a session before.
//!
//! Between the two steps there is no session, only a challenge: a token that is good for the second step and nothing else.

use contract::{
    Code, Timestamp,
    second_factors::{CHALLENGE_SECONDS, SecondFactors, TRUSTED_DAYS},
    sessions::{Method, SecondStep},
};

use super::{
    DAY, Kind, Opened, PREFIX_OF_CHALLENGES, PREFIX_OF_TRUST,
    sign_in::start,
    store::waiting::{self, Waiting},
};
use crate::{
    Actor, Ctx, PlainSecret, accounts,
    accounts::Account,
    context::Tx,
    error::Result,
    metrics::SIGN_INS,
    passkeys::{self, Asked, Purpose},
    second_factors::{self, Factor, Taken},
};

/// A sign-in whose first step was good.
#[derive(Clone, Debug)]
pub struct Challenge {
    pub token: PlainSecret,
    pub expires_at: Timestamp,
}

/// What the first step came to.
#[derive(Clone, Debug)]
pub enum Entered {
    Opened(Box<Opened>),
    Challenged(Challenge),
}

impl Entered {
    /// The session, where no second step is asked for.
    pub fn opened(self) -> Option<Opened> {
        match self {
            Self::Opened(opened) => Some(*opened),
            Self::Challenged(_) => None,
        }
    }
}

/// What the second step came to.
#[derive(Clone, Debug)]
pub struct Completed {
    pub opened: Opened,
    /// How many recovery codes are left, when one was used.
    pub recovery_codes_left: Option<u32>,
    /// What lets this browser skip the step for [`TRUSTED_DAYS`].
    pub trust: Option<PlainSecret>,
}

/// Opens a session, or asks for the second step first. The account is locked and may sign in.
pub(crate) async fn enter(
    tx: &Tx,
    ctx: &Ctx,
    account: &Account,
    kind: Kind,
    method: Method,
) -> Result<Entered> {
    let id = account.user.id;
    if !second_factors::is_any_on(tx.db(), id).await? {
        let (opened, _) = start(tx, ctx, account, kind, method, SecondStep::None).await?;
        return Ok(Entered::Opened(Box::new(opened)));
    }
    if let Some(trust) = trusted(ctx)
        && waiting::is_trusted(tx.db(), id, &trust.hash(), ctx.now()).await?
    {
        let (opened, _) = start(tx, ctx, account, kind, method, SecondStep::TrustedBrowser).await?;
        return Ok(Entered::Opened(Box::new(opened)));
    }
    let token = PlainSecret::mint(ctx.random(), PREFIX_OF_CHALLENGES);
    let expires_at = ctx.now().plus_seconds(CHALLENGE_SECONDS);
    waiting::insert_challenge(tx, ctx, id, kind, method, &token.hash(), expires_at).await?;
    Ok(Entered::Challenged(Challenge { token, expires_at }))
}

fn trusted(ctx: &Ctx) -> Option<PlainSecret> {
    PlainSecret::parse(PREFIX_OF_TRUST, ctx.origin().trust.as_deref()?)
}

/// What a challenge that waits may be answered with; for the page that asks for it. `None` where none waits.
pub async fn waiting_for(ctx: &Ctx, token: &str) -> Result<Option<SecondFactors>> {
    let Some(secret) = PlainSecret::parse(PREFIX_OF_CHALLENGES, token) else {
        return Ok(None);
    };
    match waiting::challenge(ctx.read(), &secret.hash(), ctx.now()).await? {
        Some(found) => second_factors::of(ctx, found.user_id).await.map(Some),
        None => Ok(None),
    }
}

/// Asks for a passkey as the second step. Refused: `CHALLENGE_EXPIRED`, `PASSKEYS_OFF`.
pub async fn begin_second_step_with_passkey(ctx: &Ctx, token: &str) -> Result<Asked> {
    let secret = PlainSecret::parse(PREFIX_OF_CHALLENGES, token).ok_or(Code::ChallengeExpired)?;
    let challenge = waiting::challenge(ctx.read(), &secret.hash(), ctx.now())
        .await?
        .ok_or(Code::ChallengeExpired)?;
    let purpose = Purpose::SecondStep(challenge.id);
    passkeys::ask(ctx, purpose, Some(challenge.user_id)).await
}

/// Takes a code of the authenticator app, a recovery code or an answer of a passkey, and opens the session that the first step
/// asked for. With `trusts` this browser skips the step for 30 days, until the password or a factor changes. Refused: `CHALLENGE_EXPIRED`
/// (then begin anew), `REQUIRED`, `INVALID_CODE`, `CODE_WRONG`, `RATE_LIMITED`, `PASSKEY_WRONG`.
pub async fn complete_second_factor(
    ctx: &Ctx,
    token: &str,
    factor: &Factor,
    trusts: bool,
) -> Result<Completed> {
    let secret = PlainSecret::parse(PREFIX_OF_CHALLENGES, token).ok_or(Code::ChallengeExpired)?;
    let tx = ctx.begin().await?;
    let challenge = waiting::challenge(tx.db(), &secret.hash(), ctx.now())
        .await?
        .ok_or(Code::ChallengeExpired)?;
    let account = accounts::lock(&tx, challenge.user_id)
        .await?
        .filter(Account::may_sign_in)
        .ok_or(Code::ChallengeExpired)?;
    let purpose = Purpose::SecondStep(challenge.id);
    let taken = second_factors::take(tx, ctx, &Actor::Anonymous, &account, purpose, factor).await;
    let (tx, taken) = taken.inspect_err(|error| {
        if error.is_refusal(Code::CodeWrong) || error.is_refusal(Code::PasskeyWrong) {
            SIGN_INS.counter(["wrong_code"]).increment(1);
        }
    })?;
    // Another request may have used it up while this one waited for the account.
    if !waiting::delete_challenge(&tx, challenge.id).await? {
        return Err(Code::ChallengeExpired.into());
    }
    let Waiting { kind, method, .. } = challenge;
    let (opened, _) = start(&tx, ctx, &account, kind, method, taken.step()).await?;
    let trust = if trusts && kind != Kind::Program {
        Some(trust(&tx, ctx, &account).await?)
    } else {
        None
    };
    tx.commit().await?;
    SIGN_INS.counter(["ok"]).increment(1);
    Ok(Completed {
        opened,
        recovery_codes_left: match taken {
            Taken::App | Taken::Passkey => None,
            Taken::Recovery(left) => Some(left),
        },
        trust,
    })
}

async fn trust(tx: &Tx, ctx: &Ctx, account: &Account) -> Result<PlainSecret> {
    let token = PlainSecret::mint(ctx.random(), PREFIX_OF_TRUST);
    let expires_at = ctx.now().plus_seconds(TRUSTED_DAYS * DAY);
    waiting::insert_trust(tx, ctx, account.user.id, &token.hash(), expires_at).await?;
    Ok(token)
}
