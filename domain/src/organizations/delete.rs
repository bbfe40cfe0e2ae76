//! An owner deletes an organization; for 30 days any owner can restore it.

use contract::{Code, Organization, OrganizationId, Permission, Problem};
use serde_json::json;

use super::{hold_for, letters, store};
use crate::{
    Actor, Ctx, InOrg,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    invitations, mail, sessions, verification,
};

/// Marks the organization as deleted. `typed` is its slug, as proof that this one is meant. From then on it can only be
/// read, open invitations end, and 30 days later it is purged.
pub async fn delete(ctx: &Ctx, actor: &Actor, id: OrganizationId, typed: &str) -> Result<InOrg> {
    actor.signed_in()?;
    let tx = ctx.begin().await?;
    let held = hold_for(&tx, actor, id, Permission::DeleteOrganization).await?;
    sessions::require_fresh(ctx, actor)?;
    if typed.trim() != held.organization.slug {
        return Err(Problem::new(Code::ConfirmationWrong).on("slug").into());
    }
    mark_deleted(&tx, ctx, actor, &held.organization).await?;
    let after = store::hold(&tx, actor, id).await?;
    for owner in letters::owners(&tx, id).await? {
        let letter = letters::deleted(ctx, &owner, &after.organization)?;
        mail::queue(&tx, ctx, &owner.email, &letter).await?;
    }
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}

/// Marks a held organization as deleted, and ends its open invitations. Whoever calls this forgets its keys
/// ([`verification::forget_organization`]) after the transaction.
pub(crate) async fn mark_deleted(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    organization: &Organization,
) -> Result<()> {
    let id = organization.id;
    store::set_deleted(tx, ctx, id, Some(ctx.now())).await?;
    let ended = invitations::revoke_open(tx, ctx, id).await?;
    let event = Event::new("organization.deleted", Subject::Organization(id))
        .with(json!({ "slug": organization.slug, "invitations_ended": ended }));
    audit::record(tx, ctx, actor, event).await
}
