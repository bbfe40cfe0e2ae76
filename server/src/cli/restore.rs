//! `latchkey restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::{
    Actor, Ctx,
    backups::{self, Contents, Prepared},
    context::{Clock as _, SystemClock},
    database::{Database, url_of},
    installation::{self, Fit},
};

use super::{
    backup::{dangling, require_sqlite, told},
    close,
};
use crate::{config::Config, fault::Fault, lock::DatabaseLock, open};

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct RestoreArgs {
    /// The backup file
    pub file: PathBuf,
    /// Restore a backup that was made under another secret key, without what that key has sealed
    #[arg(long)]
    pub accept_other_key: bool,
}

/// Puts a copy of the backup in the place of the database, which stays under another name. Until the last step everything is done
/// beside it.
pub(super) async fn run(config: &Config, args: &RestoreArgs) -> Result<String, Fault> {
    let database = require_sqlite(config, &args.file)?;
    let _lock = DatabaseLock::alone(&database)?;
    let prepared = backups::prepare(&args.file, &database).await?;
    let contents = prepared.contents().clone();
    require_known(&args.file, &contents)?;
    let applied = bring_up_to_date(config, args, &prepared).await?;
    let kept = prepared.move_in(SystemClock.now()).await?;
    Ok(report(
        args,
        &database,
        &contents,
        &applied,
        kept.as_deref(),
    ))
}

fn require_known(file: &Path, contents: &Contents) -> Result<(), Fault> {
    let unknown = contents.unknown(&migrations::known());
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Fault::said(format!(
        "{} {} (It contains {}.)",
        file.display(),
        open::NEWER,
        unknown.join(", ")
    )))
}

/// Migrates the copy and sees that its secret key fits; gives the names of the migrations.
async fn bring_up_to_date(
    config: &Config,
    args: &RestoreArgs,
    prepared: &Prepared,
) -> Result<Vec<String>, Fault> {
    let secret_key = open::secret_key(config)?;
    let url = url_of(prepared.file())
        .ok_or_else(|| Fault::said("The path of the database is not UTF-8."))?;
    let settings = domain::database::DatabaseSettings {
        url,
        ..config.database_settings()
    };
    let database = Database::open(&settings).await?;
    let applied = open::migrate(&database).await;
    let ctx = open::context(config, secret_key, database);
    let done = match applied {
        Ok(applied) => settle_key(&ctx, args).await.map(|()| applied),
        Err(fault) => Err(fault),
    };
    close(ctx.database().clone()).await;
    done
}

async fn settle_key(ctx: &Ctx, args: &RestoreArgs) -> Result<(), Fault> {
    match installation::settle_key(ctx).await? {
        Fit::New | Fit::Same | Fit::Changed => Ok(()),
        Fit::Foreign if args.accept_other_key => {
            Ok(installation::accept_key(ctx, &Actor::Operator).await?)
        }
        Fit::Foreign => Err(Fault::said(format!(
            "{} was made under another secret key than the one configured here, which cannot open what is sealed in it: \
             authenticator apps, waiting e-mails, and API keys. Nothing was changed. Set `secret_key` (or `former_secret_keys`) \
             to the key that belongs to it. If that key is lost for good, give --accept-other-key.",
            args.file.display()
        ))),
    }
}

fn report(
    args: &RestoreArgs,
    database: &Path,
    contents: &Contents,
    applied: &[String],
    kept: Option<&Path>,
) -> String {
    let mut text = format!(
        "Restored {} from {}.\nEvery page was checked, and {}.\n",
        database.display(),
        args.file.display(),
        told(contents)
    );
    text.push_str(&dangling(contents));
    if !applied.is_empty() {
        text.push_str(&format!("Migrated: {}.\n", applied.join(", ")));
    }
    text.push_str(&match kept {
        Some(kept) => format!(
            "The previous database is kept as {}. Delete it once everything works.\n",
            kept.display()
        ),
        None => "There was no previous database.\n".to_owned(),
    });
    text
}
