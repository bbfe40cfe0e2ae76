//! Whose the files beside a SQLite database are.
//!
//! Root may run a command where the server is another user's. What it makes there would be closed to that server, so it is given to
//! who has the folder. SQLite does the same with its own files, after the database.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt as _, fchown},
    path::Path,
};

/// The number of root.
const ROOT: u32 = 0;

/// A user and a group, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub user: u32,
    pub group: u32,
}

impl Owner {
    /// Who has the folder of a database, which need not be there yet. In a folder of root, who has the database.
    pub fn of(database: &Path) -> Option<Self> {
        let of = |path: &Path| fs::metadata(path).ok().map(|facts| Self::by(&facts));
        let folder = of(folder_of(database))?;
        if folder.is_root() {
            of(database).or(Some(folder))
        } else {
            Some(folder)
        }
    }

    pub fn by(facts: &fs::Metadata) -> Self {
        Self {
            user: facts.uid(),
            group: facts.gid(),
        }
    }

    pub fn is_root(self) -> bool {
        self.user == ROOT
    }
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Gives a file that root has made to who has the database. What others make is theirs already.
pub fn give_to_owner(file: &File, path: &Path, database: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    if let Err(error) = give(file, path, database) {
        tracing::warn!(path = %path.display(), %error, "a file stays root's, and may be closed to the server");
    }
}

/// Whoever has the folder could have put a link there, which would give away what it leads to.
fn give(file: &File, path: &Path, database: &Path) -> io::Result<()> {
    let Some(owner) = Owner::of(database) else {
        return Ok(());
    };
    let (own, named) = (file.metadata()?, fs::symlink_metadata(path)?);
    let is_same = (own.dev(), own.ino()) == (named.dev(), named.ino());
    let is_here_alone = is_same && (named.is_dir() || named.nlink() == 1);
    if !is_here_alone || owner.is_root() || !Owner::by(&own).is_root() {
        return Ok(());
    }
    fchown(file, Some(owner.user), Some(owner.group))
}

/// Makes a folder that is missing, and what is missing above it. Where root makes them, each is of who has the one above.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folder(above)?;
    }
    match fs::create_dir(folder) {
        // Another process was quicker.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            give_to_owner(&File::open(folder)?, folder, folder);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;

    /// Somebody who need not exist.
    const SOMEBODY: Owner = Owner {
        user: 12_345,
        group: 12_346,
    };

    /// A folder of somebody else, which only root can give away; `None` for others.
    fn of_somebody() -> Option<tempfile::TempDir> {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let Owner { user, group } = SOMEBODY;
        chown(folder.path(), Some(user), Some(group)).ok()?;
        Some(folder)
    }

    fn owner(path: &Path) -> Owner {
        Owner::by(&fs::symlink_metadata(path).expect("it is there"))
    }

    #[test]
    fn what_root_makes_is_of_who_has_the_folder() {
        let Some(folder) = of_somebody() else { return };
        let database = folder.path().join("latchkey.db");
        assert_eq!(Owner::of(&database), Some(SOMEBODY));
        let file = File::create(&database).expect("it can be written");
        give_to_owner(&file, &database, &database);
        assert_eq!(owner(&database), SOMEBODY);
        let below = folder.path().join("data/more");
        make_folder(&below).expect("it can be made");
        make_folder(&below).expect("it is there");
        assert_eq!(owner(&below), SOMEBODY);
        assert_eq!(owner(below.parent().expect("it has one")), SOMEBODY);
    }

    #[test]
    fn in_a_folder_of_root_it_is_of_who_has_the_database() {
        if of_somebody().is_none() {
            return;
        }
        let roots = tempfile::tempdir().expect("the temporary folder can be written");
        let database = roots.path().join("latchkey.db");
        fs::write(&database, "").expect("it can be written");
        assert_eq!(Owner::of(&database).map(Owner::is_root), Some(true));
        let Owner { user, group } = SOMEBODY;
        chown(&database, Some(user), Some(group)).expect("root may");
        assert_eq!(Owner::of(&database), Some(SOMEBODY));
    }

    #[test]
    fn what_a_link_leads_to_is_not_given_away() {
        let Some(folder) = of_somebody() else { return };
        let elsewhere = tempfile::tempdir().expect("the temporary folder can be written");
        let roots = elsewhere.path().join("shadow");
        fs::write(&roots, "").expect("it can be written");
        let database = folder.path().join("latchkey.db");
        let [soft, hard] = ["soft", "hard"].map(|name| folder.path().join(name));
        symlink(&roots, &soft).expect("it can be written");
        fs::hard_link(&roots, &hard).expect("both folders are on one disk");
        for path in [soft, hard] {
            let file = File::open(&path).expect("it can be read");
            give_to_owner(&file, &path, &database);
            assert!(owner(&roots).is_root(), "{}", path.display());
        }
    }
}
