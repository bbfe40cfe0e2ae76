//! Passkeys (Web Authentication Level 3, by `webauthn-rs`): setting them up, and checking what they answer.
//!
//! A passkey verifies its owner by itself (PIN, finger, face), so it signs in alone; and it is a second factor: who has one is
//! asked for it, or for another, after a password or a link. Every question is good for ten minutes, in the session or
//! sign-in that asked, and is answered once. What is to be remembered of a question travels sealed with whoever was asked,
//! so asking costs no row; the row of an answered one keeps it from being answered again.

mod ceremony;
mod edit;
mod letters;
mod register;
mod store;

use contract::{Code, SessionId, UserId};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use url::Host;
use uuid::Uuid;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{DiscoverableAuthentication, PublicKeyCredential},
};

use crate::{
    Actor, Ctx, ceremonies,
    context::Tx,
    error::{Error, Result},
    sessions,
    settings::Settings,
    throttles::Rate,
};

pub use edit::{list, remove, rename};
pub use register::{Registered, begin_registration, register};
pub(crate) use store::{count, count_each, delete_all, delete_since};

/// Wrong answers of passkeys from one address: 50, then one each 6 seconds.
const WRONG_FROM_ADDRESS: Rate = Rate {
    name: "passkey_address",
    burst: 50,
    period_seconds: 6,
};

/// Takes what an act with a passkey came to, where one address has not given too many wrong answers, and counts another one.
/// Refused: `RATE_LIMITED`.
pub(crate) async fn counted<T>(ctx: &Ctx, act: impl Future<Output = Result<T>>) -> Result<T> {
    let Some(network) = sessions::network(ctx) else {
        return act.await;
    };
    let now = ctx.now();
    WRONG_FROM_ADDRESS.check(ctx.read(), now, &network).await?;
    let done = act.await;
    if done
        .as_ref()
        .is_err_and(|error| error.is_refusal(Code::PasskeyWrong))
    {
        let tx = ctx.begin().await?;
        // The burst may be used up by others meanwhile; the answer was given all the same.
        match WRONG_FROM_ADDRESS.take(&tx, now, &network).await {
            Err(error) if !error.is_refusal(Code::RateLimited) => return Err(error),
            _ => tx.commit().await?,
        }
    }
    done
}

/// A question to a passkey.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What the answer is to be given with.
    pub token: String,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` of the standard.
    pub options: Value,
}

/// What a passkey answered, and to what.
#[derive(Clone, Debug)]
pub struct Answer {
    pub token: String,
    /// `RegistrationResponseJSON` or `AuthenticationResponseJSON` of the standard.
    pub response: Value,
}

/// What a question was asked for; the answer is good for nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Register(SessionId),
    SignIn,
    /// Of the sign-in that waits under this id.
    SecondStep(Uuid),
    Confirm(SessionId),
}

impl Purpose {
    fn sealed_for(self) -> String {
        match self {
            Self::Register(id) => format!("passkey to be set up in {id}"),
            Self::SignIn => "passkey to sign in".to_owned(),
            Self::SecondStep(id) => format!("passkey as the second step of {id}"),
            Self::Confirm(id) => format!("passkey to confirm {id}"),
        }
    }
}

/// Whether passkeys can be had here: browsers bind them to a domain name, and an IP address is none.
pub fn are_available(ctx: &Ctx) -> bool {
    ctx.relying_party().is_some()
}

pub(crate) fn relying_party(settings: &Settings) -> Option<Webauthn> {
    let Some(Host::Domain(domain)) = settings.public_url.host() else {
        return None;
    };
    WebauthnBuilder::new(domain, &settings.public_url)
        .and_then(|builder| builder.rp_name(&settings.product_name).build())
        .inspect_err(
            |error| tracing::warn!(%error, "passkeys cannot be had at this public address"),
        )
        .ok()
}

fn party(ctx: &Ctx) -> Result<&Webauthn> {
    ctx.relying_party().ok_or_else(|| Code::PasskeysOff.into())
}

/// Asks for an answer of a passkey; of one of this person, where it is known who is asked.
pub(crate) async fn ask(ctx: &Ctx, purpose: Purpose, of: Option<UserId>) -> Result<Asked> {
    let (challenge, state) = party(ctx)?
        .start_discoverable_authentication()
        .map_err(|error| Error::internal("asking a passkey", error))?;
    let mut options = ceremony::json(&challenge.public_key)?;
    if let Some(id) = of {
        options["allowCredentials"] = described(&store::credential_ids(ctx.read(), id).await?);
    }
    let token = ceremony::token(ctx, purpose, &state)?;
    Ok(Asked { token, options })
}

/// Asks the signed-in person's passkeys for a proof, for a sensitive act. Refused: `PASSKEYS_OFF`.
pub async fn begin_confirmation(ctx: &Ctx, actor: &Actor) -> Result<Asked> {
    let user = actor.in_person()?;
    ask(ctx, Purpose::Confirm(user.session_id), Some(user.user_id)).await
}

/// As `PublicKeyCredentialDescriptorJSON`.
fn described(ids: &[Vec<u8>]) -> Value {
    let described =
        |id: &Vec<u8>| serde_json::json!({ "type": "public-key", "id": ceremony::text(id) });
    ids.iter().map(described).collect()
}

/// A response that is none of a passkey is refused like a wrong one.
fn refusal() -> Error {
    contract::Problem::new(Code::PasskeyWrong)
        .on("passkey")
        .into()
}

/// Whose passkey has answered, before it is known whether the answer is right: to lock the account for [`check`].
pub(crate) async fn owner(db: &impl ConnectionTrait, answer: &Answer) -> Result<UserId> {
    let response = parsed(&answer.response)?;
    store::owner(db, response.get_credential_id())
        .await?
        .ok_or_else(refusal)
}

fn parsed(response: &Value) -> Result<PublicKeyCredential> {
    serde_json::from_value(response.clone()).map_err(|_| refusal())
}

/// Takes an answer of a passkey of this person, whose account is locked, and uses the question up. Refused: `PASSKEYS_OFF`,
/// `CHALLENGE_EXPIRED` for a question that was asked elsewhere, for something else, too long ago, or was answered;
/// `PASSKEY_WRONG` for a passkey of nobody or of somebody else, another site's, a wrong signature, a missing verification of
/// its owner, and a counter that ran backwards.
pub(crate) async fn check(
    tx: &Tx,
    ctx: &Ctx,
    purpose: Purpose,
    id: UserId,
    answer: &Answer,
) -> Result<()> {
    let party = party(ctx)?;
    let ceremony = ceremony::open::<DiscoverableAuthentication>(ctx, purpose, &answer.token)?;
    ceremonies::answered(tx, ceremony.id, ceremony.expires_at).await?;
    let response = parsed(&answer.response)?;
    let found = store::find(tx.db(), id, response.get_credential_id()).await?;
    let is_own = |handle: &Uuid| {
        let given = response.get_user_unique_id();
        given.is_none_or(|given| given == handle.as_bytes())
    };
    let Some(mut found) = found.filter(|found| is_own(&found.handle)) else {
        return Err(refusal());
    };
    let done = party
        .finish_discoverable_authentication_v2(&response, ceremony.state, &found.credential)
        .map_err(|error| {
            tracing::info!(user_id = %id, passkey = %found.id, %error, trace_id = ctx.origin().trace_id, "passkeys.check refused");
            refusal()
        })?;
    found.credential.update_credential(&done);
    store::used(tx, found.id, &found.credential, ctx.now()).await
}
