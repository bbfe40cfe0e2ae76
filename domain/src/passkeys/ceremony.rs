//! What is to be remembered between a question and its answer, sealed so that whoever carries it neither reads nor changes it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::{Code, Timestamp, passkeys::CEREMONY_SECONDS};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::Purpose;
use crate::{
    Ctx,
    error::{Error, Result},
};

#[derive(Serialize, Deserialize)]
pub(super) struct Ceremony<S> {
    pub(super) id: Uuid,
    pub(super) expires_at: Timestamp,
    pub(super) state: S,
}

pub(super) fn token<S: Serialize>(ctx: &Ctx, purpose: Purpose, state: &S) -> Result<String> {
    let ceremony = Ceremony {
        id: ctx.new_id(),
        expires_at: ctx.now().plus_seconds(CEREMONY_SECONDS),
        state,
    };
    let plain = serde_json::to_vec(&ceremony).map_err(unwritten)?;
    Ok(text(&ctx.sealer().seal(
        ctx.random(),
        &purpose.sealed_for(),
        &plain,
    )))
}

pub(super) fn open<S: DeserializeOwned>(
    ctx: &Ctx,
    purpose: Purpose,
    token: &str,
) -> Result<Ceremony<S>> {
    let opened = || {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let plain = ctx.sealer().open(&purpose.sealed_for(), &sealed)?;
        serde_json::from_slice::<Ceremony<S>>(&plain).ok()
    };
    opened()
        .filter(|ceremony| ceremony.expires_at > ctx.now())
        .ok_or_else(|| Code::ChallengeExpired.into())
}

pub(super) fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(unwritten)
}

pub(super) fn unwritten(source: serde_json::Error) -> Error {
    Error::internal("writing what a passkey is asked", source)
}

/// Bytes as the standard writes them in JSON.
pub(super) fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
