//! Step-up: sensitive acts want a fresh proof of identity.

use contract::{Code, Password};
use serde_json::json;

use super::{FRESH_SECONDS, Opened, confirm_password, rotate};
use crate::{
    Actor, Ctx, accounts,
    actor::SignedIn,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    passkeys::Purpose,
    second_factors::{self, Factor},
};

/// How far the clocks of several machines may differ, in seconds.
const SKEW: i64 = 60;

/// What a person proves who they are with.
#[derive(Clone, Debug)]
pub enum Proof {
    Password(Password),
    /// A second factor.
    Factor(Factor),
}

impl From<Password> for Proof {
    fn from(password: Password) -> Self {
        Self::Password(password)
    }
}

/// Lets pass who proved who they are in the last ten minutes, and refuses others with `STEP_UP_REQUIRED`; staff who act as somebody
/// else prove nothing, and are refused with `IMPERSONATED`.
pub fn require_fresh<'a>(ctx: &Ctx, actor: &'a Actor) -> Result<&'a SignedIn> {
    let user = actor.in_person()?;
    let (at, now) = (user.authenticated_at, ctx.now());
    // A proof of the future was given while the clock was ahead, nobody knows when.
    let is_fresh = at.plus_seconds(FRESH_SECONDS) > now && at <= now.plus_seconds(SKEW);
    if is_fresh {
        Ok(user)
    } else {
        Err(Code::StepUpRequired.into())
    }
}

/// Takes a proof again; the session counts as fresh from now on, under a new token. Who has set up a second factor proves to
/// have one: with a stolen password alone nobody adds another, or takes one off. Refused: `FACTOR_NEEDED`, `IMPERSONATED`, and a
/// proof that is not good.
pub async fn step_up(ctx: &Ctx, actor: &Actor, proof: &Proof) -> Result<Opened> {
    let user = actor.in_person()?;
    let (tx, method) = match proof {
        Proof::Password(password) => (
            confirmed_by_password(ctx, user, password).await?,
            "password",
        ),
        Proof::Factor(factor) => confirmed(ctx, actor, user, factor).await?,
    };
    let opened = rotate(&tx, ctx, user.session_id, true).await?;
    let event = Event::new("session.confirmed", Subject::User(user.user_id));
    audit::record(&tx, ctx, actor, event.with(json!({ "method": method }))).await?;
    tx.commit().await?;
    Ok(opened)
}

async fn confirmed_by_password(ctx: &Ctx, user: &SignedIn, password: &Password) -> Result<Tx> {
    if second_factors::is_any_on(ctx.read(), user.user_id).await? {
        return Err(Code::FactorNeeded.into());
    }
    let (permit, _) = confirm_password(ctx, user.user_id, password, "password").await?;
    drop(permit);
    ctx.begin().await
}

async fn confirmed(
    ctx: &Ctx,
    actor: &Actor,
    user: &SignedIn,
    factor: &Factor,
) -> Result<(Tx, &'static str)> {
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let purpose = Purpose::Confirm(user.session_id);
    let (tx, taken) = second_factors::take(tx, ctx, actor, &account, purpose, factor).await?;
    Ok((tx, taken.step().as_str()))
}
