//! Looks a file through: is it a database of ours, and whole?

use std::{
    fs::File,
    io::{ErrorKind, Read as _},
    path::Path,
};

use sea_orm::DatabaseConnection;

use super::Trouble;
use crate::{
    database::{integrity, sqlite},
    error::Result,
};

/// What every SQLite file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What is in a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The migrations that it has seen, oldest first.
    pub migrations: Vec<String>,
    /// Each table with the number of its rows.
    pub rows: Vec<(String, u64)>,
    /// Tables with rows that refer to rows that do not exist.
    pub dangling: Vec<String>,
}

impl Contents {
    /// How many rows a table has; 0 where there is none of that name.
    pub fn count(&self, table: &str) -> u64 {
        let found = self.rows.iter().find(|(name, _)| name == table);
        found.map_or(0, |(_, rows)| *rows)
    }

    /// Migrations that this version, which knows these, does not know: the database is of a newer one.
    pub fn unknown(&self, known: &[String]) -> Vec<String> {
        let mut unknown = self.migrations.clone();
        unknown.retain(|name| !known.contains(name));
        unknown
    }
}

/// What is in a file that nobody writes to. Refuses one that is no database, not one of ours, or damaged anywhere.
pub async fn look(file: &Path) -> Result<Contents, Trouble> {
    check_beginning(file)?;
    let db = sqlite::connect_to(file, |sqlite| sqlite.read_only(true).immutable(true))
        .await
        .map_err(Trouble::of(file, "Opening"))?;
    let contents = look_through(&db, file).await;
    close(db).await;
    contents
}

pub(super) async fn close(db: DatabaseConnection) {
    if let Err(error) = db.close().await {
        tracing::debug!(%error, "a connection could not be closed");
    }
}

/// SQLite takes an empty file for an empty database.
pub(super) fn check_beginning(file: &Path) -> Result<(), Trouble> {
    let read = Trouble::io(format!("Reading {}", file.display()));
    let mut beginning = [0; MAGIC.len()];
    match File::open(file).and_then(|mut opened| opened.read_exact(&mut beginning)) {
        Ok(()) if &beginning == MAGIC => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Trouble::Missing(file.to_owned())),
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => Err(read(error)),
        _ => Err(Trouble::NotADatabase(file.to_owned())),
    }
}

pub(super) async fn look_through(
    db: &DatabaseConnection,
    file: &Path,
) -> Result<Contents, Trouble> {
    let failed = Trouble::of(file, "Reading");
    let damages = integrity::damages(db).await.map_err(&failed)?;
    if !damages.is_empty() {
        return Err(Trouble::Damaged {
            file: file.to_owned(),
            what: damages.join("; ").replace('\n', " "),
        });
    }
    let tables = integrity::tables(db).await.map_err(&failed)?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if !has("seaql_migrations") || !has("users") {
        return Err(Trouble::Foreign(file.to_owned()));
    }
    contents(db, tables).await.map_err(&failed)
}

async fn contents(db: &DatabaseConnection, tables: Vec<String>) -> Result<Contents> {
    let mut rows = Vec::with_capacity(tables.len());
    for table in tables {
        let query = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
        let count = integrity::number(db, &query).await?;
        rows.push((table, u64::try_from(count).unwrap_or_default()));
    }
    let migrations = "SELECT version FROM seaql_migrations ORDER BY version";
    Ok(Contents {
        migrations: integrity::texts(db, migrations).await?,
        rows,
        dangling: integrity::dangling(db).await?,
    })
}
