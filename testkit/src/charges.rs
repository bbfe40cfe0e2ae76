//! What was charged and is not counted yet, for tests of processes that end early and of disks that fail.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::Kit;

/// Where the folder of the database is while it cannot be found.
const AWAY: &str = "away";

impl Kit {
    /// Rows of the journal, and files of charges beside SQLite.
    pub async fn uncounted(&self) -> i64 {
        let files = self.charge_files().len();
        self.count("charges").await + i64::try_from(files).expect("they are few")
    }

    /// Files of charges, oldest first; none on PostgreSQL.
    pub fn charge_files(&self) -> Vec<PathBuf> {
        let Some(folder) = self.folder() else {
            return Vec::new();
        };
        let is_one = |path: &PathBuf| path.to_string_lossy().contains("-charges-");
        let found = fs::read_dir(folder).and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<Vec<_>>>()
        });
        let mut found = found.expect("the folder of a test can be read");
        found.retain(is_one);
        found.sort();
        found
    }

    /// What a process leaves that is killed: its files, on which nobody has a lock. It may not charge any more.
    pub fn dies(&self) {
        for path in self.charge_files() {
            let copy = path.with_extension("copy");
            fs::copy(&path, &copy)
                .and_then(|_| fs::rename(&copy, &path))
                .expect("the folder of a test can be written");
        }
    }

    /// From now on no charge can be written down. On SQLite, what is open stays open: what was charged is counted first.
    pub async fn loses_journal(&self) {
        match self.folder() {
            Some(folder) => move_folder(folder, &folder.with_extension(AWAY)),
            None => {
                self.sql("ALTER TABLE charges RENAME TO gone").await;
            }
        }
    }

    /// It can again.
    pub async fn finds_journal(&self) {
        match self.folder() {
            Some(folder) => move_folder(&folder.with_extension(AWAY), folder),
            None => {
                self.sql("ALTER TABLE gone RENAME TO charges").await;
            }
        }
    }

    /// Of the database on SQLite.
    fn folder(&self) -> Option<&Path> {
        self.database.folder()
    }
}

fn move_folder(from: &Path, to: &Path) {
    fs::rename(from, to).expect("the temporary folder can be written");
}
