//! How the installation fares.

use serde::{Deserialize, Serialize};

use super::{JobKind, MailCounts};
use crate::Timestamp;

/// What the first page of the console says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub totals: Totals,
    /// By day in `time_zone`, oldest first; the last is today and still running.
    pub sign_ups: Vec<DaySignUps>,
    /// That of whoever asks.
    pub time_zone: String,
    pub mails: MailCounts,
    /// Of this process, since it started.
    pub jobs: Vec<JobHealth>,
    pub version: String,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub users: u64,
    /// Of these, with a proved address.
    pub verified_users: u64,
    pub suspended_users: u64,
    pub staff: u64,
    /// Live ones.
    pub sessions: u64,
    /// All but those that wait to be purged.
    pub organizations: u64,
    pub suspended_organizations: u64,
    /// Keys that can be used.
    pub active_keys: u64,
    /// Invitations that can still be accepted.
    pub open_invitations: u64,
}

/// Accounts that were made in a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySignUps {
    /// Like `2026-11-23`.
    pub date: String,
    /// The first moment of the day.
    pub began_at: Timestamp,
    pub count: u64,
}

/// How a job of the process has done since the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobHealth {
    pub kind: JobKind,
    pub runs: u64,
    /// How many of the runs failed.
    pub failures: u64,
    /// How many of the last runs failed, one after the other.
    pub failures_in_a_row: u64,
    /// When the last run ended.
    pub last_run_at: Timestamp,
    pub last_success_at: Option<Timestamp>,
    /// How long the last run took.
    pub last_milliseconds: u64,
}

impl JobHealth {
    pub const fn is_well(&self) -> bool {
        self.failures_in_a_row == 0
    }
}

/// A setting in effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownSetting {
    pub name: String,
    /// Secrets are hidden.
    pub value: String,
    /// Where it was given: `default`, a file, a variable of the environment, or a flag.
    pub source: String,
}
