//! An owner, or staff, restore a deleted organization.

use contract::{Code, Organization, OrganizationId, Permission};
use serde_json::json;

use super::{letters, store};
use crate::{
    Actor, Ctx, InOrg, admin,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, verification,
};

/// Takes the deletion back, until 30 days are over: from then on it is purged piece by piece, and there is nothing whole to
/// restore. Invitations that ended stay ended.
pub async fn restore(ctx: &Ctx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    actor.in_person()?;
    let tx = ctx.begin().await?;
    let held = store::hold(&tx, actor, id).await?;
    held.require(Permission::DeleteOrganization)?;
    let event = Event::new("organization.restored", Subject::Organization(id));
    bring_back(&tx, ctx, actor, &held.organization, event).await?;
    let after = store::hold(&tx, actor, id).await?;
    tell_owners(&tx, ctx, &after.organization).await?;
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}

/// The same for staff, who are no members. Refused: `NOT_FOUND`, `NOT_PENDING_DELETION`, and what [`crate::admin`] refuses.
pub async fn restore_as_staff(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    reason: &str,
) -> Result<Organization> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let before = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    let event = Event::new("organization.restored", Subject::Organization(id))
        .with(json!({ "reason": reason }));
    bring_back(&tx, ctx, actor, &before, event).await?;
    let after = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    tell_owners(&tx, &admin::without_place(ctx), &after).await?;
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}

async fn bring_back(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    organization: &Organization,
    event: Event,
) -> Result<()> {
    if organization.deleted_at.is_none() {
        return Err(Code::NotPendingDeletion.into());
    }
    if organization.is_gone(ctx.now()) {
        return Err(Code::NotFound.into());
    }
    store::set_deleted(tx, ctx, organization.id, None).await?;
    audit::record(tx, ctx, actor, event).await
}

async fn tell_owners(tx: &Tx, ctx: &Ctx, organization: &Organization) -> Result<()> {
    for owner in letters::owners(tx, organization.id).await? {
        let letter = letters::restored(ctx, &owner, organization)?;
        mail::queue(tx, ctx, &owner.email, &letter).await?;
    }
    Ok(())
}
