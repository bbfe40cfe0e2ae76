//! From files to rows of the journal, which are counted.

use std::{
    collections::{HashSet, VecDeque},
    mem,
    sync::Arc,
    time::Duration,
};

use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use super::{ChargeFile, Log, failed, record::End};
use crate::{
    Ctx,
    error::Result,
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
        round = aside(move || round.read(&marked)).await?;
        let parts = parts(ctx, mem::take(&mut round.merged)).await?;
        let marks = round.marks();
        if !parts.is_empty() && !write(ctx, &marks, &parts).await? {
            round.done.clear();
            continue;
        }
        round = aside(move || round.clear()).await?;
        count_parts(ctx, &parts, &marks, pause).await?;
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
    fn read(mut self, marked: &HashSet<Uuid>) -> Result<Self> {
        while let Some(file) = self.waiting.pop_front() {
            if marked.contains(&file.id()) {
                self.remove_marked(file)?;
            } else {
                self.take_in(file);
            }
            if self.merged.is_enough() {
                break;
            }
        }
        Ok(self)
    }

    /// Who has marked it was ended before it was gone. One that is damaged is kept, as it would have been.
    fn remove_marked(&self, file: ChargeFile) -> Result<()> {
        let end = file.read(|charges| store::decoded(charges).is_ok());
        self.remove(file, end.unwrap_or(End::Whole))
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

    /// Deletes the files that are in the journal now.
    fn clear(mut self) -> Result<Self> {
        for (file, end) in mem::take(&mut self.done) {
            self.remove(file, end)?;
        }
        let synced = self.log.place.sync();
        synced.map_err(|source| failed("deleting a file of charges", source))?;
        Ok(self)
    }

    fn remove(&self, file: ChargeFile, end: End) -> Result<()> {
        let removed = match end {
            End::Damaged(_) => file.set_aside(),
            _ => file.remove(),
        };
        removed.map_err(|source| failed("deleting a file of charges", source))
    }
}
