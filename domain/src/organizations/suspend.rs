//! Staff suspend an organization, or lift that.

use contract::{Code, Organization, OrganizationId};
use serde_json::json;

use super::{letters, store};
use crate::{
    Actor, Ctx, admin,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, verification,
};

/// Suspends an organization: its keys are refused at once, and members are kept out, who can do nothing but leave. Nothing of it
/// goes, and its owners are told. What is suspended already leaves no trace. Refused: `NOT_FOUND`, and what [`crate::admin`]
/// refuses.
pub async fn suspend(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    reason: &str,
) -> Result<Organization> {
    set(ctx, actor, id, reason, true).await
}

/// Lifts the suspension: everything is as it was. Refused like [`suspend`].
pub async fn unsuspend(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    reason: &str,
) -> Result<Organization> {
    set(ctx, actor, id, reason, false).await
}

async fn set(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    reason: &str,
    is_suspended: bool,
) -> Result<Organization> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let before = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    if before.suspended_at.is_some() == is_suspended {
        return Ok(before);
    }
    store::set_suspended(&tx, ctx, id, is_suspended.then(|| ctx.now())).await?;
    let action = if is_suspended {
        "organization.suspended"
    } else {
        "organization.unsuspended"
    };
    let event = Event::new(action, Subject::Organization(id)).with(json!({ "reason": reason }));
    audit::record(&tx, ctx, actor, event).await?;
    let after = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    tell_owners(&tx, &admin::without_place(ctx), &after).await?;
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}

async fn tell_owners(tx: &Tx, ctx: &Ctx, organization: &Organization) -> Result<()> {
    for owner in letters::owners(tx, organization.id).await? {
        let letter = if organization.suspended_at.is_some() {
            letters::suspended(ctx, &owner, organization)?
        } else {
            letters::unsuspended(ctx, &owner, organization)?
        };
        mail::queue(tx, ctx, &owner.email, &letter).await?;
    }
    Ok(())
}
