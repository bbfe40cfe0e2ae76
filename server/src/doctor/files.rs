//! Files: who can read them, and how much fits beside them.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::{cli::backup::size, config::Config};

use super::Finding;

/// Less than this is free: writing will soon fail.
const SCARCE: u64 = 100 * 1000 * 1000;

/// Less than this is free: it is time to make room.
const LOW: u64 = 1000 * 1000 * 1000;

/// Who can read secrets and data.
pub(super) fn permissions(config: &Config) -> Vec<Finding> {
    let about = "permissions";
    let data = config.sections.database.database_url.file();
    let files = config.secret_files().into_iter().chain(data);
    let open: Vec<Finding> = files.filter_map(|file| readable(about, &file)).collect();
    if open.is_empty() {
        return vec![Finding::ok(
            about,
            "Only their owner and group can read secrets and data.",
        )];
    }
    open
}

/// A file that everybody on the machine can read.
fn readable(about: &'static str, file: &Path) -> Option<Finding> {
    let mode = fs::metadata(file).ok()?.permissions().mode();
    (mode & 0o004 != 0).then(|| {
        let name = file.display();
        Finding::warning(about, format!("Everybody on this machine can read {name}."))
            .advising(format!("chmod 600 {name}"))
    })
}

/// How much room is left where something is written.
pub(super) fn space(config: &Config) -> Vec<Finding> {
    let Some(file) = config.sections.database.database_url.file() else {
        return Vec::new();
    };
    let used = fs::metadata(&file).map_or(0, |facts| facts.len());
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let backups = config.schedule().map(|schedule| schedule.folder);
    [Some(folder), backups]
        .into_iter()
        .flatten()
        .filter_map(|folder| room(&folder, used))
        .collect()
}

fn room(folder: &Path, used: u64) -> Option<Finding> {
    let about = "disk";
    let free = match free(folder) {
        Ok(free) => free,
        // It is made when it is needed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            let text = format!(
                "The free space in {} is not known: {error}.",
                folder.display()
            );
            return Some(Finding::warning(about, text));
        }
    };
    let text = format!("{} are free for {}.", size(free), folder.display());
    Some(judge(about, free, used, text))
}

/// A backup, a restore and a migration each want the room of the database once more.
fn judge(about: &'static str, free: u64, used: u64, text: String) -> Finding {
    if free < SCARCE.max(used) {
        Finding::problem(about, text)
            .advising("Free some space before writing fails and changes are refused.")
    } else if free < LOW.max(used.saturating_mul(3)) {
        Finding::warning(about, text).advising("Free some space soon.")
    } else {
        Finding::ok(about, text)
    }
}

/// What somebody without privileges may still write.
fn free(folder: &Path) -> io::Result<u64> {
    let facts = rustix::fs::statvfs(folder)?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn room_is_judged_by_what_a_copy_needs() {
        let level = |free, used| judge("disk", free, used, String::new()).level;
        assert_eq!(level(SCARCE - 1, 0), Level::Problem);
        assert_eq!(level(LOW - 1, 0), Level::Warning);
        assert_eq!(level(LOW, 0), Level::Ok);
        assert_eq!(level(10 * LOW, 11 * LOW), Level::Problem);
        assert_eq!(level(10 * LOW, 4 * LOW), Level::Warning);
        assert_eq!(level(10 * LOW, 3 * LOW), Level::Ok);
    }

    #[test]
    fn what_everybody_can_read_is_found() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let file = folder.path().join("secret.key");
        fs::write(&file, "x").expect("it can be written");
        let set = |mode| {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("it is ours");
            readable("permissions", &file)
        };
        assert_eq!(set(0o640), None);
        let found = set(0o644).expect("it is open");
        assert!(
            found
                .advice
                .is_some_and(|advice| advice.starts_with("chmod 600 "))
        );
        assert!(free(folder.path()).is_ok_and(|bytes| bytes > 0));
    }
}
