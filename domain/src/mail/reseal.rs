//! After a change of the secret key, letters that wait are sealed under the new one.

use super::store;
use crate::{Ctx, error::Result};

/// Letters that are looked at together.
const AT_ONCE: u64 = 50;

/// Seals anew what a former key has sealed; gives how many letters.
pub(crate) async fn reseal(ctx: &Ctx) -> Result<u64> {
    let (mut last, mut done) = (None, 0);
    loop {
        let some = store::sealed_after(ctx.read(), last, AT_ONCE).await?;
        let Some((newest, _)) = some.last() else {
            return Ok(done);
        };
        last = Some(*newest);
        for (id, sealed) in some {
            let Some(after) = store::renewed(ctx, &sealed) else {
                continue;
            };
            let tx = ctx.begin().await?;
            done += store::replace_sealed(&tx, id, after).await?;
            tx.commit().await?;
        }
    }
}

/// How many letters that wait a former key has sealed.
pub(crate) async fn count_sealed_before(ctx: &Ctx) -> Result<u64> {
    let (mut last, mut count) = (None, 0);
    loop {
        let some = store::sealed_after(ctx.read(), last, AT_ONCE).await?;
        let Some((newest, _)) = some.last() else {
            return Ok(count);
        };
        last = Some(*newest);
        let of_former = some
            .iter()
            .filter(|(_, sealed)| store::renewed(ctx, sealed).is_some());
        count += of_former.count() as u64;
    }
}
