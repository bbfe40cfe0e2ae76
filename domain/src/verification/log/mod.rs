//! Files beside a SQLite database, in which charges stand until they are counted.
//!
//! SQLite has one writer. Whoever wants to commit waits for the transaction of another and for what it syncs to the disk, and
//! whoever asks about a key is not to wait for that. So each process appends its charges to a file of its own, which is as good as
//! a commit: it is with the system when it is answered, and on the disk where the database is fully synchronous.
//!
//! A process holds a lock on its file for as long as it lives. To count, it begins another file with the next charge, and works
//! on the former one; besides, it takes over the files whose lock nobody holds. One transaction makes rows of the journal of what
//! is in a file, and one more row with the id of the file: its mark. Only then is the file deleted, and only when it is gone may
//! the mark go. So a file that is found beside its mark is deleted, and no charge is counted twice or lost, whenever the process
//! ends. One that cannot be deleted stays beside its mark, and nothing waits for it.
//!
//! - `record` is the format;
//! - `charge_file` is one file: made, locked, written, read;
//! - `place` tells where they are and which there are;
//! - `count` makes rows of them.

mod charge_file;
mod count;
mod place;
mod record;

use std::{
    collections::{HashMap, HashSet},
    io, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

use super::aside;
use crate::{
    Ctx,
    database::DatabaseFile,
    error::{Error, Result},
};

use charge_file::{ChargeFile, put_away};
use place::Place;
use record::End;

pub(super) use count::fold;
pub(super) use record::record;

/// Bytes after which another file is begun: so much is read at once when it is counted.
const FULL: u64 = 2 << 20;

/// Files that are taken over at once.
const TAKEN: usize = 64;

pub(super) struct Log {
    place: Place,
    writing: Mutex<Writing>,
    /// Whoever counts files holds this, so that none is thought to be somebody else's.
    counting: Arc<tokio::sync::Mutex<()>>,
    /// Files that cannot be read, or are none of ours. They are told of once.
    strange: Mutex<HashSet<Uuid>>,
    /// Files that are counted and cannot be deleted, and how each ended. They are told of once, and tried in each round.
    stuck: Mutex<HashMap<Uuid, End>>,
}

#[derive(Default)]
struct Writing {
    open: Option<ChargeFile>,
    /// Nothing more is written to these.
    closed: Vec<ChargeFile>,
}

impl Log {
    pub(super) fn beside(database: &DatabaseFile) -> Self {
        Self {
            place: Place::beside(database),
            writing: Mutex::default(),
            counting: Arc::default(),
            strange: Mutex::default(),
            stuck: Mutex::default(),
        }
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn strange(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.strange.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stuck(&self) -> MutexGuard<'_, HashMap<Uuid, End>> {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a record, which then outlives the process. Of one that cannot be written, nothing is left.
    pub(super) async fn append(self: &Arc<Self>, ctx: &Ctx, record: &Arc<[u8]>) -> Result<()> {
        let (log, ctx, record) = (Arc::clone(self), ctx.clone(), Arc::clone(record));
        aside(move || {
            let written = log.append_now(&ctx, &record);
            written.map_err(|source| failed("writing to a file of charges", source))
        })
        .await
    }

    fn append_now(&self, ctx: &Ctx, record: &[u8]) -> io::Result<()> {
        let mut writing = self.writing();
        let mut file = match writing.open.take() {
            Some(file) => file,
            None => self.place.create(ctx.new_id())?,
        };
        let written = file.append(record, self.place.is_fully_synchronous);
        if file.is_spoilt() || file.length() >= FULL {
            writing.closed.push(file);
        } else {
            writing.open = Some(file);
        }
        written
    }

    /// What this process has written until now, to be counted: the next charge begins another file.
    fn close(&self) -> Vec<ChargeFile> {
        let mut writing = self.writing();
        let open = writing.open.take();
        let mut files = mem::take(&mut writing.closed);
        files.extend(open);
        files
    }

    /// Files of processes that have ended, oldest first, now locked by this one.
    fn orphans(&self) -> io::Result<Vec<ChargeFile>> {
        let mut found = Vec::new();
        for id in self.place.ids()? {
            if found.len() == TAKEN {
                break;
            }
            if self.strange().contains(&id) || self.stuck().contains_key(&id) {
                continue;
            }
            match self.place.open(id) {
                Ok(file) => found.extend(file),
                Err(error) => self.leave(id, &error.to_string()),
            }
        }
        Ok(found)
    }

    /// Tells what was found at the end of a file, unless all is well.
    fn tell(&self, id: Uuid, end: End) {
        let path = self.place.path_of(id);
        match end {
            End::Whole | End::Foreign => {}
            End::Torn(at) => {
                tracing::warn!(path = %path.display(), at, "verification: the last record of a file of charges was not written to its end");
            }
            End::Damaged(at) => {
                tracing::error!(path = %path.display(), at, "verification: a file of charges is damaged; it is counted up to there, and kept");
            }
        }
    }

    /// Deletes a file that is counted; `false` where that cannot be done now.
    fn put_away(&self, file: &ChargeFile, end: End) -> bool {
        let Err(error) = file.put_away(end) else {
            return true;
        };
        if self.stuck().insert(file.id(), end).is_none() {
            let path = self.place.path_of(file.id());
            tracing::error!(path = %path.display(), %error, "verification: a file of charges is counted and cannot be deleted; it counts once, and is tried again");
        }
        false
    }

    /// Tries again what could not be deleted.
    fn put_stuck_away(&self) -> io::Result<()> {
        let mut stuck = self.stuck();
        let before = stuck.len();
        stuck.retain(|id, end| put_away(&self.place.path_of(*id), *end).is_err());
        if stuck.len() < before {
            self.place.sync()?;
        }
        Ok(())
    }

    /// Leaves a file where it is.
    fn leave(&self, id: Uuid, why: &str) {
        let path = self.place.path_of(id);
        tracing::error!(path = %path.display(), why, "verification: a file of charges is left uncounted");
        self.strange().insert(id);
    }

    /// All files that are there, with how long they are.
    pub(super) fn sizes(&self) -> Result<Vec<(Uuid, u64)>> {
        let ids = self
            .place
            .ids()
            .map_err(|source| failed("looking for files of charges", source))?;
        // One that is gone meanwhile was counted.
        let size = |id| Some((id, self.place.path_of(id).metadata().ok()?.len()));
        Ok(ids.into_iter().filter_map(size).collect())
    }

    /// Whether the file of this id is there.
    pub(super) fn has_file(&self, id: Uuid) -> bool {
        self.place.path_of(id).exists()
    }
}

/// The disk may work again by itself.
fn failed(context: &'static str, source: io::Error) -> Error {
    Error::Internal {
        context,
        is_passing: true,
        source: source.into(),
    }
}
