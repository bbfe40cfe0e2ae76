//! Letters that were not sent, as staff see them: never what they say.

use serde::{Deserialize, Serialize};

use super::check_search;
use crate::{
    MailId, Timestamp,
    problem::{Code, Problem, Problems},
};

/// Where a letter stands that was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// It waits to be sent, or to be tried again.
    Queued,
    /// It was given up.
    Dead,
}

impl MailStatus {
    pub const ALL: [Self; 2] = [Self::Queued, Self::Dead];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Dead => "dead",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Queued => "Waiting",
            Self::Dead => "Given up",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

/// Letters by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailCounts {
    pub queued: u64,
    pub dead: u64,
}

/// Which letters are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct MailFilter {
    /// Part of the receiver's address.
    pub search: String,
    /// Empty for all, or a [`MailStatus`].
    pub status: String,
}

/// A [`MailFilter`] in good form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidMailFilter {
    /// In lower case; empty for all.
    pub search: String,
    pub status: Option<MailStatus>,
}

impl MailFilter {
    pub fn validate(&self) -> Result<ValidMailFilter, Problems> {
        let search = check_search(&self.search)?.to_lowercase();
        let status = match self.status.as_str() {
            "" => None,
            text => Some(
                MailStatus::parse(text)
                    .ok_or_else(|| Problem::new(Code::OutOfRange).on("status"))?,
            ),
        };
        Ok(ValidMailFilter { search, status })
    }
}

/// A letter that was not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedMail {
    pub id: MailId,
    /// What it is about, like `verify_email`.
    pub template: String,
    pub recipient: String,
    pub status: MailStatus,
    pub attempts: u32,
    /// What the last try ended with.
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    /// When a letter that waits is tried next.
    pub next_attempt_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_knows_letters_that_wait_and_that_were_given_up() {
        let read = |status: &str| {
            let filter = MailFilter {
                search: " ADA@ ".to_owned(),
                status: status.to_owned(),
            };
            filter.validate().map(|valid| (valid.search, valid.status))
        };
        let found = |status| Ok(("ada@".to_owned(), status));
        assert_eq!(read(""), found(None));
        assert_eq!(read("dead"), found(Some(MailStatus::Dead)));
        assert!(read("sent").is_err());
    }
}
