//! What the process does by itself, again and again.

use serde::{Deserialize, Serialize};

/// A job of the process. Its names and what it does stand here, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum JobKind {
    Backups,
    Counting,
    Following,
    Mail,
    Maintenance,
    Warnings,
}

impl JobKind {
    pub const ALL: [Self; 6] = [
        Self::Backups,
        Self::Counting,
        Self::Following,
        Self::Mail,
        Self::Maintenance,
        Self::Warnings,
    ];

    /// In metrics, GraphQL and alerts; never renamed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backups => "backups",
            Self::Counting => "counting",
            Self::Following => "following",
            Self::Mail => "mail",
            Self::Maintenance => "maintenance",
            Self::Warnings => "warnings",
        }
    }

    /// To people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Backups => "Backups",
            Self::Counting => "Usage counts",
            Self::Following => "Changes elsewhere",
            Self::Mail => "E-mails",
            Self::Maintenance => "Cleaning up",
            Self::Warnings => "Quota warnings",
        }
    }

    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Backups => "Takes a backup when one is due, and deletes the oldest.",
            Self::Counting => "Adds what keys have used to charts and quotas.",
            Self::Following => "Learns which keys other processes have changed.",
            Self::Mail => "Sends those that wait, and retries those that were not accepted.",
            Self::Maintenance => "Deletes what has expired, and reminds people of what soon will.",
            Self::Warnings => "Tells owners about quotas that are nearly used up.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_stand_in_the_order_of_their_names_and_say_what_they_do() {
        let names = JobKind::ALL.map(JobKind::as_str);
        assert!(names.is_sorted());
        assert!(JobKind::ALL.is_sorted());
        for job in JobKind::ALL {
            assert!(job.sentence().ends_with('.'), "{job:?}");
            assert_ne!(job.label(), job.as_str());
        }
    }
}
