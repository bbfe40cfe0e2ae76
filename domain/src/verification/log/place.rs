//! Where files of charges are: beside the database, named after it.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::charge_file::ChargeFile;
use crate::database::DatabaseFile;

/// Between the name of the database and the id.
const MIDDLE: &str = "-charges-";

pub(super) struct Place {
    database: PathBuf,
    pub(super) is_fully_synchronous: bool,
}

impl Place {
    pub(super) fn beside(database: &DatabaseFile) -> Self {
        Self {
            database: database.path.clone(),
            is_fully_synchronous: database.is_fully_synchronous,
        }
    }

    /// A new file of this process.
    pub(super) fn create(&self, id: Uuid) -> io::Result<ChargeFile> {
        let file = ChargeFile::create(id, self.path_of(id), self.is_fully_synchronous)?;
        file.give_to_owner(&self.database);
        self.sync()?;
        Ok(file)
    }

    /// The file of a process that has ended; `None` while another has it, or when it is gone.
    pub(super) fn open(&self, id: Uuid) -> io::Result<Option<ChargeFile>> {
        ChargeFile::open(id, self.path_of(id))
    }

    /// Of all files that are there, oldest first.
    pub(super) fn ids(&self) -> io::Result<Vec<Uuid>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(self.folder())? {
            ids.extend(self.id_of(&entry?.file_name()));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// What was made and deleted here outlives loss of power, where the database does.
    pub(super) fn sync(&self) -> io::Result<()> {
        if self.is_fully_synchronous {
            File::open(self.folder())?.sync_all()?;
        }
        Ok(())
    }

    pub(super) fn path_of(&self, id: Uuid) -> PathBuf {
        let mut path = self.database.clone().into_os_string();
        path.push(MIDDLE);
        path.push(id.simple().to_string());
        path.into()
    }

    fn id_of(&self, name: &OsStr) -> Option<Uuid> {
        let database = self.database.file_name()?.to_str()?;
        let id = name
            .to_str()?
            .strip_prefix(database)?
            .strip_prefix(MIDDLE)?;
        // Other spellings of an id are not ours.
        let found = Uuid::try_parse(id).ok()?;
        (found.simple().to_string() == id).then_some(found)
    }

    fn folder(&self) -> &Path {
        match self.database.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_database_and_the_id() {
        let place = |path: &str| {
            Place::beside(&DatabaseFile {
                path: path.into(),
                is_fully_synchronous: false,
            })
        };
        let here = place("/data/latchkey.db");
        let id = Uuid::from_u128(0x0199_2f3c_0000_7000_8000_0000_0000_0001);
        let path = here.path_of(id);
        assert_eq!(
            path.to_str(),
            Some("/data/latchkey.db-charges-01992f3c000070008000000000000001")
        );
        let name = path.file_name().expect("it has a name").to_owned();
        assert_eq!(here.id_of(&name), Some(id));
        assert_eq!(place("/data/other.db").id_of(&name), None);
        for other in [
            "latchkey.db",
            "latchkey.db-wal",
            "latchkey.db-charges-",
            "latchkey.db-charges-01992F3C000070008000000000000001",
            "latchkey.db-charges-01992f3c-0000-7000-8000-000000000001",
            "latchkey.db-charges-01992f3c000070008000000000000001.damaged",
        ] {
            assert_eq!(here.id_of(OsStr::new(other)), None, "{other}");
        }
    }
    #[test]
    fn what_is_made_is_found_and_is_no_one_elses() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let place = Place::beside(&DatabaseFile {
            path: folder.path().join("latchkey.db"),
            is_fully_synchronous: true,
        });
        let ids = [2, 1].map(Uuid::from_u128);
        let files = ids.map(|id| place.create(id).expect("its place is free"));
        assert_eq!(place.ids().ok(), Some(vec![ids[1], ids[0]]));
        let open = || ids.map(|id| place.open(id).expect("it can be read").is_some());
        assert_eq!(open(), [false, false]);
        drop(files);
        assert_eq!(open(), [true, true]);
    }
}
