//! Owners are told of keys that will expire.

use contract::{ApiKeyId, accounts::Notification, api_keys::EXPIRING_DAYS};

use super::{letters, store};
use crate::{Ctx, error::Result, mail, organizations};

const DAY: i64 = 24 * 60 * 60;

/// Letters of one round; the rest follow in the next.
const AT_ONCE: u64 = 200;

/// Writes to the owners of keys that expire within 7 days, once for each end; gives how many keys.
pub(crate) async fn tell_owners(ctx: &Ctx) -> Result<u64> {
    let now = ctx.now();
    let until = now.plus_seconds(EXPIRING_DAYS * DAY);
    let (mut told, mut failed) = (0, None);
    for id in store::untold(ctx.read(), now, until, AT_ONCE).await? {
        match tell(ctx, id).await {
            Ok(is_told) => told += u64::from(is_told),
            // The others do not wait for this one.
            Err(error) => {
                tracing::error!(key = %id, %error, "api_keys: owners are not told");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(told), Err)
}

async fn tell(ctx: &Ctx, id: ApiKeyId) -> Result<bool> {
    let tx = ctx.begin().await?;
    let Some(key) = store::get(tx.db(), ctx.now(), id).await? else {
        return Ok(false);
    };
    // The organization first, as whoever changes a key does.
    let organization = organizations::lock(&tx, key.organization_id).await?;
    if !store::set_told(&tx, id, ctx.now()).await? {
        return Ok(false);
    }
    // A key that lives for a week or less expires soon from its first day on; who made it knows.
    let lifetime = key.expires_at.map_or(0, |at| at.0 - key.created_at.0);
    let is_short = lifetime <= EXPIRING_DAYS * DAY * 1000;
    if let Some(organization) = organization.filter(|found| found.deleted_at.is_none() && !is_short)
    {
        for owner in
            organizations::owners_who_want(&tx, organization.id, Notification::KeyExpiry).await?
        {
            let letter = letters::expiring(ctx, &owner, &organization, &key)?;
            mail::queue(&tx, ctx, &owner.email, &letter).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}
