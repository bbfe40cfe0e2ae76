//! One file of charges, and the lock on it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufReader, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::record::{self, End, NAME};

/// Added to the name of a file that somebody should look at.
const DAMAGED: &str = ".damaged";

/// A file that this process has the lock on. The lock ends when this is dropped, and with the process.
pub(super) struct ChargeFile {
    id: Uuid,
    path: PathBuf,
    file: File,
    /// So many bytes are read. In a file of this process, they are whole records.
    length: u64,
    is_spoilt: bool,
}

impl ChargeFile {
    /// A new file, which only the user of this process reads.
    pub(super) fn create(id: Uuid, path: PathBuf, is_synchronous: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        let mut new = Self {
            id,
            path,
            file,
            length: 0,
            is_spoilt: false,
        };
        let begun = match lock(&new.file, &new.path) {
            Ok(true) => new.append(&NAME, is_synchronous),
            // Another process has found it before it was locked, and takes it for left.
            Ok(false) => Err(io::ErrorKind::WouldBlock.into()),
            Err(error) => Err(error),
        };
        if let Err(error) = begun {
            let _gone = fs::remove_file(&new.path);
            return Err(error);
        }
        Ok(new)
    }

    /// A file that is there, unless another process has it or has just deleted it.
    pub(super) fn open(id: Uuid, path: PathBuf) -> io::Result<Option<Self>> {
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if !lock(&file, &path)? {
            return Ok(None);
        }
        Ok(Some(Self {
            id,
            length: file.metadata()?.len(),
            path,
            file,
            is_spoilt: false,
        }))
    }

    pub(super) fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Whether nothing more may be written to it.
    pub(super) fn is_spoilt(&self) -> bool {
        self.is_spoilt
    }

    /// Adds a record.
    pub(super) fn append(&mut self, record: &[u8], is_synchronous: bool) -> io::Result<()> {
        match add(&mut self.file, self.length, record, is_synchronous) {
            Ok(()) => {
                self.length += record.len() as u64;
                Ok(())
            }
            Err(failure) => {
                self.is_spoilt = failure.is_spoilt;
                Err(failure.error)
            }
        }
    }

    /// Reads all records; `take` is given the charges of each, and tells whether it understands them.
    pub(super) fn read(&self, take: impl FnMut(&[u8]) -> bool) -> io::Result<End> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        record::read(BufReader::with_capacity(64 << 10, file), self.length, take)
    }

    /// Deletes it. Somebody else may have.
    pub(super) fn remove(self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Keeps it under another name, for somebody to look at.
    pub(super) fn set_aside(self) -> io::Result<()> {
        let mut name = self.path.clone().into_os_string();
        name.push(DAMAGED);
        fs::rename(&self.path, name)
    }
}

/// Takes the lock, unless another has it. A file that is gone was locked by who has deleted it.
fn lock(file: &File, path: &Path) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => path.try_exists(),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// What records are written to.
trait Paper {
    fn write(&mut self, record: &[u8]) -> io::Result<()>;
    fn sync(&mut self) -> io::Result<()>;
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Paper for File {
    fn write(&mut self, record: &[u8]) -> io::Result<()> {
        self.write_all(record)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

struct Failure {
    error: io::Error,
    is_spoilt: bool,
}

/// Adds a record at the end, and takes back what was written of one that fails. Where that fails too, or where it is unclear what
/// has come to the disk, nothing more may follow.
fn add(
    paper: &mut impl Paper,
    end: u64,
    record: &[u8],
    is_synchronous: bool,
) -> Result<(), Failure> {
    if let Err(error) = paper.write(record) {
        let is_spoilt = paper.cut(end).is_err();
        return Err(Failure { error, is_spoilt });
    }
    if is_synchronous && let Err(error) = paper.sync() {
        let _cut = paper.cut(end);
        return Err(Failure {
            error,
            is_spoilt: true,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes; may fail to sync and to be cut.
    struct Scrap {
        written: Vec<u8>,
        room: usize,
        syncs: bool,
        is_cut: bool,
    }

    impl Scrap {
        fn with_room(room: usize) -> Self {
            Self {
                written: b"before".to_vec(),
                room,
                syncs: true,
                is_cut: true,
            }
        }

        /// Adds a record of ten bytes; gives whether it may go on, when that fails.
        fn add(&mut self, is_synchronous: bool) -> Option<bool> {
            let end = self.written.len() as u64;
            let added = add(self, end, b"0123456789", is_synchronous);
            added.err().map(|failure| !failure.is_spoilt)
        }
    }

    fn outcome(is_good: bool) -> io::Result<()> {
        if is_good {
            Ok(())
        } else {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    impl Paper for Scrap {
        fn write(&mut self, record: &[u8]) -> io::Result<()> {
            let taken = record.len().min(self.room);
            self.written.extend(&record[..taken]);
            outcome(taken == record.len())
        }

        fn sync(&mut self) -> io::Result<()> {
            outcome(self.syncs)
        }

        fn cut(&mut self, length: u64) -> io::Result<()> {
            if self.is_cut {
                self.written
                    .truncate(usize::try_from(length).expect("it is short"));
            }
            outcome(self.is_cut)
        }
    }

    #[test]
    fn of_a_record_that_is_half_written_nothing_is_left() {
        let mut scrap = Scrap::with_room(4);
        assert_eq!(scrap.add(false), Some(true));
        assert_eq!(scrap.written, b"before");
        scrap.room = 10;
        assert_eq!(scrap.add(false), None);
        assert_eq!(scrap.written, b"before0123456789");
    }

    #[test]
    fn nothing_follows_what_cannot_be_taken_back() {
        let mut scrap = Scrap::with_room(4);
        scrap.is_cut = false;
        assert_eq!(scrap.add(false), Some(false));
    }

    #[test]
    fn nothing_follows_what_may_not_be_on_the_disk() {
        let mut scrap = Scrap::with_room(10);
        scrap.syncs = false;
        assert_eq!(scrap.add(true), Some(false));
        assert_eq!(scrap.written, b"before", "it is not counted either");
        assert_eq!(scrap.add(false), None, "where that is not asked for");
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("the temporary folder can be written")
    }

    #[test]
    fn a_file_is_one_processes_alone_until_that_ends() {
        let id = Uuid::from_u128(1);
        let folder = folder();
        let path = folder.path().join("alone");
        let charges = record::record(b"one").expect("it is short");
        let mut file = ChargeFile::create(id, path.clone(), true).expect("it is new");
        file.append(&charges, true).expect("there is room");
        let open = || ChargeFile::open(id, path.clone()).expect("it can be read");
        assert!(open().is_none(), "another has it");
        assert!(ChargeFile::create(id, path.clone(), false).is_err());
        drop(file);
        let found = open().expect("nobody has it");
        let mut read = Vec::new();
        let end = found.read(|charges| {
            read.push(charges.to_vec());
            true
        });
        assert_eq!(end.ok(), Some(End::Whole));
        assert_eq!(read, [b"one"]);
        found.remove().expect("it is there");
        assert!(open().is_none(), "it is gone");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_read_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = folder();
        let path = folder.path().join("private");
        let file = ChargeFile::create(Uuid::from_u128(2), path.clone(), false);
        let file = file.expect("it is new");
        let mode = path.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        file.set_aside().expect("it is there");
        assert!(!path.exists());
        assert!(path.with_file_name("private.damaged").exists());
    }
}
