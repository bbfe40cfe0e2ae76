//! From the journal to counters, and the jobs around it.
//!
//! A few rows are counted at once. Many are first put together by key into parts of few keys each, as rows of the journal again,
//! and then part after part is counted: each in a short transaction that also deletes it, so that nothing is counted twice, and
//! calls that wait for the journal are never kept for long.

use std::{collections::HashMap, future::Future, time::Duration};

use contract::{ApiKeyId, OrganizationId, Timestamp};
use uuid::Uuid;

use super::{
    follow,
    journal::{Charge, Use},
    store,
};
use crate::{Ctx, api_keys, api_keys::KeyHash, error::Result, mail, organizations};

/// Rows of the journal that are put together at once.
const ROWS: u64 = 20_000;

/// Keys that are counted in one transaction.
const KEYS: usize = 64;

/// Between two rounds: soon enough to see a call in the chart seconds later.
const SOON: Duration = Duration::from_secs(1);

/// Between two rounds when there is much to put together.
const LATER: Duration = Duration::from_secs(10);

/// How long the journal may take to be written at the end.
const FINISHING: Duration = Duration::from_secs(5);

/// Between two parts, so that others get their turn.
const PAUSE: Duration = Duration::from_millis(10);

/// That a share of a quota was reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Warning {
    pub(super) organization_id: OrganizationId,
    pub(super) key_id: Option<ApiKeyId>,
    pub(super) month: i32,
    pub(super) percent: i16,
    pub(super) limit: i64,
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Of {
    pub(super) key_id: Uuid,
    pub(super) organization_id: Uuid,
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
                key_id: charge.key_id,
                organization_id: charge.organization_id,
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
            if let Some(Use { hash, ip }) = charge.used {
                let last = folded.uses.entry(hash).or_default();
                if charge.minute >= last.0 {
                    *last = (charge.minute, ip);
                }
            }
        }
        folded
    }
}

/// Charges put together by key, in parts of few keys.
fn parts(charges: Vec<Charge>) -> Vec<Vec<Charge>> {
    let mut keys: HashMap<Uuid, HashMap<(i64, i16), Charge>> = HashMap::new();
    for charge in charges {
        let of_key = keys.entry(charge.key_id).or_default();
        match of_key.get_mut(&(charge.minute, charge.verdict)) {
            None => {
                of_key.insert((charge.minute, charge.verdict), charge);
            }
            Some(sum) => {
                sum.requests += charge.requests;
                sum.units += charge.units;
                if charge.used.is_some() {
                    sum.used = charge.used;
                }
            }
        }
    }
    let mut parts = Vec::with_capacity(keys.len() / KEYS + 1);
    for (place, of_key) in keys.into_values().enumerate() {
        if place % KEYS == 0 {
            parts.push(Vec::with_capacity(KEYS));
        }
        if let Some(part) = parts.last_mut() {
            part.extend(of_key.into_values());
        }
    }
    parts
}

/// Counts all that is in the journal; gives how many parts that took.
pub async fn fold(ctx: &Ctx) -> Result<u64> {
    let mut parts = put_together(ctx).await?;
    if parts <= 1 {
        return Ok(parts);
    }
    let mut counted = 0;
    while parts > 0 && count_one(ctx).await? {
        parts -= 1;
        counted += 1;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(counted)
}

/// Puts the rows of the journal together; when that is one part, it is counted in the same transaction.
async fn put_together(ctx: &Ctx) -> Result<u64> {
    let tx = ctx.begin().await?;
    let (ids, charges) = store::take_charges(&tx, ROWS).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut parts = parts(charges);
    let count = parts.len() as u64;
    if let [part] = parts.as_mut_slice() {
        store::add(&tx, &Folded::of(std::mem::take(part))).await?;
    } else {
        store::insert_parts(&tx, ctx, &parts).await?;
    }
    store::delete_charges(&tx, &ids).await?;
    tx.commit().await?;
    Ok(count)
}

/// Counts the oldest row of the journal.
async fn count_one(ctx: &Ctx) -> Result<bool> {
    let tx = ctx.begin().await?;
    let (ids, charges) = store::take_charges(&tx, 1).await?;
    if ids.is_empty() {
        return Ok(false);
    }
    store::add(&tx, &Folded::of(charges)).await?;
    store::delete_charges(&tx, &ids).await?;
    tx.commit().await?;
    Ok(true)
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
    send_warnings(ctx).await?;
    fold(ctx).await?;
    Ok(())
}

/// Writes to the owners of organizations and keys whose quota runs out, once for each share and month.
pub(crate) async fn send_warnings(ctx: &Ctx) -> Result<()> {
    for warning in ctx.gate().journal.take_warnings() {
        send_warning(ctx, warning).await?;
    }
    Ok(())
}

async fn send_warning(ctx: &Ctx, warning: Warning) -> Result<()> {
    let tx = ctx.begin().await?;
    let subject = warning.key_id.map_or(warning.organization_id.0, |id| id.0);
    if !store::set_warned(&tx, subject, warning.month, warning.percent).await? {
        return Ok(());
    }
    let Some(organization) = organizations::lock(&tx, warning.organization_id).await? else {
        return Ok(());
    };
    let key = match warning.key_id {
        Some(id) => api_keys::find(&tx, ctx, id).await?,
        None => None,
    };
    for owner in organizations::owners(&tx, organization.id).await? {
        let letter = api_keys::quota_warning(
            ctx,
            &owner,
            &organization,
            key.as_ref(),
            warning.percent,
            warning.limit,
        )?;
        mail::queue(&tx, ctx, &owner.email, &letter).await?;
    }
    tx.commit().await
}

/// Counts, warns and follows other processes, until `stop` ends; then once more.
pub async fn run(ctx: Ctx, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut followed = follow::Followed::default();
    let mut counted_at = tokio::time::Instant::now();
    let mut pause = Duration::ZERO;
    loop {
        if let Err(error) = follow::follow(&ctx, &mut followed).await {
            tracing::error!(%error, "verification: changes of other processes cannot be read");
        }
        if counted_at.elapsed() >= pause {
            pause = round(&ctx).await;
            counted_at = tokio::time::Instant::now();
        }
        tokio::select! {
            () = &mut stop => {
                if let Err(error) = finish(&ctx).await {
                    tracing::error!(%error, "verification: charges are counted at the next start");
                }
                return;
            }
            () = tokio::time::sleep(SOON) => {}
        }
    }
}

/// Counts what is there; gives the time until the next round.
async fn round(ctx: &Ctx) -> Duration {
    if let Err(error) = send_warnings(ctx).await {
        tracing::error!(%error, "verification: a warning cannot be sent");
    }
    match fold(ctx).await {
        Ok(0 | 1) => SOON,
        Ok(_) => LATER,
        Err(error) => {
            tracing::error!(%error, "verification: charges cannot be counted");
            LATER
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(key: u128, minute: i64, units: i64) -> Charge {
        Charge {
            key_id: Uuid::from_u128(key),
            organization_id: Uuid::from_u128(1),
            minute,
            verdict: 0,
            requests: 1,
            units,
            used: None,
        }
    }

    #[test]
    fn parts_hold_few_keys_and_lose_nothing() {
        let charges: Vec<_> = (0..1000)
            .map(|at| charge(at % 150, 5 + i64::from(at % 2 == 0), 3))
            .collect();
        let before = Folded::of(charges.clone());
        let parts = parts(charges);
        assert_eq!(parts.len(), 3);
        let after = Folded::of(parts.into_iter().flatten().collect());
        assert_eq!(after.counts, before.counts);
        assert_eq!(after.units, before.units);
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
