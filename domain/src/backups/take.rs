//! Takes a backup while others go on writing.

use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tokio::time::Instant;

use super::{Contents, Trouble, draft::Draft, look::close, look::look};
use crate::{Ctx, database::sqlite, verification};

/// A backup that was found to be whole.
#[derive(Clone, Debug)]
pub struct Taken {
    pub file: PathBuf,
    pub bytes: u64,
    pub contents: Contents,
    pub milliseconds: u64,
}

/// Writes the database as it is at one moment into a file, checks it, and gives it its name. Others read and write meanwhile. A file
/// that has the name is replaced only where `overwrite` says so, and only by a good backup.
pub async fn take(ctx: &Ctx, target: &Path, overwrite: bool) -> Result<Taken, Trouble> {
    let began = Instant::now();
    let source = ctx.database().file().ok_or(Trouble::NotSqlite)?;
    if is_same(source, target) {
        return Err(Trouble::Itself(target.to_owned()));
    }
    if !overwrite && target.exists() {
        return Err(Trouble::Exists(target.to_owned()));
    }
    let draft = Draft::beside(target, source)?;
    // What was charged and is not in the database yet; what other processes hold is missing.
    verification::fold(ctx)
        .await
        .map_err(Trouble::of(source, "Counting what was charged in"))?;
    copy(source, draft.path()).await?;
    let contents = look(draft.path())
        .await
        .map_err(|trouble| trouble.told_of(source))?;
    let bytes = std::fs::metadata(draft.path()).map_or(0, |facts| facts.len());
    let name = target.to_owned();
    // The disk may take its time; nobody is to wait for it.
    tokio::task::spawn_blocking(move || draft.publish(&name, overwrite))
        .await
        .map_err(|source| Trouble::io("Writing")(std::io::Error::other(source)))??;
    Ok(Taken {
        file: target.to_owned(),
        bytes,
        contents,
        milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Whether two paths lead to one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// On a connection of its own: those of the pools may not write, or are wanted by others.
async fn copy(source: &Path, target: &Path) -> Result<(), Trouble> {
    let Some(path) = target.to_str() else {
        let problem = std::io::Error::other("its path is not UTF-8");
        return Err(Trouble::io(format!("Writing {}", target.display()))(
            problem,
        ));
    };
    let db = sqlite::connect_to(source, |sqlite| sqlite.read_only(true))
        .await
        .map_err(Trouble::of(source, "Opening"))?;
    let statement =
        Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
    let done = db.execute_raw(statement).await;
    close(db).await;
    done.map_err(|error| Trouble::of(source, "Copying")(error.into()))?;
    Ok(())
}
