//! The operator's console: what staff ask for, and what they are shown of people, organizations, keys, letters and the process.

mod jobs;
mod mails;
mod organizations;
mod overview;
mod users;

use serde::{Deserialize, Serialize};

use crate::{OrganizationId, Timestamp, api_keys::ApiKey, problem::Problem, text::one_line};

pub use jobs::JobKind;
pub use mails::{MailCounts, MailFilter, MailStatus, QueuedMail, ValidMailFilter};
pub use organizations::{
    OrganizationDetail, OrganizationFilter, OrganizationRow, OrganizationStatus,
    ValidOrganizationFilter,
};
pub use overview::{DaySignUps, JobHealth, Overview, ShownSetting, Totals};
pub use users::{UserDetail, UserFilter, UserMembership, UserRow, UserStatus, ValidUserFilter};

/// Rows of a page of the console.
pub const PAGE_SIZE: i64 = 50;

/// How many people can be suspended at once.
pub const MOST_AT_ONCE: usize = 100;

/// Longest text that is searched for, in code points.
pub const LONGEST_SEARCH: usize = 100;

fn check_search(text: &str) -> Result<String, Problem> {
    one_line(text, LONGEST_SEARCH).map_err(|problem| problem.on("search"))
}

/// How an organization is called, beside what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationName {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
}

/// A key, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    pub key: ApiKey,
    pub organization: OrganizationName,
}

/// One line of the audit log, about a person, an organization or a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    pub at: Timestamp,
    /// `anonymous`, `user`, `api_key`, `service` or `operator`.
    pub actor_kind: String,
    /// With its prefix; of people and keys.
    pub actor_id: Option<String>,
    /// How the person is called; empty for others, and for who is gone.
    pub actor_name: String,
    /// Staff who acted as the actor, with the prefix of people.
    pub impersonator_id: Option<String>,
    /// How they are called; empty for none, and for who is gone.
    pub impersonator_name: String,
    /// `page`, `graphql`, `rest`, `command_line` or `system`.
    pub face: String,
    /// Like `user.suspended`.
    pub action: String,
    /// Why, where one was asked for; else empty.
    pub reason: String,
    /// What changed, as JSON.
    pub before: Option<String>,
    pub after: Option<String>,
    pub ip: Option<String>,
    pub trace_id: String,
}
