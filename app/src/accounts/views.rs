//! What the pages of an account show.

use contract::{User, time::Moment};
use serde::{Deserialize, Serialize};

/// `/account/profile`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    pub user: User,
    pub created: Moment,
    pub updated: Moment,
}

/// `/account/security`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityView {
    pub email: String,
    pub password_changed: Option<Moment>,
    /// "Firefox on Linux"
    pub this_device: String,
    pub ip: String,
    pub signed_in: Moment,
    pub other_sessions: u32,
}

/// `/account/preferences`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferencesView {
    pub user: User,
    /// The time zones to choose from.
    pub zones: Vec<String>,
}
