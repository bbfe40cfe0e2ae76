//! What a gateway asks about a key, and what it is answered.

use serde::{Deserialize, Serialize};

use crate::{
    ApiKeyId, OrganizationId, Timestamp,
    api_keys::{MOST_UNITS, Scope},
    organizations::SubscriptionTier,
    problem::{Problem, Problems},
};

/// How many keys can be asked about at once.
pub const MOST_AT_ONCE: usize = 100;

/// Longest text that is looked at as a key; a real one is far shorter.
pub const LONGEST_KEY: usize = 256;

/// Whether a key may pass, and if not, why. In the order in which it is found out: of several reasons the first is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    Valid,
    NotFound,
    Revoked,
    Paused,
    OrganizationSuspended,
    Expired,
    IpNotAllowed,
    InsufficientScope,
    RateLimited,
    QuotaExceeded,
}

impl Verdict {
    pub const ALL: [Self; 10] = [
        Self::Valid,
        Self::NotFound,
        Self::Revoked,
        Self::Paused,
        Self::OrganizationSuspended,
        Self::Expired,
        Self::IpNotAllowed,
        Self::InsufficientScope,
        Self::RateLimited,
        Self::QuotaExceeded,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::NotFound => "NOT_FOUND",
            Self::Revoked => "REVOKED",
            Self::Paused => "PAUSED",
            Self::OrganizationSuspended => "ORGANIZATION_SUSPENDED",
            Self::Expired => "EXPIRED",
            Self::IpNotAllowed => "IP_NOT_ALLOWED",
            Self::InsufficientScope => "INSUFFICIENT_SCOPE",
            Self::RateLimited => "RATE_LIMITED",
            Self::QuotaExceeded => "QUOTA_EXCEEDED",
        }
    }

    /// What it means, for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Valid => "The key is valid.",
            Self::NotFound => "This is not a key of this installation.",
            Self::Revoked => "The key was revoked.",
            Self::Paused => "The key is paused.",
            Self::OrganizationSuspended => "The key's organization is suspended or deleted.",
            Self::Expired => "The key has expired.",
            Self::IpNotAllowed => "The key cannot be used from this address.",
            Self::InsufficientScope => "The key lacks a scope that is needed.",
            Self::RateLimited => "The key is being used too often at the moment.",
            Self::QuotaExceeded => "This month's quota is used up.",
        }
    }

    /// The number that stands for it in the database; never changed.
    pub const fn number(self) -> i16 {
        self as i16
    }

    pub fn of_number(number: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.number() == number)
    }
}

/// Asks whether a key may pass.
#[derive(Clone, Default)]
pub struct VerifyKey {
    /// The key as its holder sent it.
    pub key: String,
    /// All of these it must have.
    pub scopes: Vec<String>,
    /// Units to charge when it may pass: 0 or more, 1 when nothing is said.
    pub cost: Option<i64>,
    /// The address of whoever holds the key.
    pub ip: Option<String>,
}

impl std::fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyKey")
            .field("scopes", &self.scopes)
            .field("cost", &self.cost)
            .field("ip", &self.ip)
            .finish_non_exhaustive()
    }
}

/// The part of a [`VerifyKey`] beside the key, in good form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidVerify {
    pub scopes: Vec<Scope>,
    pub cost: i64,
    pub ip: Option<std::net::IpAddr>,
}

impl VerifyKey {
    pub fn validate(&self) -> Result<ValidVerify, Problems> {
        let mut problems = Problems::default();
        let scopes: Result<Vec<_>, _> = self.scopes.iter().map(|text| Scope::parse(text)).collect();
        let scopes = problems.take("scopes", scopes);
        let cost = self.cost.unwrap_or(1);
        let cost = problems.take(
            "cost",
            if (0..=MOST_UNITS).contains(&cost) {
                Ok(cost)
            } else {
                Err(Problem::out_of_range(0, MOST_UNITS.unsigned_abs()))
            },
        );
        let ip = match self
            .ip
            .as_deref()
            .map(str::trim)
            .filter(|ip| !ip.is_empty())
        {
            None => Some(None),
            Some(text) => problems
                .take("ip", text.parse().map_err(|_| Problem::invalid_ip(text)))
                .map(Some),
        };
        match (scopes, cost, ip) {
            (Some(scopes), Some(cost), Some(ip)) => Ok(ValidVerify { scopes, cost, ip }),
            _ => Err(problems),
        }
    }
}

/// The answer about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Whether it may pass: `code` is `VALID`.
    pub valid: bool,
    pub code: Verdict,
    /// What the code means, for people.
    pub message: &'static str,
    /// Whose key it is; absent for a key that is not known.
    pub organization: Option<VerifiedOrganization>,
    pub key: Option<VerifiedKey>,
    /// All that the key may do, whatever was asked for.
    pub scopes: std::sync::Arc<[Scope]>,
    /// Where the key's rate stands; absent without a limit, and where the answer did not depend on it.
    pub rate_limit: Option<RateState>,
    /// Where the quota stands: the key's own or the organization's, whichever is nearer its end.
    pub quota: Option<QuotaState>,
    /// Seconds after which the same may pass; with `RATE_LIMITED`.
    pub retry_after: Option<u32>,
    /// When the quota begins anew; with `QUOTA_EXCEEDED`.
    pub resets_at: Option<Timestamp>,
}

/// The organization of a verified key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedOrganization {
    pub id: OrganizationId,
    pub slug: std::sync::Arc<str>,
    pub tier: SubscriptionTier,
}

/// The key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedKey {
    pub id: ApiKeyId,
    pub name: std::sync::Arc<str>,
}

/// Where a rate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateState {
    /// Requests in a period.
    pub limit: u32,
    /// How many would pass now, one after the other.
    pub remaining: u32,
    /// When all would pass again.
    pub resets_at: Timestamp,
    /// Seconds of a period.
    pub period_seconds: u32,
}

/// Where a quota stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaState {
    /// Units in the calendar month, in UTC.
    pub limit: i64,
    pub used: i64,
    pub remaining: i64,
    /// The first moment of the next month.
    pub resets_at: Timestamp,
}

impl QuotaState {
    pub const fn new(limit: i64, used: i64, resets_at: Timestamp) -> Self {
        let left = limit - used;
        Self {
            limit,
            used,
            remaining: if left > 0 { left } else { 0 },
            resets_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn a_number_stands_for_one_verdict() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::of_number(verdict.number()), Some(verdict));
        }
        assert_eq!(Verdict::of_number(-1), None);
        assert_eq!(Verdict::Valid.number(), 0);
    }

    #[test]
    fn a_name_is_the_same_for_programs_and_in_json() {
        for verdict in Verdict::ALL {
            let json = serde_json::to_string(&verdict).expect("plain data");
            assert_eq!(json, format!("\"{}\"", verdict.as_str()));
        }
    }

    #[test]
    fn cost_scopes_and_address_are_checked_at_once() {
        let asked = VerifyKey {
            key: String::new(),
            scopes: vec!["A".to_owned()],
            cost: Some(-1),
            ip: Some("300.1.1.1".to_owned()),
        };
        let problems = asked.validate().expect_err("nothing is right");
        let codes: Vec<_> = problems.0.iter().map(|problem| problem.code).collect();
        assert_eq!(
            codes,
            [Code::InvalidScope, Code::OutOfRange, Code::InvalidIp]
        );
        let plain = VerifyKey::default().validate();
        assert_eq!(plain.map(|asked| asked.cost), Ok(1));
    }

    #[test]
    fn debug_shows_no_key() {
        let asked = VerifyKey {
            key: "lk_org_secret".to_owned(),
            ..VerifyKey::default()
        };
        assert!(!format!("{asked:?}").contains("secret"));
    }
}
