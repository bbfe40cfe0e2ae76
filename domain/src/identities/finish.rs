//! Somebody comes back from a provider.

use contract::{Code, Problem, SessionId, identities::Provider};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::{
    Away, Finished, Person, Purpose, Returned, begin, enter, github, link, oidc,
    providers::Offered, store,
};
use crate::{
    Actor, Ctx, accounts,
    actor::SignedIn,
    audit::{self, Event, Subject},
    ceremonies::{self, Ceremony},
    error::Result,
    sessions,
    throttles::Rate,
};

/// People who come back from one address: 50, then one each 6 seconds.
const FROM_ADDRESS: Rate = Rate {
    name: "provider_address",
    burst: 50,
    period_seconds: 6,
};

/// A provider that tells the time of its sign-in may be so many seconds behind us.
const LEEWAY_SECONDS: i64 = 60;

/// Where somebody who has come back in vain is to be told so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayBack {
    SignIn { next: String },
    Security,
    Confirm { next: String },
}

/// Where the browser that carries this left from; `None` where that is not known.
pub fn way_back(ctx: &Ctx, away: &str) -> Option<WayBack> {
    Some(match begin::open(ctx, away).ok()?.state.purpose {
        Purpose::SignIn { next } => WayBack::SignIn { next },
        Purpose::Link { .. } => WayBack::Security,
        Purpose::Confirm { next, .. } => WayBack::Confirm { next },
    })
}

/// Takes what a provider has sent somebody back with, and does what they left for. `away` is the cookie of the browser that
/// left. Refused: `NOT_FOUND` for a provider that is not offered; `CHALLENGE_EXPIRED` for another browser or session, a state
/// that is wrong or absent, an answer that came late or before; `PROVIDER_DENIED`; `PROVIDER_FAILED` for whatever the provider
/// did not answer as it should, and for a person who may not sign in; `PROVIDER_EMAIL_UNVERIFIED`, `SIGN_UP_CLOSED`, `SIGN_UP_DOMAIN` where there is no account yet;
/// `PROVIDER_CONNECTED`, `IDENTITY_TAKEN` when connecting; `IDENTITY_UNKNOWN`, `FACTOR_NEEDED`, `PASSWORD_NEEDED`,
/// `PROVIDER_NOT_FRESH` when confirming; `RATE_LIMITED`.
pub async fn finish(
    ctx: &Ctx,
    actor: &Actor,
    provider: Provider,
    away: &str,
    returned: &Returned,
) -> Result<Finished> {
    let offered = ctx.providers().get(provider)?;
    let ceremony = begin::open(ctx, away)?;
    let is_same = returned.state.as_deref().is_some_and(|state| {
        state
            .as_bytes()
            .ct_eq(ceremony.state.state.as_bytes())
            .into()
    });
    if !is_same || ceremony.state.provider != provider {
        return Err(Code::ChallengeExpired.into());
    }
    let session = own_session(actor, &ceremony.state.purpose)?;
    use_up(ctx, &ceremony).await?;
    let away = &ceremony.state;
    let person = identify(ctx, offered, away, returned).await?;
    match (&away.purpose, session) {
        (Purpose::SignIn { next }, _) => enter::enter(ctx, offered, &person, next).await,
        (Purpose::Link { .. }, Some(user)) => {
            link::link(ctx, actor, user, offered, &person.claimed).await
        }
        (Purpose::Confirm { next, .. }, Some(user)) => {
            let left_at = ceremony
                .expires_at
                .minus_seconds(contract::identities::CEREMONY_SECONDS);
            check_fresh(offered, &person, left_at.0 / 1000)?;
            confirm(ctx, actor, user, &person, next).await
        }
        (_, None) => Err(Code::ChallengeExpired.into()),
    }
}

/// The session in which somebody left who was signed in; nobody else's comes back for it.
fn own_session<'a>(actor: &'a Actor, purpose: &Purpose) -> Result<Option<&'a SignedIn>> {
    let left_in: SessionId = match purpose {
        Purpose::SignIn { .. } => return Ok(None),
        Purpose::Link { session_id } | Purpose::Confirm { session_id, .. } => *session_id,
    };
    let here = actor.in_person().ok();
    match here.filter(|user| user.session_id == left_in) {
        Some(user) => Ok(Some(user)),
        None => Err(Code::ChallengeExpired.into()),
    }
}

/// Before the provider is asked: whatever comes of it, nothing comes of it twice.
async fn use_up(ctx: &Ctx, ceremony: &Ceremony<Away>) -> Result<()> {
    let tx = ctx.begin().await?;
    if let Some(network) = sessions::network(ctx) {
        FROM_ADDRESS.take(&tx, ctx.now(), &network).await?;
    }
    ceremonies::answered(&tx, ceremony.id, ceremony.expires_at).await?;
    tx.commit().await
}

async fn identify(
    ctx: &Ctx,
    offered: &Offered,
    away: &Away,
    returned: &Returned,
) -> Result<Person> {
    if let Some(error) = &returned.error {
        return Err(if error == "access_denied" {
            Problem::provider_denied(&offered.settings.name).into()
        } else {
            offered.failed(ctx, &"it came back with an error")
        });
    }
    let Some(code) = returned.code.as_deref().filter(|code| !code.is_empty()) else {
        return Err(offered.failed(ctx, &"it came back without a code"));
    };
    match away.provider {
        Provider::GitHub => github::identify(ctx, offered, away, returned, code).await,
        Provider::Google | Provider::Oidc => {
            oidc::identify(ctx, offered, away, returned, code).await
        }
    }
}

/// Where the provider tells when it last asked somebody who they are, that was after they left.
fn check_fresh(offered: &Offered, person: &Person, left_at: i64) -> Result<()> {
    match person.authenticated_at {
        Some(at) if at + LEEWAY_SECONDS < left_at => {
            tracing::info!(
                provider = offered.settings.provider.as_str(),
                "identities.confirm refused"
            );
            Err(Code::ProviderNotFresh.into())
        }
        _ => Ok(()),
    }
}

/// The session counts as fresh from now on, under a new token.
async fn confirm(
    ctx: &Ctx,
    actor: &Actor,
    user: &SignedIn,
    person: &Person,
    next: &str,
) -> Result<Finished> {
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let known = store::find(tx.db(), &person.claimed)
        .await?
        .filter(|known| known.user_id == user.user_id)
        .ok_or(Code::IdentityUnknown)?;
    begin::require_nothing_better(tx.db(), &account).await?;
    store::used(&tx, known.identity.id, &person.claimed.label, ctx.now()).await?;
    let opened = sessions::rotate(&tx, ctx, user.session_id, true).await?;
    let event = Event::new("session.confirmed", Subject::User(user.user_id))
        .with(json!({ "method": "provider" }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(Finished::Confirmed {
        opened,
        next: next.to_owned(),
    })
}
