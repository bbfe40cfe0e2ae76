//! A restored database comes to the place of the one that is there, in steps that can be gone on with.
//!
//! A mark beside the database stands from before the first step until after the last, and names where the former database goes.
//! While it stands nobody opens the database ([`require_settled`]): in between it is not there, or lacks what belongs to it.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use contract::Timestamp;

use super::{
    Trouble,
    draft::{Draft, make_anew, sync_folder, with_ending},
    folder::compact,
};

/// What ends the name of the mark.
const MARK: &str = "-restoring";

/// What ends the names of files beside a database that stay: two say who uses it.
const STAYING: [&str; 3] = ["-lock", "-serving", MARK];

/// What follows a database's name in that of one that was there before a restore.
const BEFORE: &str = ".before-restore-";

/// Refuses a database whose place a restore has begun to take and did not end.
pub fn require_settled(database: &Path) -> Result<(), Trouble> {
    let mark = mark_of(database);
    if !mark.exists() {
        return Ok(());
    }
    Err(Trouble::Interrupted {
        database: database.to_owned(),
        kept: named_by(&mark, database).filter(|kept| kept.exists()),
    })
}

/// The former database goes, and a restored one comes.
#[derive(Debug)]
pub(super) struct Exchange {
    database: PathBuf,
    /// Where the former database goes.
    kept: PathBuf,
}

impl Exchange {
    /// Begins one, or goes on with one that was interrupted before the restored database had come.
    pub(super) fn begin(database: &Path, now: Timestamp) -> Result<Self, Trouble> {
        let mark = mark_of(database);
        let begun = named_by(&mark, database).filter(|kept| !database.exists() || !kept.exists());
        let kept = match begun {
            Some(kept) => kept,
            None => {
                let ending = free_ending(database, now);
                if let Err(error) = write_mark(&mark, &ending, database) {
                    let _gone = fs::remove_file(&mark);
                    return Err(Trouble::io(format!("Writing {}", mark.display()))(error));
                }
                with_ending(database, &ending)
            }
        };
        Ok(Self {
            database: database.to_owned(),
            kept,
        })
    }

    /// Puts a restored database in the place of the former one; gives where that is kept, if there was one. What fails is taken back.
    pub(super) fn complete(self, restored: Draft) -> Result<Option<PathBuf>, Trouble> {
        let moved = self
            .set_aside()
            .and_then(|()| restored.publish(&self.database, true));
        if let Err(trouble) = moved {
            if let Err(error) = self.put_back() {
                tracing::error!(%error, "restore: what was there is not back in its place");
            }
            return Err(trouble);
        }
        self.settle()
            .map_err(Trouble::io("Removing what marks the restore"))?;
        Ok(self.kept.exists().then_some(self.kept))
    }

    /// Moves the former database, and after it what belongs to it: a journal that could not be brought home, and whatever else has
    /// its name and a hyphen.
    fn set_aside(&self) -> Result<(), Trouble> {
        let moved = self.moves().and_then(|moves| {
            for (from, to) in moves {
                fs::rename(from, to)?;
            }
            // None of it is to be found beside the restored database, whatever becomes of this machine.
            sync_folder(&self.database)
        });
        moved.map_err(Trouble::io(format!("Keeping {}", self.database.display())))
    }

    /// What is there of the former database, and where it goes.
    fn moves(&self) -> io::Result<Vec<(PathBuf, PathBuf)>> {
        let mut moves = Vec::new();
        if self.database.exists() {
            moves.push((self.database.clone(), self.kept.clone()));
        }
        for (path, ending) in beside(&self.database)? {
            moves.push((path, with_ending(&self.kept, &ending)));
        }
        Ok(moves)
    }

    /// Gives the former database its place again, unless the restored one has it.
    fn put_back(&self) -> io::Result<()> {
        if self.database.exists() && self.kept.exists() {
            return Ok(());
        }
        for (path, ending) in beside(&self.kept)? {
            fs::rename(path, with_ending(&self.database, &ending))?;
        }
        if self.kept.exists() {
            fs::rename(&self.kept, &self.database)?;
        }
        sync_folder(&self.database)?;
        self.settle()
    }

    fn settle(&self) -> io::Result<()> {
        fs::remove_file(mark_of(&self.database))?;
        sync_folder(&self.database)
    }
}

fn mark_of(database: &Path) -> PathBuf {
    with_ending(database, MARK)
}

/// It is on the disk before anything is moved; one that holds no whole line was written by who then moved nothing.
fn write_mark(mark: &Path, ending: &str, database: &Path) -> io::Result<()> {
    let mut file = make_anew(mark, database)?;
    writeln!(file, "{ending}")?;
    file.sync_all()?;
    sync_folder(mark)
}

/// Where the former database goes, as the mark says.
fn named_by(mark: &Path, database: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(mark).ok()?;
    let ending = text.strip_suffix('\n')?;
    let is_one = ending.starts_with(BEFORE) && !ending.contains(['/', '\\', '\n']);
    is_one.then(|| with_ending(database, ending))
}

/// What follows the database's name where the former one goes; two may be replaced within a second.
fn free_ending(database: &Path, now: Timestamp) -> String {
    let first = format!("{BEFORE}{}", compact(now));
    let others = (2_u32..).map(|number| format!("{first}.{number}"));
    std::iter::once(first.clone())
        .chain(others)
        .find(|ending| !with_ending(database, ending).exists())
        .unwrap_or(first)
}

/// The files that belong to a database, each with what follows the database's name.
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
        if ending.starts_with('-') && !STAYING.contains(&ending) {
            found.push((entry.path(), ending.to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When the first of two restores was begun.
    const FIRST: Timestamp = Timestamp(1_795_951_615_000);

    /// When the second was.
    const SECOND: Timestamp = Timestamp(FIRST.0 + 60_000);

    /// What belongs to a database, as it begins after its name.
    const BELONGING: [&str; 2] = ["-charges-1", "-wal"];

    struct Place(tempfile::TempDir);

    impl Place {
        /// A database with what belongs to it, that is locked, and another one beside it.
        fn new() -> Self {
            let place = Self(tempfile::tempdir().expect("the temporary folder can be written"));
            for name in ["a.db", "a.db-wal", "a.db-charges-1", "b.db-wal"] {
                place.write(name, "former");
            }
            place.write("a.db-lock", "");
            place
        }

        fn file(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn database(&self) -> PathBuf {
            self.file("a.db")
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.file(name), text).expect("it can be written");
        }

        fn says(&self, name: &str) -> Option<String> {
            fs::read_to_string(self.file(name)).ok()
        }

        fn restored(&self) -> Draft {
            let draft = Draft::beside(&self.database(), &self.database())
                .expect("the folder can be written");
            fs::write(draft.path(), "restored").expect("it can be written");
            draft
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(self.0.path()).expect("the folder can be read");
            let mut names: Vec<String> = entries
                .map(|entry| entry.expect("it can be read").file_name())
                .map(|name| name.to_string_lossy().into_owned())
                .collect();
            names.sort_unstable();
            names
        }

        /// The former database, with all that belongs to it, is kept under this name.
        fn keeps_whole(&self, kept: &Path) {
            let said = |ending| fs::read_to_string(with_ending(kept, ending)).ok();
            for ending in ["", BELONGING[0], BELONGING[1]] {
                assert_eq!(said(ending).as_deref(), Some("former"), "{ending}");
            }
        }
    }

    fn begun(place: &Place) -> Exchange {
        Exchange::begin(&place.database(), FIRST).expect("the folder can be written")
    }

    #[test]
    fn the_former_database_is_kept_with_what_belongs_to_it_and_nothing_else_is_touched() {
        let place = Place::new();
        let kept = begun(&place).complete(place.restored());
        let kept = kept.expect("nothing fails").expect("there was one");
        assert_eq!(kept, place.file("a.db.before-restore-20261129T112655Z"));
        place.keeps_whole(&kept);
        assert_eq!(place.says("a.db").as_deref(), Some("restored"));
        assert_eq!(
            place.names(),
            [
                "a.db",
                "a.db-lock",
                "a.db.before-restore-20261129T112655Z",
                "a.db.before-restore-20261129T112655Z-charges-1",
                "a.db.before-restore-20261129T112655Z-wal",
                "b.db-wal",
            ]
        );
        require_settled(&place.database()).expect("it is over");
        let again = begun(&place).complete(place.restored());
        let again = again.expect("nothing fails");
        let second = place.file("a.db.before-restore-20261129T112655Z.2");
        assert_eq!(again, Some(second), "within the same second");
    }

    #[test]
    fn one_that_is_interrupted_anywhere_is_refused_until_it_was_gone_on_with() {
        // So many steps were done: marked, the database moved, each of what belongs to it, and the restored one come.
        for done in 0..=4 {
            let place = Place::new();
            let first = begun(&place);
            let moves = first.moves().expect("the folder can be read");
            assert_eq!(moves.len(), 3);
            for (from, to) in moves.into_iter().take(done) {
                fs::rename(from, to).expect("it is there");
            }
            if done == 4 {
                let published = place.restored().publish(&place.database(), true);
                published.expect("the folder can be written");
            }
            let refused = require_settled(&place.database()).expect_err("it is not over");
            let said = refused.to_string();
            assert!(said.contains("latchkey restore FILE"), "{said}");
            assert_eq!(said.contains("before-restore"), done > 0, "{done}: {said}");

            let second = Exchange::begin(&place.database(), SECOND).expect("it can be written");
            let kept = second.complete(place.restored()).expect("nothing fails");
            place.keeps_whole(&first.kept);
            assert_eq!(place.says("a.db").as_deref(), Some("restored"), "{done}");
            require_settled(&place.database()).expect("it is over");
            let kept = kept.expect("there was one");
            assert_eq!(
                kept == first.kept,
                done < 4,
                "what had come already is kept beside it: {done}"
            );
            for ending in BELONGING {
                assert!(!with_ending(&place.database(), ending).exists(), "{ending}");
            }
        }
    }

    #[test]
    fn a_mark_that_was_half_written_moves_nothing() {
        let place = Place::new();
        for text in ["", ".before-restore-2026", "../elsewhere\n", "\n"] {
            place.write("a.db-restoring", text);
            require_settled(&place.database()).expect_err("it was begun");
            let exchange = begun(&place);
            let expected = place.file("a.db.before-restore-20261129T112655Z");
            assert_eq!(exchange.kept, expected, "{text:?}");
        }
    }

    #[test]
    fn what_fails_is_taken_back_also_by_who_goes_on() {
        for done in 0..=3 {
            let place = Place::new();
            let before = place.names();
            let moves = begun(&place).moves().expect("the folder can be read");
            for (from, to) in moves.into_iter().take(done) {
                fs::rename(from, to).expect("it is there");
            }
            let second = Exchange::begin(&place.database(), SECOND).expect("it can be written");
            let restored = place.restored();
            fs::remove_file(restored.path()).expect("it is there");
            second.complete(restored).expect_err("there is none");
            assert_eq!(place.names(), before, "{done}");
            place.keeps_whole(&place.database());
            require_settled(&place.database()).expect("it is as it was");
        }
    }

    #[test]
    fn where_there_was_no_database_none_is_kept() {
        let place = Place::new();
        fs::remove_file(place.database()).expect("it is there");
        let kept = begun(&place).complete(place.restored());
        assert_eq!(kept.expect("nothing fails"), None);
        assert_eq!(place.says("a.db").as_deref(), Some("restored"));
        assert!(!place.file("a.db-wal").exists(), "it belongs to another");
    }
}
