//! After a change of the secret key: what a former one has sealed is sealed anew, so that the former one can go.

use crate::{Ctx, api_keys, audit, error::Result, mail, second_factors};

/// What only a former secret key can open or know again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// Authenticator apps and letters that wait; they are sealed anew soon after a start.
    pub sealed: u64,
    /// API keys that work; they are known by the former key until they are rotated.
    pub api_keys: u64,
    /// Entries of the audit log in chains that were bound under it; they cannot be checked without it.
    pub log_entries: u64,
}

/// Seals anew what former keys have sealed; gives how much that was.
pub async fn reseal(ctx: &Ctx) -> Result<u64> {
    if ctx.settings().former_secret_keys.is_empty() {
        return Ok(0);
    }
    Ok(second_factors::reseal(ctx).await? + mail::reseal(ctx).await?)
}

/// What the former keys are still needed for.
pub async fn needed(ctx: &Ctx) -> Result<Needed> {
    if ctx.settings().former_secret_keys.is_empty() {
        return Ok(Needed::default());
    }
    Ok(Needed {
        sealed: second_factors::count_sealed_before(ctx).await?
            + mail::count_sealed_before(ctx).await?,
        api_keys: api_keys::count_of_former_key(ctx).await?,
        log_entries: audit::count_of_former_key(ctx).await?,
    })
}
