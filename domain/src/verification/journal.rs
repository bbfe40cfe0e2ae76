//! What was charged, written down before it is answered.
//!
//! Calls that come while a write is under way wait together for the next one, which writes them all as one record of a file
//! (`log`), or as one row where there is no file beside the database. So under load each write serves many calls, and a single
//! call waits for no one.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{sync::SetOnce, time::Instant};
use uuid::Uuid;

use super::{
    log::{self, Log},
    meter,
    store::{self, JournalRow},
    table::{KeyFacts, OrganizationFacts},
    warnings::Warning,
};
use crate::{Ctx, api_keys::KeyHash, error::Result};

/// A write that fails is tried again so often; it counts once, whatever became of the first try: a row has the same id again, and
/// of a record nothing is left.
const TRIES: u32 = 4;

/// The wait before another try; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// One call, or several of one key that were put together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Charge {
    pub(super) key_id: Uuid,
    pub(super) organization_id: Uuid,
    /// Minutes since 1970.
    pub(super) minute: i64,
    pub(super) verdict: i16,
    pub(super) requests: i64,
    pub(super) units: i64,
    /// The first use of each secret in a minute.
    pub(super) uses: Vec<Use>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Use {
    pub(super) hash: KeyHash,
    pub(super) ip: String,
}

/// Takes a charge back that could not be written down.
pub(super) struct Refund {
    pub(super) key: Arc<KeyFacts>,
    pub(super) organization: Arc<OrganizationFacts>,
    pub(super) month: i32,
    pub(super) units: i64,
}

impl Refund {
    fn pay(&self) {
        meter::give_back(
            &self.organization.meter,
            &self.key.meter,
            self.month,
            self.units,
        );
    }
}

/// Calls that are written down together.
#[derive(Default)]
struct Batch {
    charges: Vec<Charge>,
    refunds: Vec<Refund>,
    written: Arc<SetOnce<bool>>,
}

#[derive(Default)]
struct Pending {
    batch: Batch,
    /// A task is at work that will take the batch.
    is_writing: bool,
    warnings: VecDeque<Warning>,
}

#[derive(Default)]
pub(super) struct Journal {
    pending: Mutex<Pending>,
}

/// Proof that a call is in the journal, or soon will be.
pub(super) struct Ticket(Arc<SetOnce<bool>>);

impl Ticket {
    /// Waits until the call is written down; `false` when that cannot be done.
    pub(super) async fn is_written(&self) -> bool {
        *self.0.wait().await
    }
}

impl Journal {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a call; `refund` is paid when it cannot be written down.
    pub(super) fn write(
        self: &Arc<Self>,
        ctx: &Ctx,
        charge: Charge,
        refund: impl FnOnce() -> Refund,
    ) -> Ticket {
        let mut pending = self.lock();
        if charge.units > 0 {
            pending.batch.refunds.push(refund());
        }
        pending.batch.charges.push(charge);
        let ticket = Ticket(Arc::clone(&pending.batch.written));
        if !mem::replace(&mut pending.is_writing, true) {
            let (journal, ctx) = (Arc::clone(self), ctx.clone());
            tokio::spawn(async move { journal.write_all(&ctx).await });
        }
        ticket
    }

    /// Writes batch after batch, until nothing waits.
    async fn write_all(&self, ctx: &Ctx) {
        loop {
            // Whoever is about to ask comes along.
            tokio::task::yield_now().await;
            let batch = {
                let mut pending = self.lock();
                if pending.batch.charges.is_empty() {
                    pending.is_writing = false;
                    return;
                }
                mem::take(&mut pending.batch)
            };
            let (counted, began) = (&ctx.gate().counted, Instant::now());
            let is_written = write(ctx, &batch.charges).await;
            counted.write_seconds.record(began.elapsed());
            if !is_written {
                counted.lost.increment(batch.charges.len() as u64);
                batch.refunds.iter().for_each(Refund::pay);
            }
            // Only this task sets it, and once.
            let _ = batch.written.set(is_written);
        }
    }

    /// Whether everything that was taken is written.
    pub(super) fn is_idle(&self) -> bool {
        !self.lock().is_writing
    }

    /// Keeps what the owners are to be told.
    pub(super) fn warn(&self, warnings: impl IntoIterator<Item = Warning>) {
        self.lock().warnings.extend(warnings);
    }

    /// What they are to be told next.
    pub(super) fn next_warning(&self) -> Option<Warning> {
        self.lock().warnings.front().copied()
    }

    pub(super) fn forget_warning(&self) {
        self.lock().warnings.pop_front();
    }
}

async fn write(ctx: &Ctx, charges: &[Charge]) -> bool {
    let entry = match Entry::of(ctx, charges) {
        Ok(entry) => entry,
        Err(error) => {
            tracing::error!(%error, "verification: charges cannot be written");
            return false;
        }
    };
    let mut wait = FIRST_WAIT;
    for attempt in 1..=TRIES {
        match entry.write(ctx).await {
            Ok(()) => return true,
            Err(error) => {
                tracing::error!(%error, attempt, "verification: charges cannot be written");
            }
        }
        if attempt < TRIES {
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }
    false
}

/// Charges as they are written.
enum Entry {
    Record(Arc<Log>, Arc<[u8]>),
    Row(JournalRow),
}

impl Entry {
    fn of(ctx: &Ctx, charges: &[Charge]) -> Result<Self> {
        let Some(log) = &ctx.gate().log else {
            return Ok(Self::Row(store::journal_row(ctx, charges)?));
        };
        let record = log::record(&store::encoded(charges)?)?;
        Ok(Self::Record(Arc::clone(log), record))
    }

    async fn write(&self, ctx: &Ctx) -> Result<()> {
        match self {
            Self::Record(log, record) => log.append(ctx, record).await,
            Self::Row(row) => store::insert_row(ctx, row).await,
        }
    }
}
