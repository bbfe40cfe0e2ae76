//! The database, by SQL: states that no use case reaches, and what is stored.

use std::{future::Future, time::Duration};

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, TransactionTrait as _};
use sea_orm_migration::MigratorTrait as _;

use super::Kit;
use crate::Backend;

impl Kit {
    pub fn backend(&self) -> Backend {
        match self.connection().get_database_backend() {
            DbBackend::Postgres => Backend::Postgres,
            _ => Backend::Sqlite,
        }
    }

    pub(crate) fn connection(&self) -> &sea_orm::DatabaseConnection {
        self.ctx.database().for_migrations()
    }

    /// Runs a statement; for states that no use case reaches.
    pub async fn sql(&self, statement: &str) -> u64 {
        let done = self.connection().execute_unprepared(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
            .rows_affected()
    }

    /// Runs it while somebody else is writing; on SQLite, where one at a time does, it fails unless it writes nothing.
    pub async fn while_another_writes<T>(&self, act: impl Future<Output = T>) -> T {
        let writing = self.connection().begin().await.expect("nobody else does");
        let answer = tokio::time::timeout(Duration::from_secs(10), act).await;
        writing.rollback().await.expect("nothing was written");
        answer.expect("it waits for nobody who writes")
    }

    /// Runs it while somebody else is changing something, which is written only after it has come so far as to wait for that.
    pub async fn while_another_changes<T>(&self, change: &str, act: impl Future<Output = T>) -> T {
        let changing = self.connection().begin().await.expect("nobody else does");
        if let Err(error) = changing.execute_unprepared(change).await {
            panic!("{change}: {error}");
        }
        let written = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            changing.commit().await.expect("it can be written");
        };
        tokio::join!(act, written).0
    }

    async fn row(&self, query: &str) -> QueryResult {
        let statement = Statement::from_string(self.connection().get_database_backend(), query);
        let row = self
            .connection()
            .query_one_raw(statement)
            .await
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        row.unwrap_or_else(|| panic!("{query}: no row"))
    }

    /// The one number that a query gives.
    pub async fn number(&self, query: &str) -> i64 {
        self.row(query)
            .await
            .try_get_by_index(0)
            .unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// The one text that a query gives; `None` for NULL.
    pub async fn text(&self, query: &str) -> Option<String> {
        self.row(query)
            .await
            .try_get_by_index(0)
            .unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Names of the tables, without those of the engine.
    pub async fn tables(&self) -> Vec<String> {
        let query = match self.backend() {
            Backend::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
            }
            Backend::Postgres => {
                "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            }
        };
        let statement = Statement::from_string(self.connection().get_database_backend(), query);
        let rows = self
            .connection()
            .query_all_raw(statement)
            .await
            .expect("the catalogue can be read");
        rows.iter()
            .map(|row| row.try_get_by_index(0).expect("a name is text"))
            .collect()
    }

    /// Every byte that is stored: the files of SQLite, or the rows of all tables of PostgreSQL as text.
    pub async fn everything_stored(&self) -> Vec<u8> {
        if let Some(files) = self.database.files() {
            return files
                .into_iter()
                .chain(self.charge_files())
                .flat_map(|file| std::fs::read(file).unwrap_or_default())
                .collect();
        }
        let mut all = Vec::new();
        for table in self.tables().await {
            let rows = self
                .text(&format!("SELECT string_agg(t::text, ' ') FROM {table} t"))
                .await;
            all.extend(rows.unwrap_or_default().into_bytes());
        }
        all
    }

    /// Whether a secret is stored in the clear, as text or in hexadecimal (how PostgreSQL prints bytes).
    pub async fn stores(&self, secret: &str) -> bool {
        let all = self.everything_stored().await;
        let holds = |needle: &[u8]| all.windows(needle.len()).any(|window| window == needle);
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        holds(secret.as_bytes()) || holds(hex.as_bytes())
    }

    /// The names of those that were run.
    pub async fn migrates_up(&self) -> Vec<String> {
        migrations::up(self.connection())
            .await
            .expect("the migrations fit the database")
    }

    /// The same where it may fail; what is wrong is told.
    pub async fn tries_to_migrate(&self) -> Result<Vec<String>, String> {
        let done = migrations::up(self.connection()).await;
        done.map_err(|error| error.to_string())
    }

    /// So many steps, or all.
    pub async fn migrates_down(&self, steps: Option<u32>) {
        migrations::Migrator::down(self.connection(), steps)
            .await
            .expect("the migrations can be taken back");
    }

    /// To the schema that the migration of this name found.
    pub async fn migrates_down_before(&self, name: &str) {
        let known = migrations::known();
        let later = known.iter().skip_while(|known| !known.starts_with(name));
        let steps = u32::try_from(later.count()).expect("there are few migrations");
        assert!(steps > 0, "no migration is called {name}");
        self.migrates_down(Some(steps)).await;
    }

    pub async fn pending_migrations(&self) -> Vec<String> {
        migrations::pending(self.connection())
            .await
            .expect("the list of migrations can be read")
    }
}
