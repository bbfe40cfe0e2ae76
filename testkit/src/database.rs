//! A database for one test: a file in a folder of its own, or one more database on the PostgreSQL server.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use domain::database::{Database, DatabaseSettings};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tempfile::TempDir;

/// Names a database of the PostgreSQL server from which others can be made and dropped.
const POSTGRES_URL: &str = "LATCHKEY_TEST_POSTGRES_URL";

/// What a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Where the data of one test is. Made empty; [`TestDatabase::remove`] takes it away.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    Server {
        maintenance_url: String,
        name: String,
    },
}

impl TestDatabase {
    pub(crate) async fn make(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::in_folder(),
            Backend::Postgres => Self::on_server().await,
        }
    }

    fn in_folder() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("latchkey-test-")
            .tempdir()
            .expect("the temporary folder can be written");
        Self {
            url: format!("sqlite://{}", folder.path().join("test.db").display()),
            place: Place::Folder(folder),
        }
    }

    async fn on_server() -> Self {
        let maintenance_url = std::env::var(POSTGRES_URL).unwrap_or_else(|_| {
            panic!(
                "{POSTGRES_URL} names no PostgreSQL server, so nothing was tested; run this through `make test` or \
                 `scripts/with-postgres.sh cargo nextest run`"
            )
        });
        let name = unique_name();
        on_maintenance(&maintenance_url, &format!("CREATE DATABASE {name}")).await;
        let mut url =
            url::Url::parse(&maintenance_url).expect("LATCHKEY_TEST_POSTGRES_URL is a URL");
        url.set_path(&name);
        Self {
            url: url.into(),
            place: Place::Server {
                maintenance_url,
                name,
            },
        }
    }

    /// Opens it as the server does, so once more is a restart.
    pub(crate) async fn open(&self) -> Database {
        let settings = DatabaseSettings {
            url: self.url.clone(),
            connections: 8,
            is_fully_synchronous: false,
        };
        Database::open(&settings)
            .await
            .expect("a new database opens")
    }

    /// The files of a SQLite database: the main one, and what was not yet moved into it.
    pub(crate) fn files(&self) -> Option<[PathBuf; 2]> {
        match &self.place {
            Place::Folder(folder) => Some([
                folder.path().join("test.db"),
                folder.path().join("test.db-wal"),
            ]),
            Place::Server { .. } => None,
        }
    }

    /// A folder goes with its owner; a database on a server has to be dropped.
    pub(crate) async fn remove(&self) {
        if let Place::Server {
            maintenance_url,
            name,
        } = &self.place
        {
            on_maintenance(
                maintenance_url,
                &format!("DROP DATABASE {name} WITH (FORCE)"),
            )
            .await;
        }
    }
}

/// No other process and no other test of this one uses the name, nor one that was killed and left its database behind.
fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .subsec_nanos();
    format!("latchkey_test_{}_{count}_{nanos}", std::process::id())
}

async fn on_maintenance(url: &str, statement: &str) {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let server: DatabaseConnection = sea_orm::Database::connect(options)
        .await
        .expect("LATCHKEY_TEST_POSTGRES_URL names a running server");
    server
        .execute_unprepared(statement)
        .await
        .expect("its user may create and drop databases");
    server.close().await.expect("the connection closes");
}
