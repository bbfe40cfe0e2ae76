//! The folder of scheduled backups: names with their time in UTC, `latchkey-20261129T112655Z.db`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use contract::Timestamp;

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

/// What the names of a database's backups begin with.
pub fn stem(database: &Path) -> String {
    database.file_stem().map_or_else(
        || "latchkey".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
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

pub(super) fn name(stem: &str, at: Timestamp) -> String {
    format!("{stem}-{}{ENDING}", compact(at))
}

fn time_of(stem: &str, name: &str) -> Option<Timestamp> {
    let rest = name.strip_prefix(stem)?.strip_prefix('-')?;
    expanded(rest.strip_suffix(ENDING)?)
}

/// The backups in a folder, the newest first; other files are passed over. None where there is no folder.
pub fn list(folder: &Path, stem: &str) -> io::Result<Vec<Kept>> {
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
            .and_then(|name| time_of(stem, name))
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
pub(super) fn remove_unfinished(folder: &Path, stem: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // `latchkey-20261129T112655Z.db.4711.unfinished`
        let begun = name
            .strip_suffix(UNFINISHED)
            .and_then(|rest| rest.rsplit_once('.'))
            .and_then(|(name, _)| time_of(stem, name));
        if begun.is_some() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_time() {
        let at = Timestamp(1_795_951_615_000);
        let name = name("latchkey", at);
        assert_eq!(name, "latchkey-20261129T112655Z.db");
        assert_eq!(time_of("latchkey", &name), Some(at));
        assert_eq!(compact(Timestamp(at.0 + 999)), "20261129T112655Z");
    }

    #[test]
    fn other_names_are_none_of_ours() {
        for other in [
            "latchkey.db",
            "latchkey-2026.db",
            "latchkey-20261129T112655Z.db.1.unfinished",
            "latchkey-20261329T112655Z.db",
            "latchkey-2026é129T112655.db",
            "other-20261129T112655Z.db",
            "latchkey-20261129T112655Z",
        ] {
            assert_eq!(time_of("latchkey", other), None, "{other}");
        }
    }
}
