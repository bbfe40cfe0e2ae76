//! A file that gets its name when it is whole.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::Trouble;
use crate::database::{owner::give_to_owner, sqlite::private};

/// What a file is called until it is whole.
pub(super) const UNFINISHED: &str = ".unfinished";

/// A file beside another that only its owner can read; it goes when it is dropped without having got its name.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
}

/// The same path with something after its last letter.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut text = OsString::from(path);
    text.push(ending);
    PathBuf::from(text)
}

impl Draft {
    /// An empty file beside this one, of who has the database.
    pub(super) fn beside(target: &Path, database: &Path) -> Result<Self, Trouble> {
        let path = with_ending(target, &format!(".{}{UNFINISHED}", std::process::id()));
        let path = std::path::absolute(&path).map_err(Trouble::io("Finding the folder"))?;
        make_anew(&path, database).map_err(Trouble::io(format!("Writing {}", path.display())))?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings it to the disk and gives it its name, in place of a file that has it only where that was said.
    pub(super) fn publish(self, target: &Path, overwrite: bool) -> Result<(), Trouble> {
        let write = |source| Trouble::io(format!("Writing {}", target.display()))(source);
        File::open(&self.path)
            .and_then(|file| file.sync_all())
            .map_err(write)?;
        if overwrite {
            fs::rename(&self.path, target).map_err(write)?;
        } else {
            self.link(target)?;
        }
        sync_folder(target).map_err(write)
    }

    /// A link fails where the name is taken, which renaming does not.
    fn link(&self, target: &Path) -> Result<(), Trouble> {
        match fs::hard_link(&self.path, target) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(Trouble::Exists(target.to_owned()))
            }
            // Not every file system has links.
            Err(_) if !target.exists() => fs::rename(&self.path, target)
                .map_err(Trouble::io(format!("Writing {}", target.display()))),
            Err(_) => Err(Trouble::Exists(target.to_owned())),
        }
    }
}

impl Drop for Draft {
    /// May fail: it has its name now, or was never written.
    fn drop(&mut self) {
        for ending in ["", "-journal", "-wal", "-shm"] {
            let _gone = fs::remove_file(with_ending(&self.path, ending));
        }
    }
}

/// Nothing is written into what has this name already: in a folder that others write to, it may be theirs to read, or lead elsewhere.
pub(super) fn make_anew(path: &Path, database: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = private().create_new(true).open(path)?;
    give_to_owner(&file, path, database);
    Ok(file)
}

/// A name is on the disk once its folder is.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
