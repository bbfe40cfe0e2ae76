//! The database schema, one file for each change; `README.md` beside this folder says how to add one.
//!
//! Imports none of our other crates: an old migration must not change when an entity does.

#![expect(
    elided_lifetimes_in_paths,
    reason = "`async_trait` wants the signatures of a migration as SeaORM writes them"
)]

use sea_orm_migration::prelude::*;

mod m20261123_000001_accounts;
mod m20261123_000002_organizations;

/// The list of all migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_accounts::Migration),
            Box::new(m20261123_000002_organizations::Migration),
        ]
    }
}

/// Brings the schema up to date; does nothing where it already is. Refuses a database that a newer version has migrated.
pub async fn up(db: &sea_orm_migration::sea_orm::DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// Names of the migrations that [`up`] would run.
pub async fn pending(
    db: &sea_orm_migration::sea_orm::DatabaseConnection,
) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations(db).await?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect())
}
