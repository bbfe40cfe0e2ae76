//! Why a command did not do what it was asked: what its user reads, and the exit code.

use std::fmt;

use domain::{Error, backups::Trouble};

use crate::config::Mistakes;

/// The failure of a command.
#[derive(Debug)]
pub enum Fault {
    /// The configuration cannot be used.
    Configuration(Mistakes),
    /// A use case refused or failed.
    Domain(Error),
    /// Anything else, in sentences.
    Said(String),
    /// What was looked at is not well; the report is what was asked for.
    Unwell(String),
}

impl Fault {
    pub fn said(text: impl Into<String>) -> Self {
        Self::Said(text.into())
    }

    /// 2 when what was written must be mended first, as for a wrong flag; else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Configuration(_) => 2,
            Self::Domain(_) | Self::Said(_) | Self::Unwell(_) => 1,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        Self::Said(trouble.to_string())
    }
}

impl From<Mistakes> for Fault {
    fn from(mistakes: Mistakes) -> Self {
        Self::Configuration(mistakes)
    }
}

/// A refusal is told with its code, which is what scripts decide by.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(mistakes) => mistakes.fmt(f),
            Self::Domain(Error::Refused(problems)) => {
                let lines: Vec<String> = problems.0.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Domain(error @ Error::Internal { .. }) => write!(f, "INTERNAL: {error}"),
            Self::Said(text) | Self::Unwell(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Fault {}
