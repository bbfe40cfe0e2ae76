//! From files to rows of the journal, which are counted.

use std::{
    collections::{HashSet, VecDeque},
    io, mem,
    sync::Arc,
    time::Duration,
};

use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use super::{ChargeFile, Log, failed, record::End};
use crate::{
    Ctx,
    error::{Error, Result},
    verification::{
        aside,
        counts::Merged,
        fold::{count_parts, parts},
        store::{self, JournalRow},
    },
};

/// Counts what is in files now, with a pause after each step; gives how many parts it was.
pub(in crate::verification) async fn fold(ctx: &Ctx, pause: Duration) -> Result<u64> {
    let Some(log) = &ctx.gate().log else {
        return Ok(0);
    };
    let (mut round, mut counted) = (Round::begin(log).await?, 0);
    loop {
        round = aside(move || round.fill()).await?;
        if round.waiting.is_empty() {
            return Ok(counted);
        }
        let marked = store::in_journal(ctx, &round.ids()).await?;
        round = aside(move || Ok(round.read(&marked))).await?;
        let parts = parts(ctx, mem::take(&mut round.merged)).await?;
        let marks = round.marks();
        if !parts.is_empty() && !write(ctx, &marks, &parts).await? {
            round.done.clear();
            continue;
        }
        let (cleared, gone) = aside(move || round.clear()).await?;
        round = cleared;
        count_parts(ctx, &parts, &gone, pause).await?;
        counted += parts.len() as u64;
    }
}

/// Makes rows of what was read, with the marks of the files; `false` when one is marked already: a round that was given up got as
/// far as this, just after its marks were looked for.
async fn write(ctx: &Ctx, marks: &[Uuid], parts: &[JournalRow]) -> Result<bool> {
    let mark = |id: &Uuid| (*id, store::NOTHING.to_vec());
    let rows: Vec<JournalRow> = marks.iter().map(mark).collect();
    let tx = ctx.begin().await?;
    if !store::insert_journal(&tx, &rows).await? {
        return Ok(false);
    }
    store::insert_journal(&tx, parts).await?;
    tx.commit().await?;
    Ok(true)
}

/// Files that are being counted, and the turn to do so. It goes along where work is done aside: that goes on when who has waited
/// for it gives up, and the next round has to find its files free.
struct Round {
    log: Arc<Log>,
    _turn: OwnedMutexGuard<()>,
    waiting: VecDeque<ChargeFile>,
    /// Files of which all was read, and how each ended.
    done: Vec<(ChargeFile, End)>,
    merged: Merged,
}

impl Round {
    /// With what this process has written.
    async fn begin(log: &Arc<Log>) -> Result<Self> {
        let (log, turn) = (Arc::clone(log), Arc::clone(&log.counting));
        let turn = turn.lock_owned().await;
        aside(move || {
            log.put_stuck_away().map_err(not_deleted)?;
            Ok(Self {
                waiting: log.close().into(),
                log,
                _turn: turn,
                done: Vec::new(),
                merged: Merged::default(),
            })
        })
        .await
    }

    /// With what others have left, once that is done.
    fn fill(mut self) -> Result<Self> {
        if self.waiting.is_empty() {
            let orphans = self.log.orphans();
            self.waiting = orphans
                .map_err(|source| failed("looking for files of charges", source))?
                .into();
        }
        Ok(self)
    }

    fn ids(&self) -> Vec<Uuid> {
        self.waiting.iter().map(ChargeFile::id).collect()
    }

    fn marks(&self) -> Vec<Uuid> {
        self.done.iter().map(|(file, _)| file.id()).collect()
    }

    /// Reads as many files as are counted at once. Those that are marked are in the journal.
    fn read(mut self, marked: &HashSet<Uuid>) -> Self {
        while let Some(file) = self.waiting.pop_front() {
            if marked.contains(&file.id()) {
                self.remove_marked(&file);
            } else {
                self.take_in(file);
            }
            if self.merged.is_enough() {
                break;
            }
        }
        self
    }

    /// Who has marked it was ended before it was gone. One that is damaged is kept, as it would have been.
    fn remove_marked(&self, file: &ChargeFile) {
        let end = file.read(|charges| store::decoded(charges).is_ok());
        self.log.put_away(file, end.unwrap_or(End::Whole));
    }

    /// Adds what is in a file, all of it or nothing.
    fn take_in(&mut self, file: ChargeFile) {
        let mut merged = Merged::default();
        let end = file.read(|charges| match store::decoded(charges) {
            Ok(charges) => {
                charges.into_iter().for_each(|charge| merged.add(charge));
                true
            }
            Err(_) => false,
        });
        match end {
            Ok(End::Foreign) => self.log.leave(file.id(), "it is no file of charges"),
            Ok(end) => {
                self.log.tell(file.id(), end);
                self.merged.add_all(merged);
                self.done.push((file, end));
            }
            Err(error) => self.log.leave(file.id(), &error.to_string()),
        }
    }

    /// Deletes the files that are in the journal now; gives those that are gone, whose marks may go.
    fn clear(mut self) -> Result<(Self, Vec<Uuid>)> {
        let mut done = mem::take(&mut self.done);
        done.retain(|(file, end)| self.log.put_away(file, *end));
        self.log.place.sync().map_err(not_deleted)?;
        let gone = done.iter().map(|(file, _)| file.id()).collect();
        Ok((self, gone))
    }
}

fn not_deleted(source: io::Error) -> Error {
    failed("deleting a file of charges", source)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{database::DatabaseFile, verification::log::record};

    /// Files of this process with a record each, and where they are.
    fn files<const COUNT: usize>(log: &Log) -> [ChargeFile; COUNT] {
        let charges = record(b"charges").expect("it is short");
        std::array::from_fn(|number| {
            let id = Uuid::from_u128(number as u128 + 1);
            let mut file = log.place.create(id).expect("its place is free");
            file.append(&charges, false).expect("there is room");
            file
        })
    }

    fn round(log: &Arc<Log>, done: Vec<(ChargeFile, End)>) -> Round {
        let turn = Arc::clone(&log.counting).try_lock_owned();
        Round {
            log: Arc::clone(log),
            _turn: turn.expect("nobody else counts"),
            waiting: VecDeque::new(),
            done,
            merged: Merged::default(),
        }
    }

    #[test]
    fn a_file_that_cannot_be_deleted_keeps_its_mark_and_nothing_waits_for_it() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let log = Arc::new(Log::beside(&DatabaseFile {
            path: folder.path().join("latchkey.db"),
            is_fully_synchronous: true,
        }));
        let [stuck, damaged, good] = files(&log);
        let ids = [stuck.id(), damaged.id(), good.id()];
        // No system deletes a folder as a file, nor puts a file in its place.
        let path = log.place.path_of(ids[0]);
        fs::remove_file(&path).expect("it is there");
        fs::create_dir(&path).expect("its place is free");
        let place = format!("{}.damaged", log.place.path_of(ids[1]).display());
        fs::create_dir(&place).expect("its place is free");

        let done = vec![
            (stuck, End::Whole),
            (damaged, End::Damaged(8)),
            (good, End::Whole),
        ];
        let cleared = round(&log, done).clear();
        let (round, gone) = cleared.expect("one is gone all the same");
        drop(round);
        assert_eq!(gone, [ids[2]]);
        assert_eq!(ids.map(|id| log.has_file(id)), [true, true, false]);
        let left = log.orphans().expect("the folder can be read");
        assert!(left.is_empty(), "they are counted");
        log.put_stuck_away().expect("it is only tried");
        assert_eq!(log.stuck().len(), 2);

        fs::remove_dir(&path).expect("it is empty");
        fs::remove_dir(&place).expect("it is empty");
        log.put_stuck_away().expect("nothing is in the way");
        assert!(log.stuck().is_empty());
        assert_eq!(ids.map(|id| log.has_file(id)), [false; 3]);
        assert!(std::path::Path::new(&place).is_file(), "it is kept");
    }
}
