//! Who uses a SQLite database: one server at most, commands beside it, and nobody while it is restored.
//!
//! Two files beside the database are locked for as long as the process lives, whatever its end: `-lock` by everybody, alone only by
//! who restores; `-serving` by the server. SQLite's own locks are held for single transactions and tell neither.

use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use domain::database::owner::{give_to_owner, make_folder};

use crate::fault::Fault;

/// Held while the database is used.
#[derive(Debug)]
pub struct DatabaseLock {
    /// Locked until they are closed.
    _held: Vec<File>,
}

/// What a lock is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shared,
    Alone,
}

/// Somebody else has it.
struct Taken;

impl DatabaseLock {
    /// For a command, which may run beside a server.
    pub fn beside(database: Option<&Path>) -> Result<Self, Fault> {
        let Some(database) = database else {
            return Ok(Self { _held: Vec::new() });
        };
        let used = lock(&using(database), Kind::Shared, database)?;
        let used = used.map_err(|Taken| being_restored(database))?;
        Ok(Self {
            _held: used.into_iter().collect(),
        })
    }

    /// For who looks at what is wrong: a lock that cannot be had is told, and done without.
    pub fn to_look(database: Option<&Path>) -> Result<(Self, Option<Fault>), Fault> {
        let nothing = Self { _held: Vec::new() };
        let Some(database) = database else {
            return Ok((nothing, None));
        };
        match lock(&using(database), Kind::Shared, database) {
            Ok(Ok(used)) => {
                let _held = used.into_iter().collect();
                Ok((Self { _held }, None))
            }
            Ok(Err(Taken)) => Err(being_restored(database)),
            Err(fault) => Ok((nothing, Some(fault))),
        }
    }

    /// For the one server.
    pub fn to_serve(database: Option<&Path>) -> Result<Self, Fault> {
        let mut own = Self::beside(database)?;
        let Some(database) = database else {
            return Ok(own);
        };
        let serving = lock(&serving(database), Kind::Alone, database)?;
        let serving = serving.map_err(|Taken| {
            Fault::said(format!(
                "{} already has {} open, and a SQLite database can have only one server. Stop it first, or give this one another `database_url`.",
                server_of(database),
                database.display()
            ))
        })?;
        if let Some(mut file) = serving {
            note_process(&mut file);
            own._held.push(file);
        }
        Ok(own)
    }

    /// For who puts another file in the place of the database.
    pub fn alone(database: &Path) -> Result<Self, Fault> {
        let used = lock(&using(database), Kind::Alone, database)?;
        let used = used.map_err(|Taken| {
            let who = match lock(&serving(database), Kind::Alone, database) {
                Ok(Err(Taken)) => server_of(database),
                _ => "Another command of Latchkey".to_owned(),
            };
            Fault::said(format!(
                "{who} has {} open. Stop it first, then restore.",
                database.display()
            ))
        })?;
        Ok(Self {
            _held: used.into_iter().collect(),
        })
    }
}

fn being_restored(database: &Path) -> Fault {
    Fault::said(format!(
        "{} is being restored. Try again when that is done.",
        database.display()
    ))
}

/// Whether a server has the database now, as text for people.
pub fn server(database: &Path) -> Option<String> {
    let file = OpenOptions::new().read(true).open(serving(database)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(server_of(database)),
        _ => None,
    }
}

fn using(database: &Path) -> PathBuf {
    with_ending(database, "-lock")
}

fn serving(database: &Path) -> PathBuf {
    with_ending(database, "-serving")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut text = path.as_os_str().to_owned();
    text.push(ending);
    PathBuf::from(text)
}

/// The locked file; `None` on a disk that takes no file, where nobody restores either. One that is there and cannot be opened may be
/// held by others.
fn lock(path: &Path, kind: Kind, database: &Path) -> Result<Result<Option<File>, Taken>, Fault> {
    let fault = |error: &dyn fmt::Display| {
        Fault::said(format!(
            "It cannot be determined whether {} is in use: {} cannot be locked ({error}).",
            database.display(),
            path.display()
        ))
    };
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if is_read_only(&error) && !path.exists() => return Ok(Ok(None)),
        Err(error) => return Err(fault(&error)),
    };
    give_to_owner(&file, path, database);
    let locked = match kind {
        Kind::Shared => file.try_lock_shared(),
        Kind::Alone => file.try_lock(),
    };
    match locked {
        Ok(()) => Ok(Ok(Some(file))),
        Err(TryLockError::WouldBlock) => Ok(Err(Taken)),
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(Ok(None)),
        Err(TryLockError::Error(error)) => Err(fault(&error)),
    }
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
    )
}

/// One that is there already need not be writable, as where a command is run by another user.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    match options.open(path) {
        Err(error) if is_read_only(&error) && path.exists() => {
            OpenOptions::new().read(true).open(path)
        }
        opened => opened,
    }
}

/// May fail: the number only helps a person to find the process.
fn note_process(file: &mut File) {
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| write!(file, "{}", std::process::id()));
    if let Err(error) = written {
        tracing::debug!(%error, "the number of the process cannot be written down");
    }
}

fn server_of(database: &Path) -> String {
    let mut text = String::new();
    let read = File::open(serving(database)).and_then(|mut file| file.read_to_string(&mut text));
    match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(process)) => format!("A server (process {process})"),
        _ => "A server".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let database = folder.path().join("latchkey.db");
        (folder, database)
    }

    fn refusal(lock: Result<DatabaseLock, Fault>) -> String {
        lock.expect_err("it is taken").to_string()
    }

    #[test]
    fn a_database_has_one_server_and_commands_beside_it() {
        let (_folder, database) = place();
        assert_eq!(server(&database), None);
        let first = DatabaseLock::to_serve(Some(&database)).expect("nobody has it");
        let own = format!("A server (process {})", std::process::id());
        assert_eq!(server(&database), Some(own.clone()));
        let text = refusal(DatabaseLock::to_serve(Some(&database)));
        assert!(
            text.starts_with(&own) && text.contains("one server"),
            "{text}"
        );
        DatabaseLock::beside(Some(&database)).expect("a command may run beside it");
        drop(first);
        assert_eq!(server(&database), None);
        DatabaseLock::to_serve(Some(&database)).expect("it has ended");
    }

    #[test]
    fn who_restores_is_alone() {
        let (_folder, database) = place();
        let serving = DatabaseLock::to_serve(Some(&database)).expect("nobody has it");
        assert!(refusal(DatabaseLock::alone(&database)).starts_with("A server (process "));
        drop(serving);
        let command = DatabaseLock::beside(Some(&database)).expect("nobody has it");
        assert!(refusal(DatabaseLock::alone(&database)).starts_with("Another command "));
        drop(command);
        let _restoring = DatabaseLock::alone(&database).expect("nobody has it");
        let text = refusal(DatabaseLock::beside(Some(&database)));
        assert!(text.contains("is being restored"), "{text}");
        assert!(DatabaseLock::to_serve(Some(&database)).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_cannot_be_opened_is_not_taken_for_none() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, database) = place();
        let path = using(&database);
        std::fs::write(&path, "").expect("it can be written");
        let shut = std::fs::Permissions::from_mode(0o000);
        std::fs::set_permissions(&path, shut).expect("it is ours");
        if File::open(&path).is_ok() {
            // Root opens everything.
            return;
        }
        let text = refusal(DatabaseLock::alone(&database));
        assert!(text.contains("cannot be locked"), "{text}");
        assert!(DatabaseLock::to_serve(Some(&database)).is_err());
    }

    #[test]
    fn a_database_on_a_server_needs_none() {
        let one = DatabaseLock::to_serve(None).expect("there is no file");
        let other = DatabaseLock::to_serve(None).expect("there is no file");
        drop((one, other));
    }
}
