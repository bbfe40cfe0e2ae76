//! API keys: what people type to make and shape one, and what is shown of it.

mod key;
mod scopes;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    problem::{Code, Problem, Problems},
    text::one_line,
};

pub use key::{ApiKey, KeyHint, KeyStatus, Rotation};
pub use scopes::{OfferedScope, Scope, ScopeChoice};

/// Longest name of a key, in code points.
pub const LONGEST_NAME: usize = 80;

/// Longest reason for revoking a key, in code points.
pub const LONGEST_REASON: usize = 200;

/// Most entries of a key's list of addresses.
pub const MOST_NETWORKS: usize = 50;

/// Most scopes of one key.
pub const MOST_SCOPES: usize = 100;

/// How long a key lives when nothing else is said, in days.
pub const DEFAULT_DAYS: i64 = 90;

/// The lifetimes to choose from, in days.
pub const PRESET_DAYS: [i64; 4] = [7, 30, 90, 365];

/// The longest lifetime of a key that expires at all, in days: ten years.
pub const MOST_DAYS: i64 = 3653;

/// A key that expires within so many days is shown as expiring, and its owners are written to.
pub const EXPIRING_DAYS: i64 = 7;

/// How long a revoked key stays in the list, in days.
pub const REVOKED_DAYS: i64 = 30;

/// A key that was not used for so many days is worth a look.
pub const IDLE_DAYS: i64 = 30;

/// Most units of a key's own quota, and of one verification: what every program's numbers hold exactly (2⁵³ − 1 is more).
pub const MOST_UNITS: i64 = 1_000_000_000_000;

/// How often a key may be verified: `limit` at once, and as many again spread over each `period_seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateLimit {
    pub limit: u32,
    pub period_seconds: u32,
}

impl RateLimit {
    pub const MOST: u32 = 1_000_000;
    /// A day.
    pub const LONGEST_PERIOD: u32 = 24 * 60 * 60;

    pub fn check(limit: i64, period_seconds: i64) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let limit = problems.take("rateLimit", in_range(limit, Self::MOST));
        let period = in_range(period_seconds, Self::LONGEST_PERIOD);
        let period_seconds = problems.take("ratePeriod", period);
        match (limit, period_seconds) {
            (Some(limit), Some(period_seconds)) => Ok(Self {
                limit,
                period_seconds,
            }),
            _ => Err(problems),
        }
    }
}

fn in_range(number: i64, most: u32) -> Result<u32, Problem> {
    u32::try_from(number)
        .ok()
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| Problem::out_of_range(1, u64::from(most)))
}

fn check_quota(quota: i64) -> Result<i64, Problem> {
    if (0..=MOST_UNITS).contains(&quota) {
        Ok(quota)
    } else {
        Err(Problem::out_of_range(0, MOST_UNITS.unsigned_abs()))
    }
}

/// Until when a key is to live.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expiry {
    /// [`DEFAULT_DAYS`].
    #[default]
    Default,
    Days(i64),
    /// The end of a day in UTC, like `2027-03-31`.
    Date(String),
    At(Timestamp),
    Never,
}

/// Asks for a key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateApiKey {
    pub name: String,
    pub scopes: Vec<String>,
    pub expiry: Expiry,
    /// Addresses and networks (CIDR) that it may be used from, separated by white space or commas; none for any.
    pub allowed_ips: String,
    pub rate_limit: Option<(i64, i64)>,
    /// Units a month.
    pub quota: Option<i64>,
}

/// Changes what is given and leaves the rest; `Some(None)` takes a limit away.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateApiKey {
    pub name: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub expiry: Option<Expiry>,
    pub allowed_ips: Option<String>,
    pub rate_limit: Option<Option<(i64, i64)>>,
    pub quota: Option<Option<i64>>,
}

/// An [`UpdateApiKey`] or a [`CreateApiKey`] that has passed the rules that both sides know. Whether scopes are offered, and
/// what addresses and dates stand for, the server knows.
#[derive(Clone, Debug, Default)]
pub struct ValidApiKey {
    pub name: Option<String>,
    /// Each once, sorted.
    pub scopes: Option<Vec<Scope>>,
    pub expiry: Option<Expiry>,
    pub allowed_ips: Option<String>,
    pub rate_limit: Option<Option<RateLimit>>,
    pub quota: Option<Option<i64>>,
}

/// A name of at least one character.
pub fn check_name(text: &str) -> Result<String, Problem> {
    let name = one_line(text, LONGEST_NAME)?;
    if name.is_empty() {
        Err(Problem::new(Code::Required))
    } else {
        Ok(name)
    }
}

fn check_scopes(texts: &[String]) -> Result<Vec<Scope>, Problem> {
    if texts.len() > MOST_SCOPES {
        return Err(Problem::out_of_range(0, MOST_SCOPES as u64));
    }
    let parsed = texts.iter().map(|text| Scope::parse(text));
    let mut scopes = parsed.collect::<Result<Vec<_>, _>>()?;
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

impl CreateApiKey {
    pub fn validate(&self) -> Result<ValidApiKey, Problems> {
        let all = UpdateApiKey {
            name: Some(self.name.clone()),
            scopes: Some(self.scopes.clone()),
            expiry: Some(self.expiry.clone()),
            allowed_ips: Some(self.allowed_ips.clone()),
            rate_limit: Some(self.rate_limit),
            quota: Some(self.quota),
        };
        all.validate()
    }
}

impl UpdateApiKey {
    pub fn validate(&self) -> Result<ValidApiKey, Problems> {
        let mut problems = Problems::default();
        let name = self
            .name
            .as_deref()
            .and_then(|text| problems.take("name", check_name(text)));
        let scopes = self
            .scopes
            .as_deref()
            .and_then(|texts| problems.take("scopes", check_scopes(texts)));
        if let Some(Expiry::Days(days)) = &self.expiry
            && !(1..=MOST_DAYS).contains(days)
        {
            problems
                .0
                .push(Problem::key_days(MOST_DAYS).on("expiresAt"));
        }
        let rate_limit = self.rate_limit.and_then(|asked| match asked {
            None => Some(None),
            Some((limit, period)) => match RateLimit::check(limit, period) {
                Ok(limit) => Some(Some(limit)),
                Err(found) => {
                    problems.0.extend(found.0);
                    None
                }
            },
        });
        let quota = self.quota.and_then(|asked| match asked {
            None => Some(None),
            Some(quota) => problems.take("quota", check_quota(quota)).map(Some),
        });
        problems.refuse_if_any()?;
        Ok(ValidApiKey {
            name,
            scopes,
            expiry: self.expiry.clone(),
            allowed_ips: self.allowed_ips.clone(),
            rate_limit,
            quota,
        })
    }
}

/// How long the secret before lives on after a rotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It ends at once.
    None,
    Hour,
    #[default]
    Day,
    Week,
}

impl Overlap {
    pub const ALL: [Self; 4] = [Self::None, Self::Hour, Self::Day, Self::Week];

    pub const fn seconds(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
            Self::Week => 7 * 24 * 60 * 60,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "Not at all",
            Self::Hour => "1 hour",
            Self::Day => "24 hours",
            Self::Week => "7 days",
        }
    }

    pub fn parse(text: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|overlap| overlap.as_str() == text.trim())
            .ok_or(Problem::new(Code::OutOfRange).on("overlap"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let input = CreateApiKey {
            name: " ".to_owned(),
            scopes: vec!["A B".to_owned()],
            expiry: Expiry::Days(0),
            rate_limit: Some((0, -1)),
            quota: Some(-1),
            ..CreateApiKey::default()
        };
        let problems = input.validate().expect_err("nothing is right");
        let fields: Vec<_> = problems
            .0
            .iter()
            .filter_map(|problem| problem.field.as_deref())
            .collect();
        assert_eq!(
            fields,
            [
                "name",
                "scopes",
                "expiresAt",
                "rateLimit",
                "ratePeriod",
                "quota"
            ]
        );
    }

    #[test]
    fn scopes_stand_once_and_in_order() {
        let input = CreateApiKey {
            name: "k".to_owned(),
            scopes: ["b", "a", " b "].map(ToOwned::to_owned).to_vec(),
            ..CreateApiKey::default()
        };
        let scopes = input.validate().expect("it is good").scopes;
        let names = scopes.iter().flatten().map(Scope::as_str);
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b"]);
    }
}
