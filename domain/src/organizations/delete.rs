//! An owner, or staff, delete an organization; for 30 days any owner can restore it.

use contract::{Code, Organization, OrganizationId, Permission, Problem};
use serde_json::json;

use super::{hold_for, letters, store};
use crate::{
    Actor, Ctx, InOrg, admin,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    invitations, mail, sessions, verification,
};

/// Marks the organization as deleted. `typed` is its slug, as proof that this one is meant. From then on it can only be
/// read, open invitations end, and 30 days later it is purged.
pub async fn delete(ctx: &Ctx, actor: &Actor, id: OrganizationId, typed: &str) -> Result<InOrg> {
    actor.in_person()?;
    let tx = ctx.begin().await?;
    let held = hold_for(&tx, actor, id, Permission::DeleteOrganization).await?;
    sessions::require_fresh(ctx, actor)?;
    if typed.trim() != held.organization.slug {
        return Err(Problem::new(Code::ConfirmationWrong).on("slug").into());
    }
    mark_deleted(&tx, ctx, actor, &held.organization, None).await?;
    let after = store::hold(&tx, actor, id).await?;
    tell_owners(&tx, ctx, &after.organization).await?;
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}

/// The same for staff, who are no members: owners can restore it as if one of them had deleted it. Refused: `NOT_FOUND`,
/// `PENDING_DELETION` for one that is deleted already, and what [`crate::admin`] refuses.
pub async fn delete_as_staff(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    reason: &str,
) -> Result<Organization> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let before = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    if before.deleted_at.is_some() {
        return Err(Code::PendingDeletion.into());
    }
    mark_deleted(&tx, ctx, actor, &before, Some(&reason)).await?;
    let after = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    tell_owners(&tx, &admin::without_place(ctx), &after).await?;
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}

async fn tell_owners(tx: &Tx, ctx: &Ctx, organization: &Organization) -> Result<()> {
    for owner in letters::owners(tx, organization.id).await? {
        let letter = letters::deleted(ctx, &owner, organization)?;
        mail::queue(tx, ctx, &owner.email, &letter).await?;
    }
    Ok(())
}

/// Marks a held organization as deleted, and ends its open invitations; with a reason where one was asked for. Whoever calls this forgets its keys
/// ([`verification::forget_organization`]) after the transaction.
pub(crate) async fn mark_deleted(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    organization: &Organization,
    reason: Option<&str>,
) -> Result<()> {
    let id = organization.id;
    store::set_deleted(tx, ctx, id, Some(ctx.now())).await?;
    let ended = invitations::revoke_open(tx, ctx, id).await?;
    let mut told = json!({ "slug": organization.slug, "invitations_ended": ended });
    if let Some(reason) = reason {
        told["reason"] = reason.into();
    }
    let event = Event::new("organization.deleted", Subject::Organization(id)).with(told);
    audit::record(tx, ctx, actor, event).await
}
