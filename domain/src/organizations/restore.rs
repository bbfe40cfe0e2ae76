//! An owner restores a deleted organization.

use contract::{Code, OrganizationId, Permission};

use super::{letters, store};
use crate::{
    Actor, Ctx, InOrg,
    audit::{self, Event, Subject},
    error::Result,
    mail, verification,
};

/// Takes the deletion back, until 30 days are over: from then on it is purged piece by piece, and there is nothing whole to
/// restore. Invitations that ended stay ended.
pub async fn restore(ctx: &Ctx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    actor.signed_in()?;
    let tx = ctx.begin().await?;
    let held = store::hold(&tx, actor, id).await?;
    held.require(Permission::DeleteOrganization)?;
    if held.organization.deleted_at.is_none() {
        return Err(Code::NotPendingDeletion.into());
    }
    if held.organization.is_gone(ctx.now()) {
        return Err(Code::NotFound.into());
    }
    store::set_deleted(&tx, ctx, id, None).await?;
    let event = Event::new("organization.restored", Subject::Organization(id));
    audit::record(&tx, ctx, actor, event).await?;
    let after = store::hold(&tx, actor, id).await?;
    for owner in letters::owners(&tx, id).await? {
        let letter = letters::restored(ctx, &owner, &after.organization)?;
        mail::queue(&tx, ctx, &owner.email, &letter).await?;
    }
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}
