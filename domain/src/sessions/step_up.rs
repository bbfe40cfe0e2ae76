//! Step-up: sensitive acts want a fresh proof of identity.

use contract::{Code, Password};

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

/// Lets pass who proved who they are in the last ten minutes, and refuses others with `STEP_UP_REQUIRED`.
pub fn require_fresh<'a>(ctx: &Ctx, actor: &'a Actor) -> Result<&'a SignedIn> {
    let user = actor.signed_in()?;
    let is_fresh = user.authenticated_at.plus_seconds(FRESH_SECONDS) > ctx.now();
    if is_fresh {
        Ok(user)
    } else {
        Err(Code::StepUpRequired.into())
    }
}

/// Takes a proof again; the session counts as fresh from now on, under a new token.
pub async fn step_up(ctx: &Ctx, actor: &Actor, proof: &Proof) -> Result<Opened> {
    let user = actor.signed_in()?;
    let tx = match proof {
        Proof::Password(password) => {
            let (permit, _) = confirm_password(ctx, user.user_id, password, "password").await?;
            drop(permit);
            ctx.begin().await?
        }
        Proof::Factor(factor) => confirmed(ctx, user, factor).await?,
    };
    let opened = rotate(&tx, ctx, user.session_id, true).await?;
    audit::record(
        &tx,
        ctx,
        actor,
        Event::new("session.confirmed", Subject::User(user.user_id)),
    )
    .await?;
    tx.commit().await?;
    Ok(opened)
}

async fn confirmed(ctx: &Ctx, user: &SignedIn, factor: &Factor) -> Result<Tx> {
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let (tx, _) =
        second_factors::take(tx, ctx, &account, Purpose::Confirm(user.session_id), factor).await?;
    Ok(tx)
}
