//! After a change of the secret key, the secrets of authenticator apps are sealed under the new one.

use contract::UserId;

use super::{app::purpose, store};
use crate::{Ctx, error::Result};

/// Apps that are looked at together.
const AT_ONCE: u64 = 200;

/// How an app is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seal {
    Present,
    Former,
    /// Under no key that is known here.
    Foreign,
}

fn seal(ctx: &Ctx, id: UserId, sealed: &[u8]) -> (Seal, Option<Vec<u8>>) {
    let renewed = ctx.sealer().renewed(ctx.random(), &purpose(id), sealed);
    let found = if renewed.is_some() {
        Seal::Former
    } else if ctx.sealer().open(&purpose(id), sealed).is_some() {
        Seal::Present
    } else {
        Seal::Foreign
    };
    (found, renewed)
}

/// Whether the app that was looked at first, if there is any, can be opened.
pub(crate) async fn is_sealed_by_us(ctx: &Ctx) -> Result<bool> {
    let some = store::apps_after(ctx.read(), None, 1).await?;
    let is_ours = |(id, sealed): &(UserId, Vec<u8>)| seal(ctx, *id, sealed).0 != Seal::Foreign;
    Ok(some.iter().all(is_ours))
}

/// Seals anew what a former key has sealed; gives how many apps.
pub(crate) async fn reseal(ctx: &Ctx) -> Result<u64> {
    let (mut last, mut done) = (None, 0);
    loop {
        let some = store::apps_after(ctx.read(), last, AT_ONCE).await?;
        let Some((newest, _)) = some.last() else {
            return Ok(done);
        };
        last = Some(*newest);
        let renewed: Vec<_> = some
            .into_iter()
            .filter_map(|(id, before)| Some((id, seal(ctx, id, &before).1?, before)))
            .collect();
        if renewed.is_empty() {
            continue;
        }
        let tx = ctx.begin().await?;
        for (id, after, before) in renewed {
            done += store::replace_sealed(&tx, id, &before, after).await?;
        }
        tx.commit().await?;
    }
}

/// How many apps a former key has sealed.
pub(crate) async fn count_sealed_before(ctx: &Ctx) -> Result<u64> {
    count(ctx, Seal::Former).await
}

/// How many apps nothing opens: their owners need a recovery code, or have to be reset.
pub async fn count_unreadable(ctx: &Ctx) -> Result<u64> {
    count(ctx, Seal::Foreign).await
}

async fn count(ctx: &Ctx, kind: Seal) -> Result<u64> {
    let (mut last, mut count) = (None, 0);
    loop {
        let some = store::apps_after(ctx.read(), last, AT_ONCE).await?;
        let Some((newest, _)) = some.last() else {
            return Ok(count);
        };
        last = Some(*newest);
        let of_kind = some
            .iter()
            .filter(|(id, sealed)| seal(ctx, *id, sealed).0 == kind);
        count += of_kind.count() as u64;
    }
}
