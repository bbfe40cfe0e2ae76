//! What has ended is cleaned up: sessions, links, counts of throttles, invitations, traces of sent mail, counts of usage, former
//! secrets and addresses, deleted organizations and accounts. And people are told: owners of keys that will expire, members of a
//! second factor that they need.
//!
//! Everything goes in small steps, each a transaction of its own, so that others get their turn in between and an end in the midst
//! of it loses nothing. To have something else cleaned up: a variant of `Ended`, and what deletes some of it.

use std::{future::Future, time::Duration};

use contract::{Timestamp, admin::JobKind};
use tracing::Instrument as _;

use crate::{
    Ctx, api_keys, ceremonies, context::Tx, error::Result, installation, invitations, links, mail,
    organizations, own_data, runs::watched, sessions, spans, throttles, usage,
};

const EVERY: Duration = Duration::from_secs(15 * 60);

/// Rows that one step deletes.
const AT_ONCE: u64 = 2_000;

/// Between two steps.
const PAUSE: Duration = Duration::from_millis(5);

const DAY: i64 = 24 * 60 * 60;

/// What ends, and is deleted some time after it did.
#[derive(Clone, Copy, Debug)]
enum Ended {
    Sessions,
    Ceremonies,
    Links,
    Throttles,
    Invitations,
    Mail,
    Usage,
    KeySecrets,
    Slugs,
}

impl Ended {
    const ALL: [Self; 9] = [
        Self::Sessions,
        Self::Ceremonies,
        Self::Links,
        Self::Throttles,
        Self::Invitations,
        Self::Mail,
        Self::Usage,
        Self::KeySecrets,
        Self::Slugs,
    ];

    /// Deletes some; gives how many rows.
    async fn delete_some(self, tx: &Tx, ctx: &Ctx, now: Timestamp) -> Result<u64> {
        let ago = |days: i64| now.minus_seconds(days * DAY);
        let retention = ctx.settings().retention;
        match self {
            Self::Sessions => sessions::sweep(tx, ctx, now, AT_ONCE).await,
            Self::Ceremonies => ceremonies::sweep(tx, now, AT_ONCE).await,
            Self::Links => links::sweep(tx, ago(retention.link_days), AT_ONCE).await,
            Self::Throttles => throttles::sweep(tx, now, AT_ONCE).await,
            Self::Invitations => {
                invitations::sweep(tx, ago(retention.invitation_days), AT_ONCE).await
            }
            Self::Mail => mail::sweep(tx, ctx, AT_ONCE).await,
            Self::Usage => usage::sweep(tx, ctx, now, AT_ONCE).await,
            Self::KeySecrets => api_keys::sweep(tx, now, AT_ONCE).await,
            Self::Slugs => organizations::sweep(tx, now, AT_ONCE).await,
        }
    }

    async fn delete_all(self, ctx: &Ctx) -> Result<u64> {
        let mut rows = 0;
        loop {
            let tx = ctx.begin().await?;
            let some = self.delete_some(&tx, ctx, ctx.now()).await?;
            tx.commit().await?;
            rows += some;
            if some < AT_ONCE {
                return Ok(rows);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Cleans up once; gives how many rows went.
pub async fn sweep(ctx: &Ctx) -> Result<u64> {
    let mended = mend(ctx).await;
    let ended = delete_ended(ctx).await;
    let told = api_keys::tell_owners(ctx).await;
    let reminded = organizations::tell_members(ctx).await;
    let purged = organizations::purge_due(ctx).await;
    let erased = own_data::erase_due(ctx).await;
    // Each had its turn; a round in which one failed has failed.
    mended?;
    told?;
    reminded?;
    Ok(ended? + purged? + erased?)
}

/// Deletes all that has ended; fails when each kind had its turn and one of them could not go.
async fn delete_ended(ctx: &Ctx) -> Result<u64> {
    let (mut rows, mut failed) = (0, None);
    for ended in Ended::ALL {
        match ended.delete_all(ctx).await {
            Ok(gone) => rows += gone,
            // The others do not wait for this one.
            Err(error) => {
                tracing::error!(?ended, %error, "maintenance: what has ended cannot be deleted");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(rows), Err)
}

/// What a clock that was ahead has put off.
async fn mend(ctx: &Ctx) -> Result<()> {
    let tx = ctx.begin().await?;
    mail::mend(&tx, ctx.now()).await?;
    tx.commit().await
}

/// Cleans up now and then, until `stop` ends; not while the clock cannot be believed.
pub async fn run(ctx: Ctx, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut watch = installation::Watch::default();
    reseal(&ctx).await;
    loop {
        let round = round(&ctx, &mut watch).instrument(spans::job("maintenance.sweep"));
        match watched(&ctx, JobKind::Maintenance, round).await {
            Ok(rows) => tracing::debug!(rows, "maintenance: cleaned up"),
            Err(error) => tracing::error!(%error, "maintenance: cannot clean up"),
        }
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn round(ctx: &Ctx, watch: &mut installation::Watch) -> Result<u64> {
    if watch.may_delete(ctx).await? {
        sweep(ctx).await
    } else {
        Ok(0)
    }
}

/// After a change of the secret key.
async fn reseal(ctx: &Ctx) {
    match installation::reseal(ctx).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "what a former secret key had sealed was sealed anew"),
        Err(error) => {
            tracing::error!(%error, "what a former secret key has sealed cannot be sealed anew");
        }
    }
}
