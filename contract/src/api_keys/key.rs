//! A key as it is shown.

use serde::{Deserialize, Serialize};

use super::{IDLE_DAYS, RateLimit, Scope};
use crate::{ApiKeyId, OrganizationId, Timestamp};

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    Active,
    /// It expires within [`EXPIRING_DAYS`](super::EXPIRING_DAYS).
    Expiring,
    Expired,
    Paused,
    Revoked,
}

impl KeyStatus {
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::Expiring,
        Self::Paused,
        Self::Expired,
        Self::Revoked,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Paused => "paused",
            Self::Revoked => "revoked",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expiring => "Expiring",
            Self::Expired => "Expired",
            Self::Paused => "Paused",
            Self::Revoked => "Revoked",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

/// A key, as the members of its organization see it. The secret itself is shown once, to whoever makes or rotates the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub organization_id: OrganizationId,
    pub name: String,
    /// The first characters of the newest secret, e.g. `lk_org_9aZ2`.
    pub start: String,
    /// Its last four.
    pub last4: String,
    pub scopes: Vec<Scope>,
    pub status: KeyStatus,
    /// Who made it, by name; empty when that person is gone.
    pub created_by: String,
    /// Whoever made it is a member no longer.
    pub maker_left: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub last_used_ip: Option<String>,
    /// A former secret that still works.
    pub rotation: Option<Rotation>,
    /// Its own limit; without one that of the installation, if there is one.
    pub rate_limit: Option<RateLimit>,
    /// Units a month of its own, beside what the organization may use.
    pub quota: Option<i64>,
    /// Addresses and networks that it may be used from; none for any.
    pub allowed_ips: Vec<String>,
    pub revoked_at: Option<Timestamp>,
    pub revoke_reason: String,
}

impl ApiKey {
    /// Whether it can still be used, now or when it is resumed.
    pub const fn is_alive(&self) -> bool {
        !matches!(self.status, KeyStatus::Revoked | KeyStatus::Expired)
    }

    /// Why somebody should look at it.
    pub fn hints(&self, now: Timestamp) -> Vec<KeyHint> {
        if !self.is_alive() {
            return Vec::new();
        }
        let long_ago = now.minus_seconds(IDLE_DAYS * 24 * 60 * 60);
        let mut hints = Vec::new();
        match self.last_used_at {
            Some(at) if at < long_ago => hints.push(KeyHint::Idle),
            None if self.created_at < long_ago => hints.push(KeyHint::NeverUsed),
            _ => {}
        }
        if self.expires_at.is_none() {
            hints.push(KeyHint::NeverExpires);
        }
        if self.maker_left {
            hints.push(KeyHint::MakerLeft);
        }
        hints
    }
}

/// Why a key is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyHint {
    /// It was made [`IDLE_DAYS`] ago or earlier and never used.
    NeverUsed,
    /// It was last used [`IDLE_DAYS`] ago or earlier.
    Idle,
    NeverExpires,
    MakerLeft,
}

impl KeyHint {
    pub const ALL: [Self; 4] = [
        Self::NeverUsed,
        Self::Idle,
        Self::NeverExpires,
        Self::MakerLeft,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverUsed => "never_used",
            Self::Idle => "idle",
            Self::NeverExpires => "never_expires",
            Self::MakerLeft => "maker_left",
        }
    }

    /// What is the matter, and what to do.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NeverUsed => "It was never used. Consider pausing or revoking it.",
            Self::Idle => "It has not been used for 30 days. Consider pausing or revoking it.",
            Self::NeverExpires => "It never expires. Consider setting a date.",
            Self::MakerLeft => "Whoever created it has left. Consider rotating it.",
        }
    }
}

/// A secret that was replaced and works on for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    pub start: String,
    pub last4: String,
    /// When the newest secret was made.
    pub rotated_at: Timestamp,
    /// When the one before stops working.
    pub expires_at: Timestamp,
    /// When and from where the one before was last used.
    pub last_used_at: Option<Timestamp>,
    pub last_used_ip: Option<String>,
}
