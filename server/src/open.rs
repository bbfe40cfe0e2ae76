//! From a configuration to the ground that use cases stand on: the database, its schema, the context.

use std::sync::Arc;

use domain::{
    Ctx, backups,
    context::{Random as _, SystemClock, SystemRandom},
    database::Database,
    installation::{self, Fit},
    metrics::{NONE, STATEMENT_FAILURES, STATEMENT_SECONDS},
    seal::SecretKey,
};
use migrations::DbErr;

use crate::{config::Config, fault::Fault, otlp};

/// Opens everything, with the schema up to date and a secret key that fits.
pub async fn open(config: &Config) -> Result<Ctx, Fault> {
    let ctx = open_under_any_key(config).await?;
    check_key(&ctx).await?;
    Ok(ctx)
}

/// The same, where the secret key may be another than the one that the database was used with.
pub async fn open_under_any_key(config: &Config) -> Result<Ctx, Fault> {
    let secret_key = secret_key(config)?;
    let database = database(config).await?;
    if config.sections.database.migrate_on_start {
        migrate(&database).await?;
    } else {
        demand_schema(&database).await?;
    }
    Ok(context(config, secret_key, database))
}

/// Opens the database as it is, to look at it or to copy it; nothing is migrated, nor made where there is none.
pub async fn as_it_is(config: &Config) -> Result<Ctx, Fault> {
    require_settled(config)?;
    require_database(config)?;
    let secret_key = secret_key_as_it_is(config)?;
    Ok(context(config, secret_key, database(config).await?))
}

/// Refuses a SQLite database that is not there. Made by a command that is about what is stored, an empty one would hide that this
/// command was given another configuration than the server.
pub fn require_database(config: &Config) -> Result<(), Fault> {
    let Some(file) = config.sections.database.database_url.file() else {
        return Ok(());
    };
    let name = std::path::absolute(&file).unwrap_or_else(|_| file.clone());
    let (name, read) = (name.display(), config.told_file());
    match file.try_exists() {
        Ok(true) => Ok(()),
        // A restore that was interrupted has moved it; who opens it says so.
        Ok(false) if backups::require_settled(&file).is_err() => Ok(()),
        Ok(false) => Err(Fault::said(format!(
            "There is no database {name}. {read} If the server has another one, name its file with --config; `latchkey serve` and \
             `latchkey migrate` create one."
        ))),
        Err(error) => Err(Fault::said(format!(
            "The database {name} cannot be looked at: {error}. {read} Run this as root or as the user of the server."
        ))),
    }
}

/// The secret key, without making one that is missing: what is only looked at needs none. The one in its place fits nothing.
fn secret_key_as_it_is(config: &Config) -> Result<SecretKey, Fault> {
    match config.secret_key() {
        Err(file) if !file.0.exists() => {
            let mut drawn = [0; 32];
            SystemRandom.fill(&mut drawn);
            Ok(SecretKey::new(
                drawn.map(|byte| format!("{byte:02x}")).concat(),
            ))
        }
        _ => secret_key(config),
    }
}

/// What use cases stand on, over a database that is open.
pub fn context(config: &Config, secret_key: SecretKey, database: Database) -> Ctx {
    Ctx::new(
        database,
        config.settings(secret_key),
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    )
}

/// Refuses a secret key under which nothing of what is stored can be opened, before anything is sealed under it.
async fn check_key(ctx: &Ctx) -> Result<(), Fault> {
    let fit = if ctx.database().is_writable() {
        installation::settle_key(ctx).await?
    } else {
        installation::fit(ctx).await?
    };
    match fit {
        Fit::New | Fit::Same => Ok(()),
        Fit::Changed => {
            tracing::info!(
                "the secret key was changed; what the former one sealed is opened with it"
            );
            Ok(())
        }
        Fit::Foreign => Err(Fault::said(WRONG_KEY)),
    }
}

/// What to do about a secret key that does not fit.
pub const WRONG_KEY: &str = "The secret key is not the one that this database was used with, and neither is any of the former \
    ones. Under another key, authenticator apps, waiting e-mails and API keys do not work, so nothing was started and nothing \
    was changed. Set `secret_key` to the previous key, or put the file `secret.key` back beside the database. To change the key, \
    also set `former_secret_keys` to the previous one. If that is lost for good, `latchkey secret-key accept` continues without \
    what it has sealed.";

/// The secret key that is configured, or the one that is kept beside the data.
pub fn secret_key(config: &Config) -> Result<SecretKey, Fault> {
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

/// Opens the database, and makes a SQLite file that is missing. Refused while a restore is to be gone on with.
pub async fn database(config: &Config) -> Result<Database, Fault> {
    require_settled(config)?;
    let opened = Database::open(&config.database_settings()).await;
    let mut database = opened.map_err(|error| not_opened(config, &error))?;
    watch(&mut database);
    Ok(database)
}

/// Whoever calls this holds the lock, so a restore that has begun does not go on by itself.
fn require_settled(config: &Config) -> Result<(), Fault> {
    let file = config.sections.database.database_url.file();
    Ok(file.as_deref().map_or(Ok(()), backups::require_settled)?)
}

/// Times each statement.
fn watch(database: &mut Database) {
    let system = database.system();
    let seconds = STATEMENT_SECONDS.histogram(NONE);
    let failures = STATEMENT_FAILURES.counter(NONE);
    database.observe(move |asked| {
        seconds.record(asked.elapsed);
        failures.increment(asked.has_failed.into());
        otlp::tell_statement(system, asked);
    });
}

fn not_opened(config: &Config, error: &domain::Error) -> Fault {
    let url = &config.sections.database.database_url;
    if error.is_damage() {
        return Fault::said(damaged(&format!("{url:?}"), error));
    }
    Fault::said(format!("The database {url:?} cannot be opened: {error}."))
}

fn damaged(what: &str, error: &domain::Error) -> String {
    format!(
        "The database {what} is damaged, or is not a database ({error}). Nothing was changed. `latchkey restore FILE` puts a \
         backup in its place, and keeps the damaged file."
    )
}

/// Brings the schema up to date; gives the names of the migrations that were run.
pub async fn migrate(database: &Database) -> Result<Vec<String>, Fault> {
    let done = migrations::up(database.for_migrations())
        .await
        .map_err(refused)?;
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
        .map_err(refused)?;
    if pending.is_empty() {
        return Ok(());
    }
    let missing = pending.join(", ");
    Err(Fault::Said(format!(
        "The schema of the database is behind (it lacks {missing}), and migrate_on_start is off. Run `latchkey migrate`."
    )))
}

/// A migration that was applied and is not known here is told by this error alone (sea-orm-migration, `exec.rs`). That something
/// exists which is about to be made means that a version from before migrations were one transaction was ended in the midst of one.
pub(crate) fn refused(error: DbErr) -> Fault {
    let text = error.to_string();
    if text.contains("has been applied but its file is missing") {
        return Fault::said(format!("The database {NEWER} ({text})"));
    }
    let error = domain::Error::from(error);
    if error.is_damage() {
        return Fault::said(damaged("that was opened", &error));
    }
    let half_run = ["already exists", "duplicate column"];
    if half_run.iter().any(|words| text.contains(words)) {
        return Fault::said(format!(
            "An earlier version started to migrate the database and did not finish: {text}. Nothing was changed now. Restore the \
             backup from before that upgrade."
        ));
    }
    Fault::said(format!(
        "The schema of the database cannot be brought up to date: {text}. Nothing was changed."
    ))
}

/// What to do about a database that is ahead of this version.
pub const NEWER: &str = concat!(
    "was migrated by a newer Latchkey than this one (",
    env!("CARGO_PKG_VERSION"),
    "). Start that version, or restore a backup from before it."
);
