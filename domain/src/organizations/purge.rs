//! What was deleted 30 days ago goes for good.

use contract::{Organization, OrganizationId};

use super::store;
use crate::{
    Actor, Ctx, api_keys,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    invitations, members, pictures, usage, verification,
};

/// Rows that one transaction deletes; other requests get their turn in between.
const AT_ONCE: u64 = 500;

/// Keys that one transaction deletes: each may have thousands of counts.
const KEYS_AT_ONCE: u64 = 20;

/// Organizations that one round looks at.
const MOST: u64 = 100;

/// Deletes the organizations whose time to be restored is over, piece by piece: a process that ends in between goes on at the
/// next start. Gives how many went; fails when all had their turn and one of them could not go.
pub(crate) async fn purge_due(ctx: &Ctx) -> Result<u64> {
    let (mut gone, mut failed) = (0, None);
    for id in store::find_due(ctx.read(), ctx.now(), MOST).await? {
        match purge(ctx, id).await {
            Ok(is_gone) => gone += u64::from(is_gone),
            // The others do not wait for this one.
            Err(error) => {
                tracing::error!(organization = %id, %error, "organizations: not purged");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(gone), Err)
}

/// Deletes one of them; `false` where it is not to go, or has gone meanwhile.
pub(crate) async fn purge(ctx: &Ctx, id: OrganizationId) -> Result<bool> {
    while delete_some(ctx, id).await? {}
    delete_rest(ctx, id).await
}

/// The organization, held, where it is still to go: between the look and the lock an owner may have restored it.
async fn hold_due(tx: &Tx, ctx: &Ctx, id: OrganizationId) -> Result<Option<Organization>> {
    let organization = store::lock(tx, id).await?;
    Ok(organization.filter(|organization| organization.is_gone(ctx.now())))
}

async fn delete_some(ctx: &Ctx, id: OrganizationId) -> Result<bool> {
    let tx = ctx.begin().await?;
    if hold_due(&tx, ctx, id).await?.is_none() {
        return Ok(false);
    }
    let rows = invitations::delete_some(&tx, id, AT_ONCE).await?
        + members::delete_some(&tx, id, AT_ONCE).await?
        + api_keys::delete_some(&tx, id, KEYS_AT_ONCE).await?
        + audit::unchain_some(&tx, id, AT_ONCE).await?;
    tx.commit().await?;
    Ok(rows > 0)
}

async fn delete_rest(ctx: &Ctx, id: OrganizationId) -> Result<bool> {
    let tx = ctx.begin().await?;
    let Some(organization) = hold_due(&tx, ctx, id).await? else {
        return Ok(false);
    };
    store::delete_row(&tx, id).await?;
    usage::forget(&tx, id, &[]).await?;
    if let Some(logo) = &organization.logo {
        pictures::delete(&tx, logo).await?;
    }
    let event = Event::new("organization.purged", Subject::Organization(id))
        .with(serde_json::json!({ "slug": organization.slug }));
    // What was written down since the last step would be left as a chain without an end.
    audit::unchain_some(&tx, id, AT_ONCE).await?;
    audit::end_chain(&tx, id).await?;
    audit::record_last(&tx, ctx, &Actor::Operator, event).await?;
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(true)
}
