//! What the pages of an account show.

use contract::{
    User, accounts::DeletionPreview, second_factors::SecondFactors, sessions::OwnSession,
    time::Moment,
};
use serde::{Deserialize, Serialize};

use crate::{identities::views::ConnectionRow, passkeys::views::PasskeyRow};

/// `/account/profile`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    pub user: User,
    pub created: Moment,
    pub updated: Moment,
    /// The new address that waits for its link to be used.
    pub pending_email: Option<String>,
}

/// `/account/security`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityView {
    pub email: String,
    pub has_password: bool,
    pub password_changed: Option<Moment>,
    pub factors: SecondFactors,
    pub app_since: Option<Moment>,
    pub passkeys: Vec<PasskeyRow>,
    /// The organizations that ask for a second step, by name.
    pub asked_by: Vec<String>,
    pub connections: Vec<ConnectionRow>,
    /// The session that asks stands first.
    pub sessions: Vec<SessionRow>,
    pub other_sessions: u32,
}

/// A session in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    pub session: OwnSession,
    pub signed_in: Moment,
    pub last_active: Moment,
}

/// `/account/preferences`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferencesView {
    pub user: User,
    /// The time zones to choose from.
    pub zones: Vec<String>,
}

/// `/change-email`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailChange {
    pub from: String,
    pub to: String,
}

/// `/account/data`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataView {
    pub email: String,
    /// What deleting the account would do.
    pub preview: DeletionPreview,
}
