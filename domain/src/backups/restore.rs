//! Puts a backup in the place of the database.
//!
//! All that can go wrong is done to a copy of the backup beside the database; then two renamings are left. Whoever calls this has
//! made sure that nobody else has the database open.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use contract::Timestamp;
use sea_orm::ConnectionTrait as _;

use super::{
    Contents, Trouble,
    draft::{Draft, sync_folder, with_ending},
    folder::compact,
    look::{check_beginning, close, look_through},
    take::is_same,
};
use crate::database::sqlite;

/// How long somebody may take to let go of the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// What ends the names of files beside a database that say who uses it, and stay.
const LOCKS: [&str; 2] = ["-lock", "-serving"];

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
    let draft = Draft::beside(database)?;
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

    /// Gives the copy its place; gives the name under which the former database stays, if there was one.
    pub async fn move_in(self, now: Timestamp) -> Result<Option<PathBuf>, Trouble> {
        let database = self.database.clone();
        let kept = free_name(&database, now);
        let had_one = database.exists();
        if had_one {
            bring_home(&database).await?;
        }
        let moved = tokio::task::spawn_blocking(move || {
            if had_one {
                keep(&self.database, &kept)?;
            }
            set_aside(&self.database, &kept)?;
            self.draft.publish(&self.database, true)?;
            Ok(had_one.then_some(kept))
        });
        moved
            .await
            .unwrap_or_else(|error| Err(Trouble::io("Moving")(io::Error::other(error))))
    }
}

/// Under what name the former database stays; two may be replaced within a second.
fn free_name(database: &Path, now: Timestamp) -> PathBuf {
    let first = with_ending(database, &format!(".before-restore-{}", compact(now)));
    let others = (2_u32..).map(|number| with_ending(&first, &format!("-{number}")));
    std::iter::once(first.clone())
        .chain(others)
        .find(|name| !name.exists())
        .unwrap_or(first)
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

/// Gives the former database a second name, so that there is never none under the first.
fn keep(database: &Path, kept: &Path) -> Result<(), Trouble> {
    let failed = |source| Trouble::io(format!("Keeping {}", database.display()))(source);
    fs::hard_link(database, kept)
        .or_else(|_| write_over(database, kept))
        .map_err(failed)?;
    sync_folder(database).map_err(failed)
}

/// Moves what belongs to the former database after it: a journal that could not be brought home, and whatever else has its name and
/// a hyphen.
fn set_aside(database: &Path, kept: &Path) -> Result<(), Trouble> {
    let failed =
        |source| Trouble::io(format!("Moving what is beside {}", database.display()))(source);
    for (path, ending) in beside(database).map_err(failed)? {
        fs::rename(path, with_ending(kept, &ending)).map_err(failed)?;
    }
    Ok(())
}

fn beside(database: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let folder = database
        .parent()
        .filter(|path| !path.as_os_str().is_empty());
    let name = database.file_name().unwrap_or_default().to_string_lossy();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let other = entry.file_name();
        let Some(ending) = other.to_str().and_then(|other| other.strip_prefix(&*name)) else {
            continue;
        };
        if ending.starts_with('-') && !LOCKS.contains(&ending) {
            found.push((entry.path(), ending.to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_database_has_its_name_and_a_hyphen() {
        let folder = std::env::temp_dir().join(format!("latchkey-beside-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the temporary folder can be written");
        for name in [
            "a.db",
            "a.db-wal",
            "a.db-charges-1",
            "a.db-lock",
            "a.db.before-restore-x",
            "b.db-wal",
        ] {
            fs::write(folder.join(name), "").expect("it can be written");
        }
        let mut endings: Vec<String> = beside(&folder.join("a.db"))
            .expect("the folder can be read")
            .into_iter()
            .map(|(_, ending)| ending)
            .collect();
        endings.sort();
        fs::remove_dir_all(&folder).expect("it can be removed");
        assert_eq!(endings, ["-charges-1", "-wal"]);
    }
}
