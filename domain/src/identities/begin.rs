//! Somebody leaves for a provider: to sign in, to connect an identity, or to prove again who they are.

use std::fmt;

use contract::{
    Code,
    identities::{CEREMONY_SECONDS, Provider},
    text::own_path,
};
use sea_orm::ConnectionTrait;

use super::{Away, Purpose, SEALED_FOR, github, oidc, providers::Offered, store};
use crate::{
    Actor, Ctx,
    accounts::{self, Account},
    ceremonies::{self, Ceremony},
    error::Result,
    second_factors, sessions,
};

/// What a browser takes along.
#[derive(Clone)]
pub struct Begun {
    /// For a cookie of this browser alone: sealed, and good for ten minutes.
    pub away: String,
    /// Where to go.
    pub address: String,
}

/// What it takes along signs in whoever has it.
impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Begun(…)")
    }
}

/// Where somebody is about to be led.
#[derive(Clone, Debug)]
pub struct Leading {
    /// What the provider is called.
    pub name: String,
    pub address: String,
}

/// Where the provider sends people back to: made of the configured address alone.
pub(super) fn callback(ctx: &Ctx, provider: Provider) -> String {
    let path = format!("/sign-in/with/{}/callback", provider.as_str());
    ctx.settings().page(&path)
}

/// Begins a sign-in that leads to the page `next`. Refused: `NOT_FOUND` for a provider that is not offered, `PROVIDER_FAILED`.
pub async fn begin_sign_in(ctx: &Ctx, provider: Provider, next: &str) -> Result<Begun> {
    let next = own_path(next).to_owned();
    begin(ctx, provider, Purpose::SignIn { next }).await
}

/// Begins to connect an identity to the account of who asks. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `PROVIDER_CONNECTED`,
/// `PROVIDER_FAILED`.
pub async fn begin_link(ctx: &Ctx, actor: &Actor, provider: Provider) -> Result<Begun> {
    let user = sessions::require_fresh(ctx, actor)?;
    let issuer = &ctx.providers().get(provider)?.settings.issuer;
    if store::of_issuer(ctx.read(), user.user_id, issuer).await? {
        return Err(Code::ProviderConnected.into());
    }
    let session_id = user.session_id;
    begin(ctx, provider, Purpose::Link { session_id }).await
}

/// Begins a proof of identity at a provider whose identity is connected, that leads to the page `next`. For who has neither a
/// password nor a second factor, either of which proves more: a provider may not ask anew who somebody is. Refused: `NOT_FOUND`
/// where none is connected, `FACTOR_NEEDED`, `PASSWORD_NEEDED`, `PROVIDER_FAILED`.
pub async fn begin_confirmation(
    ctx: &Ctx,
    actor: &Actor,
    provider: Provider,
    next: &str,
) -> Result<Begun> {
    let user = actor.in_person()?;
    let issuer = &ctx.providers().get(provider)?.settings.issuer;
    if !store::of_issuer(ctx.read(), user.user_id, issuer).await? {
        return Err(Code::NotFound.into());
    }
    let account = accounts::find(ctx.read(), user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    require_nothing_better(ctx.read(), &account).await?;
    let purpose = Purpose::Confirm {
        session_id: user.session_id,
        next: own_path(next).to_owned(),
    };
    begin(ctx, provider, purpose).await
}

/// Refuses with `FACTOR_NEEDED` or `PASSWORD_NEEDED` who can prove who they are without a provider.
pub(super) async fn require_nothing_better(
    db: &impl ConnectionTrait,
    account: &Account,
) -> Result<()> {
    if second_factors::is_any_on(db, account.user.id).await? {
        return Err(Code::FactorNeeded.into());
    }
    if account.password_hash.is_some() {
        return Err(Code::PasswordNeeded.into());
    }
    Ok(())
}

async fn begin(ctx: &Ctx, provider: Provider, purpose: Purpose) -> Result<Begun> {
    let offered = ctx.providers().get(provider)?;
    let drawn = || ceremonies::text(&ctx.random_bytes::<32>());
    let away = Away {
        provider,
        purpose,
        state: drawn(),
        nonce: drawn(),
        verifier: drawn(),
    };
    let address = address(ctx, offered, &away).await?;
    let away = ceremonies::token(ctx, SEALED_FOR, CEREMONY_SECONDS, &away)?;
    Ok(Begun { away, address })
}

async fn address(ctx: &Ctx, offered: &Offered, away: &Away) -> Result<String> {
    let address = match away.provider {
        Provider::GitHub => github::address(ctx, offered, away)?,
        Provider::Google | Provider::Oidc => oidc::address(ctx, offered, away).await?,
    };
    Ok(address.into())
}

/// Where the browser that carries this is to be led, from a page of our own: a form's answer may lead to no other site. Refused:
/// `CHALLENGE_EXPIRED`, in another session too.
pub async fn lead_on(ctx: &Ctx, actor: &Actor, away: &str) -> Result<Leading> {
    let user = actor.in_person()?;
    let away = open(ctx, away)?.state;
    match away.purpose {
        Purpose::Link { session_id } | Purpose::Confirm { session_id, .. }
            if session_id == user.session_id => {}
        _ => return Err(Code::ChallengeExpired.into()),
    }
    let offered = ctx.providers().get(away.provider)?;
    Ok(Leading {
        name: offered.settings.name.clone(),
        address: address(ctx, offered, &away).await?,
    })
}

pub(super) fn open(ctx: &Ctx, away: &str) -> Result<Ceremony<Away>> {
    ceremonies::open(ctx, SEALED_FOR, away)
}
