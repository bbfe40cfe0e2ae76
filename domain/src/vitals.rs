//! How the database is, for `latchkey doctor`.

use sea_orm::{ConnectionTrait as _, DbBackend};

use crate::{
    Ctx,
    database::integrity,
    error::{Error, Result},
};

/// What is wrong with what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// In the words of the engine.
    pub damages: Vec<String>,
    /// Tables with rows that refer to rows that do not exist.
    pub dangling: Vec<String>,
}

/// How a SQLite file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    pub journal_mode: String,
    pub is_fully_synchronous: bool,
    /// Of the file, in bytes.
    pub size: u64,
    /// Of it, what holds nothing any more.
    pub unused: u64,
}

/// The engine with its version.
pub async fn engine(ctx: &Ctx) -> Result<String> {
    integrity::engine(ctx.read()).await
}

/// Reads everything and compares. On PostgreSQL there is nothing to do: it checks what it reads by itself.
pub async fn damage(ctx: &Ctx) -> Result<Damage> {
    if ctx.database().file().is_none() {
        return Ok(Damage::default());
    }
    Ok(Damage {
        damages: integrity::damages(ctx.read()).await?,
        dangling: integrity::dangling(ctx.read()).await?,
    })
}

/// Begins to write, and on SQLite writes a number that nobody reads as it is: only the end of a transaction shows whether there is room.
pub async fn require_writable(ctx: &Ctx) -> Result<()> {
    let writing = ctx.database().begin().await?;
    if writing.get_database_backend() != DbBackend::Postgres {
        let version = integrity::number(&writing, "PRAGMA user_version").await?;
        let same = format!("PRAGMA user_version = {version}");
        writing.execute_unprepared(&same).await?;
        return Ok(writing.commit().await?);
    }
    let answer = integrity::texts(&writing, "SHOW transaction_read_only").await?;
    writing.rollback().await?;
    if answer == ["on"] {
        return Err(Error::internal(
            "writing",
            "the server takes no changes: it is a standby, or was made read only",
        ));
    }
    Ok(())
}

/// How the file is written; `None` on another engine.
pub async fn writing(ctx: &Ctx) -> Result<Option<Writing>> {
    if ctx.database().file().is_none() {
        return Ok(None);
    }
    let db = ctx.database().writer();
    let bytes = |number: i64| u64::try_from(number).unwrap_or_default();
    let page = bytes(integrity::number(db, "PRAGMA page_size").await?);
    let pages = bytes(integrity::number(db, "PRAGMA page_count").await?);
    let unused = bytes(integrity::number(db, "PRAGMA freelist_count").await?);
    let mode = integrity::texts(db, "PRAGMA journal_mode").await?.pop();
    // 2 is FULL and 3 EXTRA.
    let synchronous = integrity::number(db, "PRAGMA synchronous").await?;
    Ok(Some(Writing {
        journal_mode: mode.unwrap_or_default(),
        is_fully_synchronous: synchronous >= 2,
        size: page * pages,
        unused: page * unused,
    }))
}
