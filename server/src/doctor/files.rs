//! Files: who can read them, and how much fits beside them.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use domain::database::owner::Owner;

use crate::{
    cli::backup::{quoted, size},
    config::Config,
};

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
    let found = fs::metadata(file).ok()?;
    let is_open = found.is_file() && found.permissions().mode() & 0o004 != 0;
    is_open.then(|| {
        let name = file.display();
        Finding::warning(about, format!("Everybody on this machine can read {name}."))
            .advising(format!("chmod 600 {name}"))
    })
}

/// Whether who has the database can use what is beside it: root may have made some of it, or put a copy there.
pub(super) fn owner(config: &Config) -> Vec<Finding> {
    let Some(database) = config.sections.database.database_url.file() else {
        return Vec::new();
    };
    let owner = Owner::of(&database);
    // To root, everything is open.
    let Some(owner) = owner.filter(|owner| !owner.is_root()) else {
        return Vec::new();
    };
    let mut closed = beside(&database);
    closed.extend(config.secret_key().err().map(|file| (file.0, READ)));
    closed.extend(
        config
            .schedule()
            .map(|kept| (kept.folder, READ | WRITE | ENTER)),
    );
    closed.retain(|(path, wanted)| {
        fs::metadata(path).is_ok_and(|facts| !may(owner, *wanted, &facts))
    });
    let mut words: Vec<String> = closed
        .iter()
        .map(|(path, _)| quoted(&path.display().to_string()))
        .collect();
    words.sort_unstable();
    told(owner, &words).into_iter().collect()
}

/// What a mode has for one of owner, group and others.
const READ: u32 = 0o4;
const WRITE: u32 = 0o2;
const ENTER: u32 = 0o1;

/// The database and what is named after it and a hyphen: journals, locks, charges.
fn beside(database: &Path) -> Vec<(PathBuf, u32)> {
    let name = database.file_name().unwrap_or_default().to_string_lossy();
    let belongs = |path: &Path| {
        let other = path.file_name().unwrap_or_default().to_string_lossy();
        other
            .strip_prefix(&*name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    // One that cannot be read is told of by who looks at the database.
    let entries = fs::read_dir(folder_of(database)).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| belongs(path))
        .map(|path| (path, READ | WRITE))
        .collect()
}

/// Whether a mode lets somebody do so.
fn may(who: Owner, wanted: u32, facts: &fs::Metadata) -> bool {
    let of = Owner::by(facts);
    let shift = if of.user == who.user {
        6
    } else if of.group == who.group {
        3
    } else {
        0
    };
    (facts.mode() >> shift) & wanted == wanted
}

fn told(Owner { user, group }: Owner, closed: &[String]) -> Option<Finding> {
    let files = closed.join(" ");
    (!closed.is_empty()).then(|| {
        Finding::problem(
            "permissions",
            format!("User {user} has the database, and cannot use what belongs to it: {files}."),
        )
        .advising(format!(
            "chown {user}:{group} {files} && chmod u+rwX {files}"
        ))
    })
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// How much room is left where something is written.
pub(super) fn space(config: &Config) -> Vec<Finding> {
    let Some(file) = config.sections.database.database_url.file() else {
        return Vec::new();
    };
    let used = fs::metadata(&file).map_or(0, |facts| facts.len());
    let folder = folder_of(&file).to_owned();
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
    fn who_has_the_database_is_told_what_is_closed_to_them() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let database = folder.path().join("latchkey.db");
        for name in [
            "latchkey.db",
            "latchkey.db-wal",
            "latchkey.db.old",
            "other.db-wal",
        ] {
            fs::write(folder.path().join(name), "").expect("it can be written");
        }
        let mut found = beside(&database);
        found.sort_unstable();
        let journal = folder.path().join("latchkey.db-wal");
        assert_eq!(found, [database, journal].map(|path| (path, READ | WRITE)));
        let may = |who: fn(Owner) -> Owner, mode: u32| {
            let file = &found[0].0;
            fs::set_permissions(file, fs::Permissions::from_mode(mode)).expect("it is ours");
            let facts = fs::metadata(file).expect("it is there");
            may(who(Owner::by(&facts)), READ | WRITE, &facts)
        };
        let own = |own: Owner| own;
        let fellow = |own: Owner| Owner {
            user: own.user + 1,
            ..own
        };
        let other = |own: Owner| Owner {
            user: own.user + 1,
            group: own.group + 1,
        };
        assert!(may(own, 0o600) && !may(own, 0o466));
        assert!(may(fellow, 0o660) && !may(fellow, 0o646));
        assert!(may(other, 0o606) && !may(other, 0o660));
        let who = Owner {
            user: 998,
            group: 997,
        };
        assert_eq!(told(who, &[]), None);
        let advice = told(who, &["a.db".to_owned(), "a.db-lock".to_owned()]);
        assert_eq!(
            advice.and_then(|finding| finding.advice).as_deref(),
            Some("chown 998:997 a.db a.db-lock && chmod u+rwX a.db a.db-lock")
        );
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
