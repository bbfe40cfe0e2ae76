//! The primary ownership of an organization goes to another member.

use contract::{Code, MembershipId, OrganizationId, Permission, Problem, Role};
use serde_json::json;

use super::{hold_for, letters, store};
use crate::{
    Actor, Ctx, InOrg, accounts,
    audit::{self, Event, Subject},
    error::Result,
    mail, members, sessions,
};

/// Makes an active member the primary owner, in one act; whoever was it stays an owner. For owners, with a fresh proof of
/// identity. Both are told by mail.
pub async fn transfer(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    to: MembershipId,
) -> Result<InOrg> {
    actor.in_person()?;
    let tx = ctx.begin().await?;
    let held = hold_for(&tx, actor, id, Permission::TransferOwnership).await?;
    sessions::require_fresh(ctx, actor)?;
    let heir = members::find(tx.db(), &held, to)
        .await?
        .ok_or(Problem::new(Code::NotFound).on("memberId"))?;
    if heir.is_primary_owner {
        return Err(Problem::new(Code::AlreadyOwner).on("memberId").into());
    }
    // Held, so that nobody suspends the heir meanwhile.
    let account = accounts::lock(&tx, heir.person.id).await?;
    if account.is_none_or(|account| account.is_suspended) {
        return Err(Problem::new(Code::MemberInactive).on("memberId").into());
    }
    // The person before the membership: whoever edits their profile locks in this order too.
    store::name_owner(&tx, ctx, id, heir.person.id).await?;
    members::set_role(&tx, to, Role::Owner).await?;
    let before = held.organization.owner_id;
    let event = Event::new("organization.transferred", Subject::Organization(id)).changing(
        json!({ "owner": before }),
        json!({ "owner": heir.person.id }),
    );
    audit::record(&tx, ctx, actor, event).await?;
    for owner in letters::owners(&tx, id).await? {
        let letter = if owner.id == heir.person.id {
            letters::received(ctx, &owner, &held.organization)?
        } else if owner.id == before {
            letters::handed_over(ctx, &owner, &held.organization, heir.person.display_name())?
        } else {
            continue;
        };
        mail::queue(&tx, ctx, &owner.email, &letter).await?;
    }
    let after = store::hold(&tx, actor, id).await?;
    tx.commit().await?;
    Ok(after)
}
