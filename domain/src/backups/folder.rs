//! The folder of scheduled backups: names with their time in UTC and what tells the database from others, which may have the same
//! name and the same folder: `latchkey-20261129T112655Z-1f3a9c04.db`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use contract::Timestamp;
use sha2::{Digest as _, Sha256};

use super::draft::UNFINISHED;
use crate::time;

/// What follows the time.
const ENDING: &str = ".db";

/// A backup in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    /// When it was taken, by its name.
    pub at: Timestamp,
    pub bytes: u64,
}

/// A backup of the future, in seconds, was taken while the clock was ahead, and is not the last.
const SKEW: i64 = 60 * 60;

impl Kept {
    /// Whether the clock can tell when it was taken.
    pub fn is_known(&self, now: Timestamp) -> bool {
        self.at <= now.plus_seconds(SKEW)
    }
}

/// The backups of one database, as their names tell them from those of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The name of the database.
    stem: String,
    /// Of its path.
    mark: String,
}

impl Series {
    /// Those of the database in this file; one that is moved begins another series.
    pub fn of(database: &Path) -> Self {
        let path = database
            .canonicalize()
            .or_else(|_| std::path::absolute(database))
            .unwrap_or_else(|_| database.to_owned());
        let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
        let stem = database.file_stem();
        Self {
            stem: stem.map_or_else(
                || "latchkey".to_owned(),
                |stem| stem.to_string_lossy().into_owned(),
            ),
            mark: digest[..4]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        }
    }

    pub(super) fn name(&self, at: Timestamp) -> String {
        format!("{}-{}-{}{ENDING}", self.stem, compact(at), self.mark)
    }

    /// Names from before there was a mark are taken for ours, so that these backups grow old and go.
    fn time_of(&self, name: &str) -> Option<Timestamp> {
        let rest = name.strip_prefix(&self.stem)?.strip_prefix('-')?;
        let rest = rest.strip_suffix(ENDING)?;
        match rest.split_once('-') {
            Some((time, mark)) if mark == self.mark => expanded(time),
            Some(_) => None,
            None => expanded(rest),
        }
    }
}

/// `20261129T112655Z`.
pub(super) fn compact(at: Timestamp) -> String {
    let text = at.to_string();
    let seconds = text.split('.').next().unwrap_or(&text);
    let digits: String = seconds
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    format!("{digits}Z")
}

fn expanded(text: &str) -> Option<Timestamp> {
    let digits = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        part.bytes().all(|b| b.is_ascii_digit()).then_some(part)
    };
    if text.len() != 16 || text.get(8..9)? != "T" || text.get(15..)? != "Z" {
        return None;
    }
    time::parse(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        digits(0..4)?,
        digits(4..6)?,
        digits(6..8)?,
        digits(9..11)?,
        digits(11..13)?,
        digits(13..15)?
    ))
}

/// The backups of a database in a folder, the newest first; other files are passed over. None where there is no folder.
pub fn list(folder: &Path, series: &Series) -> io::Result<Vec<Kept>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut kept = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Some(at) = entry
            .file_name()
            .to_str()
            .and_then(|name| series.time_of(name))
        else {
            continue;
        };
        kept.push(Kept {
            path: entry.path(),
            at,
            bytes: entry.metadata().map_or(0, |facts| facts.len()),
        });
    }
    kept.sort_unstable_by_key(|kept| std::cmp::Reverse(kept.at));
    Ok(kept)
}

/// Deletes what a process has left that was ended while it wrote.
pub(super) fn remove_unfinished(folder: &Path, series: &Series) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // `latchkey-20261129T112655Z-1f3a9c04.db.4711.unfinished`
        let begun = name
            .strip_suffix(UNFINISHED)
            .and_then(|rest| rest.rsplit_once('.'))
            .and_then(|(name, _)| series.time_of(name));
        if begun.is_some() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(path: &str) -> Series {
        Series::of(Path::new(path))
    }

    #[test]
    fn a_name_tells_its_time() {
        let (at, ours) = (Timestamp(1_795_951_615_000), series("/nowhere/latchkey.db"));
        let name = ours.name(at);
        assert_eq!(name, format!("latchkey-20261129T112655Z-{}.db", ours.mark));
        assert_eq!(ours.time_of(&name), Some(at));
        assert_eq!(compact(Timestamp(at.0 + 999)), "20261129T112655Z");
    }

    #[test]
    fn databases_of_one_name_are_told_from_one_another() {
        let at = Timestamp(1_795_951_615_000);
        let (one, other) = (
            series("/nowhere/one/latchkey.db"),
            series("/nowhere/other/latchkey.db"),
        );
        assert_ne!(one.name(at), other.name(at));
        assert_eq!(other.time_of(&one.name(at)), None);
        assert_eq!(one, series("/nowhere/one/latchkey.db"));
        let unmarked = "latchkey-20261129T112655Z.db";
        assert_eq!(one.time_of(unmarked), Some(at), "from before");
    }

    #[test]
    fn other_names_are_none_of_ours() {
        let ours = series("/nowhere/latchkey.db");
        for other in [
            "latchkey.db",
            "latchkey-2026.db",
            "latchkey-20261129T112655Z.db.1.unfinished",
            "latchkey-20261329T112655Z.db",
            "latchkey-2026é129T112655.db",
            "other-20261129T112655Z.db",
            "latchkey-20261129T112655Z",
            "latchkey-20261129T112655Z-.db",
            "latchkey-20261129T112655Z-copy.db",
        ] {
            assert_eq!(ours.time_of(other), None, "{other}");
        }
    }
}
