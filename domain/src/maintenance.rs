//! What has ended is cleaned up: sessions, links, counts of throttles, traces of sent mail, fine counts of usage, deleted
//! organizations and accounts. And people are told: owners of keys that will expire, members of a second factor that they need.

use std::{future::Future, time::Duration};

use crate::{
    Ctx, api_keys, ceremonies, error::Result, links, mail, organizations, own_data, sessions,
    throttles, usage,
};

const EVERY: Duration = Duration::from_secs(15 * 60);

/// An ended link is kept so long, in seconds, to explain itself to whoever still opens it.
const KEEP_LINKS: i64 = 7 * 24 * 60 * 60;

/// How long it is kept that a letter was sent.
const KEEP_MAIL: i64 = 30 * 24 * 60 * 60;

/// Cleans up once; gives how many rows went.
pub async fn sweep(ctx: &Ctx) -> Result<u64> {
    let now = ctx.now();
    let tx = ctx.begin().await?;
    let rows = sessions::sweep(&tx, now).await?
        + ceremonies::sweep(&tx, now).await?
        + links::sweep(&tx, now.minus_seconds(KEEP_LINKS)).await?
        + throttles::sweep(&tx, now).await?
        + mail::sweep(&tx, now.minus_seconds(KEEP_MAIL)).await?
        + usage::sweep(&tx, now).await?;
    tx.commit().await?;
    api_keys::tell_owners(ctx).await?;
    organizations::tell_members(ctx).await?;
    Ok(rows + organizations::purge_due(ctx).await? + own_data::erase_due(ctx).await?)
}

/// Cleans up now and then, until `stop` ends.
pub async fn run(ctx: Ctx, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        match sweep(&ctx).await {
            Ok(rows) => tracing::debug!(rows, "maintenance: cleaned up"),
            Err(error) => tracing::error!(%error, "maintenance: cannot clean up"),
        }
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
