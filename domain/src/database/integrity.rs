//! Whether a database is whole, and what is in it.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::error::Result;

/// How many damages are listed.
const MOST: u32 = 20;

/// The first column of a query as text.
pub(crate) async fn texts(db: &impl ConnectionTrait, query: &str) -> Result<Vec<String>> {
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await?;
    let texts = rows.iter().map(|row| row.try_get_by_index(0));
    Ok(texts.collect::<Result<_, _>>()?)
}

/// The one number that a query gives; 0 where it gives none.
pub(crate) async fn number(db: &impl ConnectionTrait, query: &str) -> Result<i64> {
    let statement = Statement::from_string(db.get_database_backend(), query);
    Ok(match db.query_one_raw(statement).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    })
}

/// What SQLite finds damaged, in its words; empty when the file is whole. Reads all of it.
pub(crate) async fn damages(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let mut found = texts(db, &format!("PRAGMA integrity_check({MOST})")).await?;
    found.retain(|line| line != "ok");
    Ok(found)
}

/// Tables with rows that refer to rows that do not exist.
pub(crate) async fn dangling(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let mut tables = texts(db, "PRAGMA foreign_key_check").await?;
    tables.sort_unstable();
    tables.dedup();
    Ok(tables)
}

/// Names of the tables of a SQLite database, without those of the engine.
pub(crate) async fn tables(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    texts(db, query).await
}

/// The engine with its version.
pub(crate) async fn engine(db: &impl ConnectionTrait) -> Result<String> {
    let (name, query) = match db.get_database_backend() {
        DbBackend::Postgres => ("PostgreSQL", "SHOW server_version"),
        _ => ("SQLite", "SELECT sqlite_version()"),
    };
    let version = texts(db, query).await?.pop().unwrap_or_default();
    Ok(format!("{name} {version}"))
}
