//! What other processes on the same database have changed: another replica, or the command line.
//!
//! Read once a second by the time of the last change, and so within a second here. A change has its time from the process that made
//! it, and is there to be read once its transaction has ended: clocks of machines differ, and a transaction may wait for another. So
//! what was changed up to a minute ago is read again.

use contract::Timestamp;

use super::store;
use crate::{Ctx, error::Result};

/// How far clocks may differ, and changes come late, in seconds; twice what a request may take.
const SKEW: i64 = 60;

/// Secrets read at once.
const CHUNK: u64 = 2_000;

/// How far the changes were read.
#[derive(Debug, Default)]
pub(super) struct Followed {
    until: Option<Timestamp>,
}

pub(super) async fn follow(ctx: &Ctx, followed: &mut Followed) -> Result<()> {
    let now = ctx.now();
    let table = &ctx.gate().table;
    if followed
        .until
        .is_some_and(|until| now < until.minus_seconds(SKEW))
    {
        // While the clock was ahead nothing was seen of what others changed.
        table.forget_all();
        followed.until = None;
    }
    let Some(until) = followed.until else {
        // All that there are, so that whatever is not among them does not exist.
        let mut last = Vec::new();
        loop {
            let some = store::hashes_beyond(ctx, &last, CHUNK).await?;
            table.learn(&some);
            if (some.len() as u64) < CHUNK {
                break;
            }
            last = some.into_iter().next_back().unwrap_or_default();
        }
        table.know_all();
        followed.until = Some(now);
        return Ok(());
    };
    let since = until.minus_seconds(SKEW);
    let new = store::hashes_since(ctx, since).await?;
    if !new.is_empty() {
        table.learn(&new);
    }
    let changed = store::changed_keys(ctx, since).await?;
    if !changed.is_empty() {
        table.forget(&changed);
    }
    for id in store::changed_organizations(ctx, since).await? {
        table.forget_organization(id);
    }
    followed.until = Some(now);
    Ok(())
}
