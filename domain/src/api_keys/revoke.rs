//! A key ends for good.

use contract::{
    ApiKeyId, Code, OrganizationId, Permission,
    api_keys::{ApiKey, LONGEST_REASON},
    text::one_line,
};
use serde_json::json;

use super::{hold, is_itself, letters, require_not_revoked, store};
use crate::{
    Actor, Ctx, admin,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, organizations, verification,
};

/// Refuses the key from now on and for ever. A key may do this to itself, whatever its scopes; and it may be done while the
/// organization waits to be purged.
pub async fn revoke(ctx: &Ctx, actor: &Actor, id: ApiKeyId, reason: &str) -> Result<ApiKey> {
    let (tx, held, row) = hold(ctx, actor, id, Permission::ManageKeys).await?;
    if !is_itself(&held, id) {
        held.require(Permission::ManageKeys)?;
    }
    let reason = one_line(reason, LONGEST_REASON).map_err(|problem| problem.on("reason"))?;
    require_not_revoked(&row)?;
    let after = end(&tx, ctx, actor, held.id(), id, &reason, false).await?;
    commit(tx, ctx, id).await?;
    Ok(after)
}

/// The same for staff, of any organization; its owners are told. Refused: `NOT_FOUND`, `KEY_REVOKED`, and what [`crate::admin`]
/// refuses.
pub async fn revoke_as_staff(
    ctx: &Ctx,
    actor: &Actor,
    id: ApiKeyId,
    reason: &str,
) -> Result<ApiKey> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let seen = store::find(tx.db(), id).await?.ok_or(Code::NotFound)?;
    // The organization first, as whoever changes a key does, and then the key as it is now.
    let organization = organizations::lock(&tx, OrganizationId(seen.organization_id))
        .await?
        .ok_or(Code::NotFound)?;
    let row = store::find(tx.db(), id).await?.ok_or(Code::NotFound)?;
    require_not_revoked(&row)?;
    let after = end(&tx, ctx, actor, organization.id, id, &reason, true).await?;
    let ground = admin::without_place(ctx);
    for owner in organizations::owners(&tx, organization.id).await? {
        let letter = letters::revoked_by_staff(&ground, &owner, &organization, &after)?;
        mail::queue(&tx, ctx, &owner.email, &letter).await?;
    }
    commit(tx, ctx, id).await?;
    Ok(after)
}

async fn end(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    organization: OrganizationId,
    id: ApiKeyId,
    reason: &str,
    by_staff: bool,
) -> Result<ApiKey> {
    store::set_revoked(tx, ctx, id, reason).await?;
    let event = Event::new("api_key.revoked", Subject::ApiKey(id))
        .within(organization)
        .with(json!({ "reason": reason, "by_staff": by_staff }));
    audit::record(tx, ctx, actor, event).await?;
    let after = store::get(tx.db(), ctx.now(), id).await?;
    after.ok_or_else(|| Code::NotFound.into())
}

async fn commit(tx: Tx, ctx: &Ctx, id: ApiKeyId) -> Result<()> {
    let hashes = store::hashes(tx.db(), &[id.0]).await?;
    tx.commit().await?;
    verification::forget(ctx, &hashes);
    Ok(())
}
