//! What the database is asked, for tests that count it.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::database::Database;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{Backend, Kit};

/// Keeps statements while somebody wants them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statements {
    kept: Arc<Mutex<Option<Vec<String>>>>,
}

impl Statements {
    pub(crate) fn watch(&self, database: &mut Database) {
        let statements = self.clone();
        database.observe(move |asked| {
            if let Some(kept) = statements.lock().as_mut() {
                kept.push(asked.sql.to_owned());
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kit {
    /// What comes of an act, and the statements that the process ran meanwhile, for this act or another.
    pub async fn statements_of<T>(&self, act: impl Future<Output = T>) -> (T, Vec<String>) {
        *self.statements.lock() = Some(Vec::new());
        let done = act.await;
        let kept = self.statements.lock().take();
        (done, kept.unwrap_or_default())
    }

    /// How SQLite goes about a statement that was kept, step by step. Nothing of PostgreSQL, whose way depends on what is stored.
    pub async fn plan_of(&self, statement: &str) -> Vec<String> {
        if self.backend() == Backend::Postgres {
            return Vec::new();
        }
        let query = format!("EXPLAIN QUERY PLAN {}", statement.replace('?', "1"));
        let query = Statement::from_string(DbBackend::Sqlite, query);
        let steps = self.connection().query_all_raw(query).await;
        let steps = steps.unwrap_or_else(|error| panic!("{statement}: {error}"));
        steps
            .iter()
            .map(|step| step.try_get("", "detail").expect("a step is told in words"))
            .collect()
    }
}
