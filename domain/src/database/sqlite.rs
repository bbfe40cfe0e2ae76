//! SQLite: the file, and how connections to it are opened.

use std::{
    fs::OpenOptions,
    io::ErrorKind,
    path::{Path, PathBuf},
    str::FromStr as _,
    time::Duration,
};

use sea_orm::{
    ConnectOptions, Database as Connect, DatabaseConnection,
    sqlx::{self, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions},
};

use super::{
    ACQUIRE_TIMEOUT, DatabaseSettings, base,
    owner::{give_to_owner, make_folder},
};
use crate::error::{Error, Result};

/// What may be done with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Full,
    /// `mode=ro` was asked for; another process may write.
    ReadOnly,
    /// The disk cannot be written. SQLite makes a file beside the database even to read, unless it is told that nothing changes.
    Unchanging,
}

/// The file of a SQLite database; `None` for another engine.
pub fn file_of(url: &str) -> Option<PathBuf> {
    if !url.starts_with("sqlite:") {
        return None;
    }
    let options = SqliteConnectOptions::from_str(url).ok()?;
    Some(options.get_filename().to_owned())
}

/// The URL of a file, which is `None` where its path is not UTF-8.
pub fn url_of(file: &Path) -> Option<String> {
    let escaped = file
        .to_str()?
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23");
    Some(format!("sqlite://{escaped}"))
}

/// Both pools, the writer first, and whether they can write.
pub(super) async fn open(
    settings: &DatabaseSettings,
    file: &Path,
) -> Result<(DatabaseConnection, DatabaseConnection, bool)> {
    if asks_to_read_only(&settings.url) {
        let (writer, reader) = pools(settings, Access::ReadOnly).await?;
        return Ok((writer, reader, false));
    }
    make(file)?;
    match pools(settings, Access::Full).await {
        Ok((writer, reader)) => Ok((writer, reader, can_be_written(file))),
        Err(_) if !can_be_written(file) => {
            let (writer, reader) = pools(settings, Access::Unchanging).await?;
            Ok((writer, reader, false))
        }
        Err(error) => Err(error),
    }
}

fn asks_to_read_only(url: &str) -> bool {
    url.split_once('?')
        .is_some_and(|(_, parameters)| parameters.split('&').any(|one| one == "mode=ro"))
}

/// Never opens it: closing any descriptor of a file gives up the locks that SQLite holds on it in this process. Another process
/// would take itself for the only one then, and delete the write-ahead log under this one (sqlite.org/howtocorrupt.html, 2.2).
fn can_be_written(file: &Path) -> bool {
    rustix::fs::access(file, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Makes folder and file where they are missing. Nobody but their owner reads the file, nor those that SQLite makes beside it,
/// which take after it.
fn make(file: &Path) -> Result<()> {
    if file.exists() {
        return Ok(());
    }
    let cannot = |source| Error::internal("cannot make the database", source);
    if let Some(folder) = file.parent() {
        make_folder(folder).map_err(cannot)?;
    }
    match private().create_new(true).open(file) {
        Ok(made) => {
            give_to_owner(&made, file, file);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(cannot(error)),
    }
}

/// To write a file that only its owner can read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

async fn pools(
    settings: &DatabaseSettings,
    access: Access,
) -> Result<(DatabaseConnection, DatabaseConnection)> {
    let writer = Connect::connect(options(settings, access, false)).await?;
    let reader = Connect::connect(options(settings, access, true)).await?;
    Ok((writer, reader))
}

fn options(settings: &DatabaseSettings, access: Access, is_reader: bool) -> ConnectOptions {
    let synchronous = if settings.is_fully_synchronous {
        "FULL"
    } else {
        "NORMAL"
    };
    let mut options = base(settings);
    // Of each connection, in KiB when negative. There are many readers; the system caches the file besides.
    let (connections, cache) = if is_reader {
        (settings.connections.max(1), "-1024")
    } else {
        (1, "-8192")
    };
    options
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(is_at_rest(connection)))
        })
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = within(access, sqlite)
                .busy_timeout(ACQUIRE_TIMEOUT)
                .foreign_keys(true)
                .pragma("synchronous", synchronous)
                .pragma("temp_store", "memory")
                .pragma("cache_size", cache)
                .pragma("journal_size_limit", "67108864")
                .pragma("trusted_schema", "OFF")
                // A page and more: the thread that reads need not wait for the one that takes the rows.
                .row_buffer_size(1024)
                .statement_cache_capacity(512);
            if is_reader || access != Access::Full {
                sqlite.pragma("query_only", "ON")
            } else {
                sqlite.optimize_on_close(true, None)
            }
        });
    options
}

/// Whether a connection is out of its last transaction. One that SQLite has ended by itself, as where the disk is full, goes on for the
/// driver, which makes the next one a part of it; nobody commits that, so changes would be answered as done and be lost.
async fn is_at_rest(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    if connection.is_in_transaction() {
        // One that was dropped has been ended when this is answered.
        connection.ping().await?;
    }
    let is_at_rest = !connection.is_in_transaction();
    if !is_at_rest {
        tracing::warn!("SQLite has ended a transaction by itself: its connection is given up");
    }
    Ok(is_at_rest)
}

fn within(access: Access, sqlite: SqliteConnectOptions) -> SqliteConnectOptions {
    match access {
        Access::Full => sqlite.create_if_missing(true).pragma("journal_mode", "WAL"),
        Access::ReadOnly => sqlite.read_only(true),
        Access::Unchanging => sqlite.read_only(true).immutable(true),
    }
}

/// One connection to a SQLite file that is not, or not only, the database in use.
pub(crate) async fn connect_to(
    file: &Path,
    change: impl Fn(SqliteConnectOptions) -> SqliteConnectOptions + Send + Sync + 'static,
) -> Result<DatabaseConnection> {
    let file = file.to_owned();
    let mut options = ConnectOptions::new("sqlite://named-below");
    options
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .max_connections(1)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .filename(&file)
                .create_if_missing(false)
                .busy_timeout(ACQUIRE_TIMEOUT)
                .pragma("temp_store", "memory")
                .pragma("trusted_schema", "OFF");
            change(sqlite)
        });
    Ok(Connect::connect(options).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_sqlite_url_is_found() {
        let file = |url| file_of(url).map(|path| path.display().to_string());
        assert_eq!(
            file("sqlite://data/latchkey.db?mode=rwc").as_deref(),
            Some("data/latchkey.db")
        );
        assert_eq!(
            file("sqlite:///var/lib/a%20b.db").as_deref(),
            Some("/var/lib/a b.db")
        );
        assert_eq!(file("postgres://localhost/latchkey"), None);
        let odd = Path::new("/var/a%20b?c#d.db");
        assert_eq!(
            url_of(odd).and_then(|url| file_of(&url)).as_deref(),
            Some(odd)
        );
    }

    #[test]
    fn reading_alone_is_asked_for_in_the_url() {
        assert!(asks_to_read_only("sqlite://a.db?mode=ro"));
        assert!(!asks_to_read_only("sqlite://a.db?mode=rw"));
        assert!(!asks_to_read_only("sqlite://mode=ro"));
    }
}
