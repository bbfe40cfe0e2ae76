//! Backups of a SQLite database: taken while it serves, looked through before they count, and restored.
//!
//! A backup is one file, whole or not there: it is written under another name beside its own, checked, and brought to the disk
//! before it gets its name. What is restored is a copy of the backup, checked and migrated beside the database before it takes its
//! place; the database that was there stays under another name. PostgreSQL has its own tools.

mod draft;
mod exchange;
mod folder;
mod look;
mod restore;
mod schedule;
mod take;

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::error::Error;

pub use exchange::require_settled;
pub use folder::{Kept, Series, list};
pub use look::{Contents, look};
pub use restore::{Prepared, prepare};
pub use schedule::{Schedule, keep_up, run};
pub use take::{Taken, take};

/// Why there is no backup, or nothing was restored; in sentences for operators. Whatever it is, what was there is there still.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("Only SQLite databases are backed up by Latchkey itself.")]
    NotSqlite,
    #[error("{} already exists. Give --force to replace it.", .0.display())]
    Exists(PathBuf),
    #[error("There is no file {}.", .0.display())]
    Missing(PathBuf),
    #[error("{} is the database itself.", .0.display())]
    Itself(PathBuf),
    #[error("{} is not a SQLite database, or is incomplete.", .0.display())]
    NotADatabase(PathBuf),
    #[error("{} is a SQLite database, but not one of Latchkey's.", .0.display())]
    Foreign(PathBuf),
    #[error("{} is damaged: {what}.", file.display())]
    Damaged { file: PathBuf, what: String },
    #[error("{} is in use by another process.", .0.display())]
    InUse(PathBuf),
    #[error("A restore of {} was interrupted. Run `latchkey restore FILE` again to continue it.{}", database.display(), told(kept.as_deref()))]
    Interrupted {
        database: PathBuf,
        /// Where the former database is, if it was moved already.
        kept: Option<PathBuf>,
    },
    #[error("{doing}: {source}.")]
    Io { doing: String, source: io::Error },
    #[error("{doing}: {source}.")]
    Database { doing: String, source: Error },
}

/// Where the former database is.
fn told(kept: Option<&Path>) -> String {
    kept.map_or_else(String::new, |kept| {
        format!(" The previous database is kept as {}.", kept.display())
    })
}

impl Trouble {
    fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// What is wrong with a copy is wrong with what it was made of.
    fn told_of(self, original: &Path) -> Self {
        let file = original.to_owned();
        match self {
            Self::Damaged { what, .. } => Self::Damaged { file, what },
            Self::NotADatabase(_) => Self::NotADatabase(file),
            Self::Foreign(_) => Self::Foreign(file),
            other => other,
        }
    }

    /// What SQLite says of a file: that it is damaged, or anything else.
    fn of(file: &Path, doing: &str) -> impl Fn(Error) -> Self {
        move |source| {
            if source.is_damage() {
                let what = source.to_string();
                return Self::Damaged {
                    file: file.to_owned(),
                    what,
                };
            }
            Self::Database {
                doing: format!("{doing} {}", file.display()),
                source,
            }
        }
    }
}
