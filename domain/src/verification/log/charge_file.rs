//! One file of charges, and the lock on it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufReader, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::record::{self, End, NAME};
use crate::database::owner;

/// Added to the name of a file that somebody should look at.
const DAMAGED: &str = ".damaged";

/// A file that this process has the lock on. The lock ends when this is dropped, and with the process.
pub(super) struct ChargeFile {
    id: Uuid,
    path: PathBuf,
    file: File,
    /// So many bytes are read. In a file of this process, they are whole records.
    length: u64,
    /// This process has written it.
    is_own: bool,
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
            is_own: true,
            is_spoilt: false,
        };
        let begun = match lock(&new.file, &new.path) {
            Ok(true) => new.append(&NAME, is_synchronous),
            // Another process has found it before it was locked, and takes it for left.
            Ok(false) => Err(io::ErrorKind::WouldBlock.into()),
            Err(error) => Err(error),
        };
        let begun = match begun {
            Ok(()) if new.is_spoilt => Err(io::Error::other("it cannot be written")),
            begun => begun,
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
            is_own: false,
            is_spoilt: false,
        }))
    }

    /// Where root has made it, it is given to who has the database: others are to count it.
    pub(super) fn give_to_owner(&self, database: &Path) {
        owner::give_to_owner(&self.file, &self.path, database);
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

    /// Adds a record; it counts if, and only if, this succeeds.
    pub(super) fn append(&mut self, record: &[u8], is_synchronous: bool) -> io::Result<()> {
        let added = add(&mut self.file, self.length, record, is_synchronous);
        self.is_spoilt = added.is_last;
        added.outcome?;
        self.length += record.len() as u64;
        Ok(())
    }

    /// Reads all records; `take` is given the charges of each, and tells whether it understands them.
    pub(super) fn read(&self, take: impl FnMut(&[u8]) -> bool) -> io::Result<End> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        let source = BufReader::with_capacity(64 << 10, file);
        Ok(match record::read(source, self.length, take)? {
            // This process has written each of its records to the end.
            End::Torn(at) if self.is_own => End::Damaged(at),
            end => end,
        })
    }

    /// Deletes it once it is counted, or keeps it where it is damaged.
    pub(super) fn put_away(&self, end: End) -> io::Result<()> {
        put_away(&self.path, end)
    }
}

/// Deletes a file that is counted. One that is damaged is kept under another name, for somebody to look at. Somebody else may have
/// done so.
pub(super) fn put_away(path: &Path, end: End) -> io::Result<()> {
    let done = match end {
        End::Damaged(_) => {
            let mut name = path.to_owned().into_os_string();
            name.push(DAMAGED);
            fs::rename(path, name)
        }
        End::Whole | End::Torn(_) | End::Foreign => fs::remove_file(path),
    };
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
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

struct Added {
    /// Whether the record stands in the file.
    outcome: io::Result<()>,
    /// Nothing may follow it.
    is_last: bool,
}

/// Adds a record at the end, and takes back what was written of one that fails. Where that fails too, or where it is unclear what
/// has come to the disk, nothing more may follow. A whole record that can neither be synced nor taken back stands, and counts: it is
/// read by whoever counts the file, and were it written anew it would count twice.
fn add(paper: &mut impl Paper, end: u64, record: &[u8], is_synchronous: bool) -> Added {
    if let Err(error) = paper.write(record) {
        let is_last = paper.cut(end).is_err();
        let outcome = Err(error);
        return Added { outcome, is_last };
    }
    let synced = if is_synchronous { paper.sync() } else { Ok(()) };
    let is_last = synced.is_err();
    let outcome = match synced {
        Err(error) if paper.cut(end).is_err() => {
            tracing::error!(%error, "verification: a charge is written down, and loss of power may take it: the disk does not sync");
            Ok(())
        }
        synced => synced,
    };
    Added { outcome, is_last }
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

        /// Adds a record of ten bytes; gives whether it stands there, and whether more may follow.
        fn add(&mut self, is_synchronous: bool) -> (bool, bool) {
            let end = self.written.len() as u64;
            let added = add(self, end, b"0123456789", is_synchronous);
            (added.outcome.is_ok(), !added.is_last)
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
        assert_eq!(scrap.add(false), (false, true));
        assert_eq!(scrap.written, b"before");
        scrap.room = 10;
        assert_eq!(scrap.add(false), (true, true));
        assert_eq!(scrap.written, b"before0123456789");
    }

    #[test]
    fn nothing_follows_what_cannot_be_taken_back() {
        let mut scrap = Scrap::with_room(4);
        scrap.is_cut = false;
        assert_eq!(scrap.add(false), (false, false));
    }

    #[test]
    fn nothing_follows_what_may_not_be_on_the_disk() {
        let mut scrap = Scrap::with_room(10);
        scrap.syncs = false;
        assert_eq!(scrap.add(true), (false, false));
        assert_eq!(scrap.written, b"before", "it is not counted either");
        assert_eq!(
            scrap.add(false),
            (true, true),
            "where that is not asked for"
        );
    }

    #[test]
    fn what_can_be_neither_synced_nor_taken_back_counts_and_nothing_follows_it() {
        let mut scrap = Scrap::with_room(10);
        (scrap.syncs, scrap.is_cut) = (false, false);
        assert_eq!(scrap.add(true), (true, false));
        assert_eq!(scrap.written, b"before0123456789");
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
        found.put_away(End::Whole).expect("it is there");
        found.put_away(End::Whole).expect("nobody minds");
        assert!(open().is_none(), "it is gone");
    }

    #[test]
    fn what_is_broken_in_a_file_of_this_process_was_not_left_so_by_it() {
        let (folder, id) = (folder(), Uuid::from_u128(3));
        let path = folder.path().join("broken");
        let mut file = ChargeFile::create(id, path.clone(), false).expect("it is new");
        let charges = record::record(b"one").expect("it is short");
        file.append(&charges, false).expect("there is room");
        let mut bytes = fs::read(&path).expect("it is there");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, bytes).expect("it can be written");
        let end = NAME.len() as u64;
        assert_eq!(file.read(|_| true).ok(), Some(End::Damaged(end)));
        drop(file);
        let left = ChargeFile::open(id, path).expect("it can be read");
        let left = left.expect("nobody has it");
        assert_eq!(left.read(|_| true).ok(), Some(End::Torn(end)));
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
        file.put_away(End::Damaged(8)).expect("it is there");
        assert!(!path.exists());
        assert!(path.with_file_name("private.damaged").exists());
    }
}
