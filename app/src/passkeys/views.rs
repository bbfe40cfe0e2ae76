//! What the pages of passkeys show.

use contract::{passkeys::Passkey, time::Moment};
use serde::{Deserialize, Serialize};

/// A passkey in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRow {
    pub passkey: Passkey,
    pub created: Moment,
    /// `None` when it never answered.
    pub used: Option<Moment>,
}

/// `/account/security/passkeys/new`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPasskeyView {
    /// What it could be called.
    pub name: String,
}

/// `/account/security/passkeys/{id}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    pub row: PasskeyRow,
    /// No other second step is set up.
    pub is_last: bool,
    /// The organizations that keep the visitor out without it, by name.
    pub closes: Vec<String>,
}
