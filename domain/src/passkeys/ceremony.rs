//! What is to be remembered between a question to a passkey and its answer.

use contract::passkeys::CEREMONY_SECONDS;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Purpose;
use crate::{
    Ctx,
    ceremonies::{self, Ceremony},
    error::{Error, Result},
};

pub(super) use crate::ceremonies::text;

pub(super) fn token<S: Serialize>(ctx: &Ctx, purpose: Purpose, state: &S) -> Result<String> {
    ceremonies::token(ctx, &purpose.sealed_for(), CEREMONY_SECONDS, state)
}

pub(super) fn open<S: DeserializeOwned>(
    ctx: &Ctx,
    purpose: Purpose,
    token: &str,
) -> Result<Ceremony<S>> {
    ceremonies::open(ctx, &purpose.sealed_for(), token)
}

pub(super) fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(unwritten)
}

pub(super) fn unwritten(source: serde_json::Error) -> Error {
    Error::internal("writing what a passkey is asked", source)
}
