//! The database schema, one file for each change; `README.md` beside this folder says how to add one.
//!
//! Imports none of our other crates: an old migration must not change when an entity does.

#![expect(
    elided_lifetimes_in_paths,
    reason = "`async_trait` wants the signatures of a migration as SeaORM writes them"
)]

use sea_orm_migration::{
    Migration,
    prelude::*,
    sea_orm::{
        DatabaseConnection, DbBackend, SqliteTransactionMode, TransactionOptions,
        TransactionTrait as _,
    },
};

pub use sea_orm_migration::sea_orm::DbErr;

mod m20261123_000001_accounts;
mod m20261123_000002_organizations;
mod m20261124_000003_api_keys;
mod m20261124_000004_name_keys;
mod m20261124_000005_second_factors;
mod m20261124_000006_link_details;
mod m20261124_000007_own_data;
mod m20261124_000008_passkeys;
mod m20261129_000009_identities;
mod m20261129_000010_required_factors;
mod m20261129_000011_audit_chains;
mod m20261129_000012_console;
mod m20261129_000013_impersonation;
mod m20261129_000015_installation;
mod m20261130_000016_search_indexes;

/// The list of all migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_accounts::Migration),
            Box::new(m20261123_000002_organizations::Migration),
            Box::new(m20261124_000003_api_keys::Migration),
            Box::new(m20261124_000004_name_keys::Migration),
            Box::new(m20261124_000005_second_factors::Migration),
            Box::new(m20261124_000006_link_details::Migration),
            Box::new(m20261124_000007_own_data::Migration),
            Box::new(m20261124_000008_passkeys::Migration),
            Box::new(m20261129_000009_identities::Migration),
            Box::new(m20261129_000010_required_factors::Migration),
            Box::new(m20261129_000011_audit_chains::Migration),
            Box::new(m20261129_000012_console::Migration),
            Box::new(m20261129_000013_impersonation::Migration),
            Box::new(m20261129_000015_installation::Migration),
            Box::new(m20261130_000016_search_indexes::Migration),
        ]
    }
}

/// Names the lock of migrations among those of a PostgreSQL server: "latchkey" in ASCII.
const LOCK: i64 = i64::from_be_bytes(*b"latchkey");

/// Brings the schema up to date, and gives the names of the migrations that were run: none where it already is. All of them are
/// one transaction, so that an end in between leaves the schema as it was. Of several servers that start at once, one migrates
/// and the others wait. Refuses a database that a newer version has migrated.
pub async fn up(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    // Whoever has nothing to do takes no lock for it: the database may be one that cannot be written.
    if pending(db).await?.is_empty() {
        return Ok(Vec::new());
    }
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let tx = db.begin_with_options(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({LOCK})");
        tx.execute_unprepared(&lock).await?;
    }
    let names = names(&Migrator::get_pending_migrations(&tx).await?);
    Migrator::up(&tx, None).await?;
    tx.commit().await?;
    Ok(names)
}

/// Names of the migrations that [`up`] would run. Writes nothing.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    Ok(names(
        &Migrator::get_pending_migrations_read_only(db).await?,
    ))
}

/// Names of the migrations that this version knows, oldest first.
pub fn known() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}

fn names(migrations: &[Migration]) -> Vec<String> {
    migrations
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}
