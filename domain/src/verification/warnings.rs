//! Letters about quotas that run out.

use contract::{ApiKeyId, OrganizationId, accounts::Notification};

use super::store;
use crate::{Ctx, api_keys, error::Result, mail, organizations};

/// That a share of a quota was reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Warning {
    pub(super) organization_id: OrganizationId,
    pub(super) key_id: Option<ApiKeyId>,
    pub(super) month: i32,
    pub(super) percent: i16,
    pub(super) limit: i64,
}

/// Writes to the owners of organizations and keys whose quota runs out, once for each share and month.
pub(super) async fn send_all(ctx: &Ctx) -> Result<()> {
    let journal = &ctx.gate().journal;
    // Forgotten only when it is sent: who is stopped in between, or fails, does so once more.
    while let Some(warning) = journal.next_warning() {
        send(ctx, warning).await?;
        journal.forget_warning();
    }
    Ok(())
}

async fn send(ctx: &Ctx, warning: Warning) -> Result<()> {
    let tx = ctx.begin().await?;
    // The organization first, as whoever changes a quota does.
    let Some(organization) = organizations::lock(&tx, warning.organization_id).await? else {
        return Ok(());
    };
    let subject = warning.key_id.map_or(warning.organization_id.0, |id| id.0);
    if !store::set_warned(&tx, subject, warning.month, warning.percent).await? {
        return Ok(());
    }
    let key = match warning.key_id {
        Some(id) => api_keys::find(&tx, ctx, id).await?,
        None => None,
    };
    for owner in organizations::owners_who_want(&tx, organization.id, Notification::Usage).await? {
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
