//! Puts a backup in the place of the database.
//!
//! All that can go wrong is done to a copy of the backup beside the database; then a few renamings are left (`exchange`). Whoever
//! calls this has made sure that nobody else has the database open.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use contract::Timestamp;
use sea_orm::ConnectionTrait as _;

use super::{
    Contents, Trouble,
    draft::{Draft, with_ending},
    exchange::Exchange,
    look::{check_beginning, close, look_through},
    take::is_same,
};
use crate::database::sqlite;

/// How long somebody may take to let go of the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// A copy of a backup beside the database, found to be whole.
#[derive(Debug)]
pub struct Prepared {
    draft: Draft,
    database: PathBuf,
    contents: Contents,
}

/// Copies a backup, with what belongs to it and is not in its file, and looks it through. The backup itself is not touched.
pub async fn prepare(backup: &Path, database: &Path) -> Result<Prepared, Trouble> {
    check_beginning(backup)?;
    if is_same(backup, database) {
        return Err(Trouble::Itself(backup.to_owned()));
    }
    let draft = Draft::beside(database, database)?;
    copy(backup, draft.path()).await?;
    let db = sqlite::connect_to(draft.path(), |sqlite| sqlite)
        .await
        .map_err(Trouble::of(backup, "Opening"))?;
    let contents = look_through(&db, draft.path()).await;
    close(db).await;
    let contents = contents.map_err(|trouble| trouble.told_of(backup))?;
    Ok(Prepared {
        draft,
        database: database.to_owned(),
        contents,
    })
}

async fn copy(backup: &Path, draft: &Path) -> Result<(), Trouble> {
    let (from, to) = (backup.to_owned(), draft.to_owned());
    let copied = tokio::task::spawn_blocking(move || {
        write_over(&from, &to)?;
        let journal = with_ending(&from, "-wal");
        if journal.exists() {
            write_over(&journal, &with_ending(&to, "-wal"))?;
        }
        Ok(())
    });
    copied
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
        .map_err(Trouble::io(format!("Copying {}", backup.display())))
}

/// Unlike `fs::copy`, who may read the file is not taken over.
fn write_over(from: &Path, to: &Path) -> io::Result<()> {
    let mut to = sqlite::private().create(true).truncate(true).open(to)?;
    io::copy(&mut fs::File::open(from)?, &mut to)?;
    Ok(())
}

impl Prepared {
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Where the copy is, to be migrated.
    pub fn file(&self) -> &Path {
        self.draft.path()
    }

    /// Gives the copy its place; gives the name under which the former database stays, if there was one. Goes on with a restore
    /// that was interrupted here.
    pub async fn move_in(self, now: Timestamp) -> Result<Option<PathBuf>, Trouble> {
        if self.database.exists() {
            bring_home(&self.database).await?;
        }
        let moved = tokio::task::spawn_blocking(move || {
            Exchange::begin(&self.database, now)?.complete(self.draft)
        });
        moved
            .await
            .unwrap_or_else(|error| Err(Trouble::io("Moving")(io::Error::other(error))))
    }
}

/// Brings what is beside the database into its file, which also shows that nobody else has it open. A damaged one is kept as it is.
async fn bring_home(database: &Path) -> Result<(), Trouble> {
    let opened = sqlite::connect_to(database, |sqlite| sqlite.busy_timeout(PATIENCE)).await;
    let Ok(db) = opened else {
        return Ok(());
    };
    let done = db.execute_unprepared("PRAGMA journal_mode = DELETE").await;
    close(db).await;
    match done.map_err(crate::Error::from) {
        Err(error) if error.is_busy() => Err(Trouble::InUse(database.to_owned())),
        _ => Ok(()),
    }
}
