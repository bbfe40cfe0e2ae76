//! The two kinds of failure: *refused*, where the caller can do something, and *internal*, where we must.

use std::error::Error as StdError;

use contract::{Code, Problem, Problems};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can mend it; every problem has a stable code.
    #[error("refused: {}", .0.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Problems),
    /// Something of ours failed. Never shown to a caller; logged once, by the face that answers.
    #[error("{context}: {source}")]
    Internal {
        context: &'static str,
        /// It may work again by itself: the database is away, locked or full.
        is_passing: bool,
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl Error {
    pub fn internal(
        context: &'static str,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Internal {
            context,
            is_passing: false,
            source: source.into(),
        }
    }

    pub fn is_refusal(&self, code: Code) -> bool {
        matches!(self, Self::Refused(problems) if problems.0.iter().any(|problem| problem.code == code))
    }

    /// What a caller may be told: the refusals, or that something of ours failed. The source of a failure is logged here,
    /// once, under the trace id; so a face calls this once.
    pub fn tell(&self, trace_id: &str) -> Problems {
        match self {
            Self::Refused(problems) => problems.clone(),
            Self::Internal {
                is_passing: true, ..
            } => {
                tracing::error!(trace_id, error = %self, "not available");
                Problem::new(Code::Unavailable).into()
            }
            Self::Internal { .. } => {
                tracing::error!(trace_id, error = %self, "failed");
                Problem::internal(trace_id).into()
            }
        }
    }

    /// Whether SQLite finds the file damaged, or not its own: CORRUPT (11) and NOTADB (26).
    pub fn is_damage(&self) -> bool {
        matches!(self.sqlite_code(), Some(11 | 26))
    }

    /// Whether others have the database: SQLite's BUSY (5) and LOCKED (6).
    pub fn is_busy(&self) -> bool {
        matches!(self.sqlite_code(), Some(5 | 6))
    }

    /// Whether SQLite finds no room on the disk: FULL (13).
    pub fn is_full(&self) -> bool {
        self.sqlite_code() == Some(13)
    }

    fn sqlite_code(&self) -> Option<u32> {
        match self {
            Self::Internal { source, .. } => sqlite_code(source.downcast_ref::<DbErr>()?),
            Self::Refused(_) => None,
        }
    }

    /// Whether this is the refusal of a row that exists already.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.is_refusal(Code::Conflict)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.into())
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Self::Refused(problems)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Code::Conflict.into(),
            _ => Self::Internal {
                context: "database",
                is_passing: is_passing(&error),
                source: Box::new(error),
            },
        }
    }
}

/// No connection, or an engine that says to come back: SQLite's BUSY (5), LOCKED (6), READONLY (8), IOERR (10), FULL (13) and
/// CANTOPEN (14) with their extended codes, PostgreSQL's classes 08, 53, 55, 57 and 40, and a server that is read only (25006).
fn is_passing(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    match driver(error) {
        Some(sea_orm::sqlx::Error::Database(database)) => {
            let code = database.code().unwrap_or_default();
            match sqlite_code(error) {
                Some(sqlite) => matches!(sqlite, 5 | 6 | 8 | 10 | 13 | 14),
                None => {
                    matches!(code.get(..2), Some("08" | "53" | "55" | "57" | "40"))
                        || code == "25006"
                }
            }
        }
        Some(
            sea_orm::sqlx::Error::Io(_)
            | sea_orm::sqlx::Error::PoolTimedOut
            | sea_orm::sqlx::Error::PoolClosed,
        ) => true,
        _ => false,
    }
}

/// What the driver said.
fn driver(error: &DbErr) -> Option<&sea_orm::sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(source))
        | DbErr::Exec(RuntimeErr::SqlxError(source))
        | DbErr::Query(RuntimeErr::SqlxError(source)) => Some(source),
        _ => None,
    }
}

/// SQLite's primary result code; those of PostgreSQL have five characters.
fn sqlite_code(error: &DbErr) -> Option<u32> {
    let sea_orm::sqlx::Error::Database(database) = driver(error)? else {
        return None;
    };
    let code = database.code()?;
    if code.len() >= 5 {
        return None;
    }
    code.parse().ok().map(|code: u32| code & 0xff)
}

/// Turns the refusal of an existing row into the caller's own words: `insert(…).await.or_refuse(UsernameTaken, "username")`.
pub(crate) trait OrRefuse<T> {
    fn or_refuse(self, code: Code, field: &'static str) -> Result<T>;
}

impl<T> OrRefuse<T> for Result<T> {
    fn or_refuse(self, code: Code, field: &'static str) -> Self {
        self.map_err(|error| {
            if error.is_duplicate() {
                Problem::new(code).on(field).into()
            } else {
                error
            }
        })
    }
}
