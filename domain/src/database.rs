//! The database: a pool for reading and one for writing, the same to everyone on SQLite and PostgreSQL.
//!
//! SQLite has one writer. A transaction that begins by reading and then writes fails at once when another has written in
//! between, so every write transaction begins immediate, on a pool of one connection whose queue is fair; readers see a
//! snapshot (WAL) and cannot write (`query_only`). On PostgreSQL both names stand for one pool.

pub(crate) mod integrity;
pub mod owner;
pub(crate) mod sqlite;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::error::Result;

pub use sqlite::{file_of, url_of};

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

/// The file of a SQLite database.
#[derive(Clone, Debug)]
pub(crate) struct DatabaseFile {
    /// As SQLite has resolved it, so the same to every process.
    pub(crate) path: PathBuf,
    pub(crate) is_fully_synchronous: bool,
}

/// A statement that was run.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// With placeholders for its values.
    pub sql: &'a str,
    pub elapsed: Duration,
    pub has_failed: bool,
}

/// The connections of a pool.
pub(crate) struct Pool {
    pub(crate) name: &'static str,
    pub(crate) size: usize,
    pub(crate) idle: usize,
    pub(crate) most: u32,
}

/// Both pools.
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    file: Option<PathBuf>,
    charges: Option<DatabaseFile>,
    is_writable: bool,
}

impl Database {
    /// Opens the database; a SQLite file and its folder are made when they are missing. One on a disk that cannot be written is
    /// opened all the same: reads are answered, and whatever writes fails.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self> {
        if let Some(file) = file_of(&settings.url) {
            let (writer, reader, is_writable) = sqlite::open(settings, &file).await?;
            let charges = main_file(&writer).await?.map(|path| DatabaseFile {
                path,
                is_fully_synchronous: settings.is_fully_synchronous,
            });
            return Ok(Self {
                reader,
                writer,
                file: Some(file),
                charges,
                is_writable,
            });
        }
        let pool = Connect::connect(postgres(settings)).await?;
        Ok(Self {
            reader: pool.clone(),
            writer: pool,
            file: None,
            charges: None,
            is_writable: true,
        })
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Where charges stand beside a SQLite database; `None` in memory and on PostgreSQL.
    pub(crate) fn charges(&self) -> Option<&DatabaseFile> {
        self.charges.as_ref()
    }

    /// Whether the disk took writes when it was opened.
    pub fn is_writable(&self) -> bool {
        self.is_writable
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
    /// ends a transaction is none. One observer takes the place of another.
    pub fn observe(&mut self, tell: impl Fn(&Asked<'_>) + Clone + Send + Sync + 'static) {
        for pool in [&mut self.reader, &mut self.writer] {
            let tell = tell.clone();
            pool.set_metric_callback(move |done| {
                tell(&Asked {
                    sql: &done.statement.sql,
                    elapsed: done.elapsed,
                    has_failed: done.failed,
                });
            });
        }
    }

    /// What SQL is spoken here: `sqlite` or `postgresql`.
    pub fn system(&self) -> &'static str {
        match self.reader.get_database_backend() {
            DbBackend::Sqlite => "sqlite",
            _ => "postgresql",
        }
    }

    /// How many connections are open.
    pub(crate) fn pools(&self) -> Vec<Pool> {
        if self.reader.get_database_backend() != DbBackend::Sqlite {
            let both = self.writer.get_postgres_connection_pool();
            return vec![Pool {
                name: "writer",
                size: both.size() as usize,
                idle: both.num_idle(),
                most: both.options().get_max_connections(),
            }];
        }
        let pool = |name, connection: &DatabaseConnection| {
            let pool = connection.get_sqlite_connection_pool();
            Pool {
                name,
                size: pool.size() as usize,
                idle: pool.num_idle(),
                most: pool.options().get_max_connections(),
            }
        };
        vec![pool("reader", &self.reader), pool("writer", &self.writer)]
    }

    /// How many bytes the data takes.
    pub(crate) async fn size(&self) -> Result<i64> {
        let backend = self.reader.get_database_backend();
        let query = match backend {
            DbBackend::Sqlite => {
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            }
            _ => "SELECT pg_database_size(current_database())",
        };
        let row = self
            .reader
            .query_one_raw(Statement::from_string(backend, query))
            .await?;
        Ok(match row {
            Some(row) => row.try_get_by_index(0)?,
            None => 0,
        })
    }

    /// Asks the database something simple, for the readiness check.
    pub async fn ping(&self) -> Result<()> {
        self.reader.execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Writes what is pending into the file and closes both pools.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        if self.writer.get_database_backend() == DbBackend::Sqlite && self.is_writable {
            self.writer
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await?;
        }
        self.writer.close().await
    }
}

/// What SQLite calls the file; a database in memory has no name.
async fn main_file(db: &DatabaseConnection) -> Result<Option<PathBuf>> {
    let query = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let row = db
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, query))
        .await?;
    let name: Option<String> = match row {
        Some(row) => row.try_get("", "file")?,
        None => None,
    };
    Ok(name.filter(|name| !name.is_empty()).map(PathBuf::from))
}

fn base(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = ConnectOptions::new(&settings.url);
    options
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .acquire_timeout(ACQUIRE_TIMEOUT);
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
