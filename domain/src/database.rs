//! The database: a pool for reading and one for writing, the same to everyone on SQLite and PostgreSQL.
//!
//! SQLite has one writer. A transaction that begins by reading and then writes fails at once when another has written in
//! between, so every write transaction begins immediate, on a pool of one connection whose queue is fair; readers see a
//! snapshot (WAL) and cannot write (`query_only`). On PostgreSQL both names stand for one pool.

use std::{path::Path, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::error::{Error, Result};

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the data is, and how carefully it is written.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `sqlite://path/to/file.db` or `postgres://user:password@host/name`.
    pub url: String,
    /// Connections for reading (SQLite) or in all (PostgreSQL).
    pub connections: u32,
    /// SQLite: every commit is on the disk before it is answered (`synchronous = FULL`), which survives loss of power.
    /// Otherwise (`NORMAL`) loss of power can take the last commits, never the integrity; a crash of the process takes nothing.
    pub is_fully_synchronous: bool,
}

/// Both pools.
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Opens the database; a SQLite file and its folder are made when they are missing.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self> {
        if let Some(path) = sqlite_path(&settings.url) {
            make_folder(path)?;
            let writer = Connect::connect(sqlite(settings, false)).await?;
            let reader = Connect::connect(sqlite(settings, true)).await?;
            return Ok(Self { reader, writer });
        }
        let pool = Connect::connect(postgres(settings)).await?;
        Ok(Self {
            reader: pool.clone(),
            writer: pool,
        })
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// For a single statement that writes; whatever has several begins a transaction.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// The connection that migrations run on.
    pub fn for_migrations(&self) -> &DatabaseConnection {
        &self.writer
    }

    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Has every statement told of that is run from now on, by whoever is given this database afterwards. What begins and
    /// ends a transaction is none.
    pub fn observe(&mut self, tell: impl Fn(&str) + Clone + Send + Sync + 'static) {
        for pool in [&mut self.reader, &mut self.writer] {
            let tell = tell.clone();
            pool.set_metric_callback(move |done| tell(&done.statement.sql));
        }
    }

    /// Asks the database something simple, for the readiness check.
    pub async fn ping(&self) -> Result<()> {
        self.reader.execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Writes what is pending into the file and closes both pools.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        if self.writer.get_database_backend() == DbBackend::Sqlite {
            self.writer
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await?;
        }
        self.writer.close().await
    }
}

fn sqlite_path(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    Some(path.split('?').next().unwrap_or(path))
}

fn make_folder(path: &str) -> Result<()> {
    match Path::new(path).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .map_err(|source| Error::internal("cannot make the folder of the database", source)),
        _ => Ok(()),
    }
}

fn base(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = ConnectOptions::new(&settings.url);
    options
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .acquire_timeout(ACQUIRE_TIMEOUT);
    options
}

fn sqlite(settings: &DatabaseSettings, is_reader: bool) -> ConnectOptions {
    let synchronous = if settings.is_fully_synchronous {
        "FULL"
    } else {
        "NORMAL"
    };
    let mut options = base(settings);
    // Of each connection, in KiB when negative. There are many readers; the system caches the file besides.
    let (connections, cache) = if is_reader {
        (settings.connections.max(1), "-4096")
    } else {
        (1, "-8192")
    };
    options
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .create_if_missing(true)
                .busy_timeout(ACQUIRE_TIMEOUT)
                .foreign_keys(true)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", synchronous)
                .pragma("temp_store", "memory")
                .pragma("cache_size", cache)
                .pragma("journal_size_limit", "67108864")
                .pragma("trusted_schema", "OFF")
                // A page and more: the thread that reads need not wait for the one that takes the rows.
                .row_buffer_size(1024)
                .statement_cache_capacity(512);
            if is_reader {
                sqlite.pragma("query_only", "ON")
            } else {
                sqlite.optimize_on_close(true, None)
            }
        });
    options
}

fn postgres(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = base(settings);
    options
        .max_connections(settings.connections.max(2))
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .set_application_name("latchkey")
        .map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(512));
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_sqlite_url_is_found() {
        assert_eq!(
            sqlite_path("sqlite://data/latchkey.db?mode=rwc"),
            Some("data/latchkey.db")
        );
        assert_eq!(
            sqlite_path("sqlite:///var/lib/latchkey.db"),
            Some("/var/lib/latchkey.db")
        );
        assert_eq!(sqlite_path("postgres://localhost/latchkey"), None);
    }
}
