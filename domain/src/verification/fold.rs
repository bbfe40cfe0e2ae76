//! From what is written down to counters, and the jobs around it.
//!
//! Charges are first merged by key, then divided into parts of few keys each, which are rows of the journal, and then part after
//! part is counted: each step in a short transaction that also deletes what it was made of, so that nothing is counted twice, and
//! whoever waits for the writer is never kept for long. Files come first (`log`), then rows: those of processes that write their
//! charges as rows, and parts that somebody has left. A few rows are counted at once; many are merged two hundred into one.
//!
//! Rows are read before the transaction begins: nobody changes them, and who finds one gone when deleting it has been
//! forestalled by another process, and leaves it at that.

use std::{future::Future, mem, time::Duration};

use contract::admin::JobKind;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    aside,
    counts::{Folded, KEYS, Merged},
    follow, log,
    store::{self, JournalRow},
    warnings,
};
use crate::{Ctx, error::Result, runs::watched};

/// Rows of the journal that are merged at once; each may hold the calls of some dozens of clients.
const ROWS: u64 = 200;

/// When reading what is counted next, so many are in memory as they are kept: those that are merged already may be long.
const SLICE: u64 = 2;

/// Between two rounds: soon enough to see a call in the chart seconds later.
const SOON: Duration = Duration::from_secs(1);

/// Between two rounds at most.
const LATER: Duration = Duration::from_secs(30);

/// A round is followed by a pause so many times as long: counting takes a part of the time only.
const IDLE: u32 = 5;

/// How long the journal may take to be written at the end.
const FINISHING: Duration = Duration::from_secs(5);

/// Between two parts, so that others get their turn.
const PAUSE: Duration = Duration::from_millis(5);

/// Counts all that is written down; gives how many parts that took. Whoever serves has done this first, since the meters begin
/// with what is counted.
pub async fn fold(ctx: &Ctx) -> Result<u64> {
    let mut counted = 0;
    loop {
        let parts = fold_once(ctx, Duration::ZERO).await?;
        if parts == 0 {
            return Ok(counted);
        }
        counted += parts;
    }
}

/// Counts what is written down now, with a pause after each step; gives how many parts it was.
async fn fold_once(ctx: &Ctx, pause: Duration) -> Result<u64> {
    Ok(log::fold(ctx, pause).await? + fold_rows(ctx, pause).await?)
}

async fn fold_rows(ctx: &Ctx, pause: Duration) -> Result<u64> {
    merge_rows(ctx, pause).await?;
    let (ids, merged) = read(ctx).await?;
    let parts = parts(ctx, merged).await?;
    match &parts[..] {
        // Whoever has nothing to count takes no lock for it.
        [] if ids.is_empty() => {}
        [] => count(ctx, &ids, store::NOTHING).await?,
        [part] => count(ctx, &ids, &part.1).await?,
        _ => {
            if replace(ctx, &ids, &parts).await? {
                count_parts(ctx, &parts, &[], pause).await?;
            }
        }
    }
    Ok(parts.len() as u64)
}

/// Merges what was written until now, as long as there are many rows of it. Those that come of it are newer.
async fn merge_rows(ctx: &Ctx, pause: Duration) -> Result<()> {
    let (last, mut after) = (ctx.new_id(), None);
    loop {
        let (rows, next) = read_rows(ctx, after, Some(last), ROWS).await?;
        if next.is_none() {
            return Ok(());
        }
        after = next;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
        let merged = with_rows(Merged::default(), rows).await?;
        let row = divided(ctx, merged, usize::MAX).await?;
        if !row.is_empty() {
            replace(ctx, &ids, &row).await?;
        }
        tokio::time::sleep(pause).await;
    }
}

/// The journal, or as much of it as is counted at once, and its rows.
async fn read(ctx: &Ctx) -> Result<(Vec<Uuid>, Merged)> {
    let (mut ids, mut merged, mut after) = (Vec::new(), Merged::default(), None);
    loop {
        let (rows, next) = read_rows(ctx, after, None, SLICE).await?;
        ids.extend(rows.iter().map(|row| row.0));
        merged = with_rows(merged, rows).await?;
        if next.is_none() || ids.len() as u64 >= ROWS || merged.is_enough() {
            return Ok((ids, merged));
        }
        after = next;
    }
}

/// Rows that may be counted, and after which to read on, unless these were the last. One that is the mark of a file has to stay
/// until that file is gone.
async fn read_rows(
    ctx: &Ctx,
    after: Option<Uuid>,
    until: Option<Uuid>,
    most: u64,
) -> Result<(Vec<JournalRow>, Option<Uuid>)> {
    let rows = store::read_journal(ctx, after, until, most).await?;
    let is_last = (rows.len() as u64) < most;
    let next = rows.last().map(|row| row.0).filter(|_| !is_last);
    let Some(log) = ctx.gate().log.clone().filter(|_| !rows.is_empty()) else {
        return Ok((rows, next));
    };
    let is_free = move |row: &JournalRow| !log.has_file(row.0);
    let rows = aside(move || Ok(rows.into_iter().filter(is_free).collect())).await?;
    Ok((rows, next))
}

/// Adds what is in these rows, which may be much; others are not to wait for it.
async fn with_rows(mut merged: Merged, rows: Vec<JournalRow>) -> Result<Merged> {
    aside(move || {
        for (_, entries) in rows {
            store::decoded(&entries)?
                .into_iter()
                .for_each(|charge| merged.add(charge));
        }
        Ok(merged)
    })
    .await
}

/// As rows that the journal is to have, each of which is counted in one transaction.
pub(super) async fn parts(ctx: &Ctx, merged: Merged) -> Result<Vec<JournalRow>> {
    divided(ctx, merged, KEYS).await
}

async fn divided(ctx: &Ctx, merged: Merged, keys: usize) -> Result<Vec<JournalRow>> {
    let ctx = ctx.clone();
    aside(move || {
        let row = |charges: Vec<_>| store::journal_row(&ctx, &charges);
        merged.into_parts(keys).map(row).collect()
    })
    .await
}

/// Writes the parts in place of the rows that they are made of; `false` when another process has.
async fn replace(ctx: &Ctx, ids: &[Uuid], parts: &[JournalRow]) -> Result<bool> {
    let tx = ctx.begin().await?;
    if !store::delete_journal(&tx, ids).await? {
        return Ok(false);
    }
    store::insert_journal(&tx, parts).await?;
    tx.commit().await?;
    Ok(true)
}

/// Counts part after part of the journal; the rows that are marks go with the first.
pub(super) async fn count_parts(
    ctx: &Ctx,
    parts: &[JournalRow],
    mut marks: &[Uuid],
    pause: Duration,
) -> Result<()> {
    for (id, entries) in parts {
        let ids: Vec<Uuid> = mem::take(&mut marks).iter().copied().chain([*id]).collect();
        count(ctx, &ids, entries).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// Counts what these rows hold, and deletes them.
async fn count(ctx: &Ctx, ids: &[Uuid], entries: &[u8]) -> Result<()> {
    let folded = Folded::of(store::decoded(entries)?);
    let tx = ctx.begin().await?;
    if store::delete_journal(&tx, ids).await? {
        store::add(&tx, &folded).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Counts all that was asked until now, also what nobody waits for. For the end of a process, when nothing new comes.
pub async fn finish(ctx: &Ctx) -> Result<()> {
    let written = async {
        while !ctx.gate().journal.is_idle() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    if tokio::time::timeout(FINISHING, written).await.is_err() {
        tracing::warn!("verification: some refused calls are not counted");
    }
    warnings::send_all(ctx).await?;
    fold(ctx).await?;
    Ok(())
}

/// Counts, warns and follows other processes, until `stop` ends; then counts what is left.
pub async fn run(ctx: Ctx, stop: impl Future<Output = ()>) {
    // Beside one another: counting may take long, and a key that another process has revoked is to be refused at once.
    let work = async { tokio::join!(follow_others(&ctx), warn_and_count(&ctx)) };
    tokio::select! {
        () = stop => {}
        _ = work => {}
    }
    if let Err(error) = finish(&ctx).await {
        tracing::error!(%error, "verification: charges are counted at the next start");
    }
}

async fn follow_others(ctx: &Ctx) {
    let mut followed = follow::Followed::default();
    loop {
        if let Err(error) =
            watched(ctx, JobKind::Following, follow::follow(ctx, &mut followed)).await
        {
            tracing::error!(%error, "verification: changes of other processes cannot be read");
        }
        tokio::time::sleep(SOON).await;
    }
}

async fn warn_and_count(ctx: &Ctx) {
    loop {
        let began = Instant::now();
        if let Err(error) = watched(ctx, JobKind::Warnings, warnings::send_all(ctx)).await {
            tracing::error!(%error, "verification: a warning cannot be sent");
        }
        if let Err(error) = watched(ctx, JobKind::Counting, fold_once(ctx, PAUSE)).await {
            tracing::error!(%error, "verification: charges cannot be counted");
        }
        tokio::time::sleep((began.elapsed() * IDLE).clamp(SOON, LATER)).await;
    }
}
