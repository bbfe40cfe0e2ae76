//! From the journal to counters, and the jobs around it.
//!
//! A few rows are counted at once. Many are first merged by key, two hundred into one, then divided into parts of few keys
//! each, all of it as rows of the journal again, and then part after part is counted: each step in a short transaction that also
//! deletes what it was made of, so that nothing is counted twice, and calls that wait for the journal are never kept for long.
//! Rows are read before the transaction begins: nobody changes them, and who finds one gone when deleting it has been
//! forestalled by another process, and leaves it at that.

use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    iter,
    time::Duration,
};

use contract::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    follow,
    journal::{Charge, Use},
    store::{self, JournalRow},
    warnings,
};
use crate::{
    Ctx,
    api_keys::KeyHash,
    error::{Error, Result},
};

/// Rows of the journal that are merged at once; each may hold the calls of some dozens of clients.
const ROWS: u64 = 200;

/// When reading what is counted next, so many are in memory as they are kept: those that are merged already may be long.
const SLICE: u64 = 2;

/// Once so many entries of keys and minutes are merged, they are counted first: each takes about 150 bytes.
const ENOUGH: usize = 32_000;

/// Keys that are counted in one transaction.
const KEYS: usize = 32;

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

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Of {
    pub(super) organization_id: Uuid,
    pub(super) key_id: Uuid,
    pub(super) minute: i64,
    pub(super) verdict: i16,
}

/// Charges by what they count for.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// Requests and units.
    pub(super) counts: HashMap<Of, (i64, i64)>,
    /// Units by subject and month.
    pub(super) units: HashMap<(Uuid, i32), i64>,
    /// The last minute and address of each secret.
    pub(super) uses: HashMap<KeyHash, (i64, String)>,
}

impl Folded {
    fn of(charges: Vec<Charge>) -> Self {
        let mut folded = Self::default();
        for charge in charges {
            let month = Timestamp(charge.minute * 60_000).month();
            let of = Of {
                organization_id: charge.organization_id,
                key_id: charge.key_id,
                minute: charge.minute,
                verdict: charge.verdict,
            };
            let count = folded.counts.entry(of).or_default();
            count.0 += charge.requests;
            count.1 += charge.units;
            if charge.units > 0 {
                // Counted for every key: a quota that it is given later holds for the whole month.
                for subject in [charge.organization_id, charge.key_id] {
                    *folded.units.entry((subject, month)).or_default() += charge.units;
                }
            }
            for Use { hash, ip } in charge.uses {
                let last = folded.uses.entry(hash).or_default();
                if charge.minute >= last.0 {
                    *last = (charge.minute, ip);
                }
            }
        }
        folded
    }
}

/// Charges merged by what they count for; sorted, so that what is counted together is close together on the disk.
#[derive(Default)]
struct Merged(BTreeMap<Of, Sum>);

#[derive(Default)]
struct Sum {
    requests: i64,
    units: i64,
    uses: Vec<Use>,
}

impl Merged {
    fn add(&mut self, charge: Charge) {
        let of = Of {
            organization_id: charge.organization_id,
            key_id: charge.key_id,
            minute: charge.minute,
            verdict: charge.verdict,
        };
        let sum = self.0.entry(of).or_default();
        sum.requests += charge.requests;
        sum.units += charge.units;
        sum.uses.extend(charge.uses);
    }

    /// Divided into parts of so many keys.
    fn into_parts(self, keys: usize) -> impl Iterator<Item = Vec<Charge>> {
        let mut rest = self.0.into_iter().peekable();
        iter::from_fn(move || {
            let (mut part, mut begun, mut last) = (Vec::new(), 0, None);
            while let Some((of, sum)) =
                rest.next_if(|(of, _)| begun < keys || last == Some(of.key_id))
            {
                if last.replace(of.key_id) != Some(of.key_id) {
                    begun += 1;
                }
                part.push(Charge {
                    key_id: of.key_id,
                    organization_id: of.organization_id,
                    minute: of.minute,
                    verdict: of.verdict,
                    requests: sum.requests,
                    units: sum.units,
                    uses: sum.uses,
                });
            }
            (!part.is_empty()).then_some(part)
        })
    }
}

/// Counts all that is in the journal; gives how many parts that took. Whoever serves has done this first, since the meters begin
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

/// Counts what is in the journal now, with a pause after each step; gives how many parts it was.
async fn fold_once(ctx: &Ctx, pause: Duration) -> Result<u64> {
    merge_rows(ctx, pause).await?;
    let (ids, merged) = read(ctx).await?;
    let parts = parts(ctx, merged, KEYS).await?;
    match &parts[..] {
        // Whoever has nothing to count takes no lock for it.
        [] => {}
        [part] => count(ctx, &ids, &part.1).await?,
        _ => {
            if replace(ctx, &ids, &parts).await? {
                for (id, entries) in &parts {
                    count(ctx, &[*id], entries).await?;
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
    Ok(parts.len() as u64)
}

/// Merges what was written until now, as long as there are many rows of it. Those that come of it are newer.
async fn merge_rows(ctx: &Ctx, pause: Duration) -> Result<()> {
    let last = ctx.new_id();
    loop {
        let rows = store::read_journal(ctx, None, Some(last), ROWS).await?;
        if (rows.len() as u64) < ROWS {
            return Ok(());
        }
        let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
        let merged = with_rows(Merged::default(), rows).await?;
        let parts = parts(ctx, merged, usize::MAX).await?;
        replace(ctx, &ids, &parts).await?;
        tokio::time::sleep(pause).await;
    }
}

/// The journal, or as much of it as is counted at once, and its rows.
async fn read(ctx: &Ctx) -> Result<(Vec<Uuid>, Merged)> {
    let (mut ids, mut merged) = (Vec::new(), Merged::default());
    loop {
        let rows = store::read_journal(ctx, ids.last().copied(), None, SLICE).await?;
        ids.extend(rows.iter().map(|row| row.0));
        let is_last = (rows.len() as u64) < SLICE || ids.len() as u64 >= ROWS;
        merged = with_rows(merged, rows).await?;
        if is_last || merged.0.len() >= ENOUGH {
            return Ok((ids, merged));
        }
    }
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

async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|source| Error::internal("merging charges", source))?
}

/// As rows that the journal is to have.
async fn parts(ctx: &Ctx, merged: Merged, keys: usize) -> Result<Vec<JournalRow>> {
    let ctx = ctx.clone();
    aside(move || {
        let row = |charges: Vec<Charge>| store::journal_row(&ctx, &charges);
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
        if let Err(error) = follow::follow(ctx, &mut followed).await {
            tracing::error!(%error, "verification: changes of other processes cannot be read");
        }
        tokio::time::sleep(SOON).await;
    }
}

async fn warn_and_count(ctx: &Ctx) {
    loop {
        let began = Instant::now();
        if let Err(error) = warnings::send_all(ctx).await {
            tracing::error!(%error, "verification: a warning cannot be sent");
        }
        if let Err(error) = fold_once(ctx, PAUSE).await {
            tracing::error!(%error, "verification: charges cannot be counted");
        }
        tokio::time::sleep((began.elapsed() * IDLE).clamp(SOON, LATER)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn charge(key: u128, minute: i64, units: i64) -> Charge {
        Charge {
            key_id: Uuid::from_u128(key),
            organization_id: Uuid::from_u128(1),
            minute,
            verdict: 0,
            requests: 1,
            units,
            uses: Vec::new(),
        }
    }

    fn divided(charges: Vec<Charge>) -> Vec<Vec<Charge>> {
        let mut merged = Merged::default();
        charges.into_iter().for_each(|charge| merged.add(charge));
        merged.into_parts(KEYS).collect()
    }

    #[test]
    fn parts_hold_few_keys_and_lose_nothing() {
        let charges: Vec<_> = (0..1000)
            .map(|at| charge(at % 151, 5 + i64::from(at % 2 == 0), 3))
            .collect();
        let before = Folded::of(charges.clone());
        let parts = divided(charges);
        assert_eq!(parts.len(), 5);
        let keys: Vec<HashSet<Uuid>> = parts
            .iter()
            .map(|part| part.iter().map(|charge| charge.key_id).collect())
            .collect();
        assert!(keys.iter().all(|keys| keys.len() <= KEYS));
        let total: usize = keys.iter().map(HashSet::len).sum();
        assert_eq!(total, 151, "no key is in two parts");
        let after = Folded::of(parts.into_iter().flatten().collect());
        assert_eq!(after.counts, before.counts);
        assert_eq!(after.units, before.units);
    }

    #[test]
    fn each_secret_of_a_key_keeps_its_last_use() {
        let used = |hash: u8, minute, ip: &str| Charge {
            uses: vec![Use {
                hash: [hash; 32],
                ip: ip.to_owned(),
            }],
            ..charge(7, minute, 1)
        };
        let charges = vec![used(1, 5, "a"), used(2, 5, "b"), used(1, 6, "c")];
        let mut parts = divided(charges);
        let folded = Folded::of(parts.remove(0));
        let of = |hash: u8| folded.uses.get(&[hash; 32]).cloned();
        assert_eq!(of(1), Some((6, "c".to_owned())));
        assert_eq!(of(2), Some((5, "b".to_owned())));
    }

    #[test]
    fn units_count_for_the_organization_and_for_the_key() {
        let folded = Folded::of(vec![charge(7, 0, 2), charge(8, 0, 3), charge(8, 0, 0)]);
        let used = |subject| {
            folded
                .units
                .get(&(Uuid::from_u128(subject), 1970 * 12))
                .copied()
        };
        assert_eq!([used(1), used(7), used(8)], [Some(5), Some(2), Some(3)]);
        assert_eq!(folded.counts.values().map(|count| count.0).sum::<i64>(), 3);
    }
}
