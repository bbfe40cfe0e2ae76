//! From a configuration to the ground that use cases stand on: the database, its schema, the context.

use std::sync::Arc;

use domain::{
    Ctx,
    context::{SystemClock, SystemRandom},
    database::Database,
    seal::SecretKey,
};

use crate::{config::Config, fault::Fault};

/// Opens everything, with the schema up to date.
pub async fn open(config: &Config) -> Result<Ctx, Fault> {
    let secret_key = secret_key(config)?;
    let database = database(config).await?;
    if config.sections.database.migrate_on_start {
        migrate(&database).await?;
    } else {
        demand_schema(&database).await?;
    }
    Ok(Ctx::new(
        database,
        config.settings(secret_key),
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    ))
}

fn secret_key(config: &Config) -> Result<SecretKey, Fault> {
    let file = match config.secret_key() {
        Ok(key) => return Ok(key),
        Err(file) => file,
    };
    let (key, is_new) = file.open(&SystemRandom).map_err(Fault::Said)?;
    let path = file.0.display();
    if is_new {
        tracing::info!(%path, "no secret key is configured: one was made and is kept beside the data");
    } else {
        tracing::debug!(%path, "no secret key is configured: the one beside the data is used");
    }
    Ok(key)
}

/// Opens the database as it is.
pub async fn database(config: &Config) -> Result<Database, Fault> {
    let url = &config.sections.database.database_url;
    let opened = Database::open(&config.database_settings()).await;
    opened.map_err(|error| Fault::Said(format!("The database {url:?} cannot be opened: {error}.")))
}

/// Brings the schema up to date; gives the names of the migrations that were run.
pub async fn migrate(database: &Database) -> Result<Vec<String>, Fault> {
    let done = migrations::up(database.for_migrations())
        .await
        .map_err(|error| refused(&error))?;
    if !done.is_empty() {
        tracing::info!(
            migrations = done.join(", "),
            "the schema was brought up to date"
        );
    }
    Ok(done)
}

async fn demand_schema(database: &Database) -> Result<(), Fault> {
    let pending = migrations::pending(database.for_migrations())
        .await
        .map_err(|error| refused(&error))?;
    if pending.is_empty() {
        return Ok(());
    }
    let missing = pending.join(", ");
    Err(Fault::Said(format!(
        "The schema of the database is behind (it lacks {missing}), and migrate_on_start is off. Run `latchkey migrate`."
    )))
}

/// A migration that was applied and is not known here is told by this error alone (sea-orm-migration, `exec.rs`).
fn refused(error: &impl std::fmt::Display) -> Fault {
    let text = error.to_string();
    if text.contains("has been applied but its file is missing") {
        let version = env!("CARGO_PKG_VERSION");
        return Fault::Said(format!(
            "The database was migrated by a newer Latchkey than this one ({version}). Start that version, or restore a backup from before it. \
             ({text})"
        ));
    }
    Fault::Said(format!(
        "The schema of the database cannot be brought up to date: {text}."
    ))
}
