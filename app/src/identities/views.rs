//! What pages show of identities.

use contract::{
    identities::{Identity, OfferedProvider, Provider},
    second_factors::SecondFactors,
    time::Moment,
};
use serde::{Deserialize, Serialize};

/// A provider in the list of the security page, with what it calls the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRow {
    pub provider: Provider,
    pub name: String,
    /// Whether people can sign in with it here, now.
    pub is_offered: bool,
    pub connected: Option<ConnectedRow>,
}

/// An identity in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedRow {
    pub identity: Identity,
    pub since: Moment,
    pub last_used: Option<Moment>,
}

/// `/account/security/connect`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingView {
    pub provider: Provider,
    pub name: String,
    /// The address or the name at the provider.
    pub label: String,
    /// The address of the account here.
    pub email: String,
    /// The page that was wanted.
    pub next: String,
}

/// `/confirm-password`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    pub factors: SecondFactors,
    pub has_password: bool,
    /// Those that can vouch for this person.
    pub providers: Vec<OfferedProvider>,
}
