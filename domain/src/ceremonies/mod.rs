//! Questions that are answered once: to a passkey, and to a provider of sign-ins.
//!
//! What is to be remembered between question and answer travels sealed with whoever was asked, who neither reads nor changes
//! it, so asking costs no row; the row of an answered one keeps it from being answered again.

mod store;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::{Code, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    Ctx,
    error::{Error, Result},
};

pub(crate) use store::{answered, sweep};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ceremony<S> {
    pub(crate) id: Uuid,
    pub(crate) expires_at: Timestamp,
    pub(crate) state: S,
}

/// Seals what is to be remembered for so many seconds.
pub(crate) fn token<S: Serialize>(
    ctx: &Ctx,
    sealed_for: &str,
    seconds: i64,
    state: &S,
) -> Result<String> {
    let ceremony = Ceremony {
        id: ctx.new_id(),
        expires_at: ctx.now().plus_seconds(seconds),
        state,
    };
    let plain = serde_json::to_vec(&ceremony)
        .map_err(|source| Error::internal("writing what somebody is asked", source))?;
    Ok(ctx.seal_text(sealed_for, &plain))
}

/// Refused with `CHALLENGE_EXPIRED` what was sealed for something else, elsewhere, or too long ago.
pub(crate) fn open<S: DeserializeOwned>(
    ctx: &Ctx,
    sealed_for: &str,
    token: &str,
) -> Result<Ceremony<S>> {
    let opened = || {
        let plain = ctx.open_text(sealed_for, token)?;
        serde_json::from_slice::<Ceremony<S>>(&plain).ok()
    };
    opened()
        .filter(|ceremony| ceremony.expires_at > ctx.now())
        .ok_or_else(|| Code::ChallengeExpired.into())
}

/// Bytes as they stand in addresses and in JSON.
pub(crate) fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
