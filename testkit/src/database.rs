//! A database for one test: a file in a folder of its own, or one more database on the PostgreSQL server.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash as _, Hasher as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use domain::database::{Database, DatabaseSettings};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};
use tempfile::TempDir;
use tokio::sync::OnceCell;

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
        let template = TEMPLATE.get_or_init(|| migrated(&maintenance_url)).await;
        let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
        on_maintenance(&maintenance_url, &statement).await;
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
        open(&self.url).await
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The folder that a SQLite database has for itself.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path()),
            Place::Server { .. } => None,
        }
    }

    /// The files of a SQLite database: the main one, and what was not yet moved into it.
    pub(crate) fn files(&self) -> Option<[PathBuf; 2]> {
        let folder = self.folder()?;
        Some(["test.db", "test.db-wal"].map(|name| folder.join(name)))
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

/// Opens any database.
pub(crate) async fn open(url: &str) -> Database {
    let settings = DatabaseSettings {
        url: url.to_owned(),
        connections: 8,
        is_fully_synchronous: false,
    };
    Database::open(&settings).await.expect("the database opens")
}

/// Runs statements on a SQLite file that nobody has open.
pub async fn run_on_file(file: &Path, statements: &str) {
    let url = domain::database::url_of(file).expect("its path is UTF-8");
    let database = open(&url).await;
    let done = database
        .for_migrations()
        .execute_unprepared(statements)
        .await;
    done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    database.close().await.expect("it closes");
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

/// The database of this build of the tests that the others are copies of.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// Names the lock under which it is made: "template" in ASCII.
const TEMPLATE_LOCK: i64 = i64::from_be_bytes(*b"template");

/// Makes a migrated database unless another process has; gives its name. Those of older builds go.
async fn migrated(maintenance_url: &str) -> String {
    let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    let kin = format!("latchkey_template_{}_", package.replace('-', "_"));
    let name = format!("{kin}{:016x}", build());
    let server = connect(maintenance_url).await;
    let run = async |statement: String| server.execute_unprepared(&statement).await;
    run(format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})"))
        .await
        .expect("a lock can be waited for");
    let found = databases(&server, &kin).await;
    if !found.contains(&name) {
        for older in found {
            // One that is in use is left to the next.
            let _dropped = run(format!("DROP DATABASE {older}")).await;
        }
        // Under another name first: one that is half done is not to be taken for whole.
        let unfinished = format!("{kin}unfinished");
        run(format!("CREATE DATABASE {unfinished}"))
            .await
            .expect("its user may create databases");
        let mut url = url::Url::parse(maintenance_url).expect("it is a URL");
        url.set_path(&unfinished);
        let database = connect(url.as_str()).await;
        migrations::up(&database)
            .await
            .expect("the migrations fit the database");
        database.close().await.expect("the connection closes");
        run(format!("ALTER DATABASE {unfinished} RENAME TO {name}"))
            .await
            .expect("nobody is in it");
    }
    server.close().await.expect("the connection closes");
    name
}

async fn databases(server: &DatabaseConnection, beginning: &str) -> Vec<String> {
    let query = format!(
        "SELECT datname::text AS name FROM pg_database WHERE starts_with(datname::text, '{beginning}')"
    );
    let rows = server
        .query_all_raw(Statement::from_string(DbBackend::Postgres, query))
        .await
        .expect("databases can be listed");
    let name = |row: QueryResult| row.try_get("", "name").expect("it is a text");
    rows.into_iter().map(name).collect()
}

/// Tells one build of the tests from another.
fn build() -> u64 {
    let path = std::env::current_exe().expect("a test is a program");
    let made = path.metadata().and_then(|facts| facts.modified()).ok();
    let mut hasher = DefaultHasher::new();
    (path, made).hash(&mut hasher);
    hasher.finish()
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options)
        .await
        .expect("LATCHKEY_TEST_POSTGRES_URL names a running server")
}

async fn on_maintenance(url: &str, statement: &str) {
    let server = connect(url).await;
    server
        .execute_unprepared(statement)
        .await
        .expect("its user may create and drop databases");
    server.close().await.expect("the connection closes");
}
