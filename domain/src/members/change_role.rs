//! A member gets another role.

use contract::{Code, MembershipId, Permission, Role, members::Member};
use serde_json::json;

use super::{keep_an_owner, letters, store};
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    error::Result,
    mail, organizations,
};

/// Gives a member another role; the same one leaves no trace. People may lower themselves. The member is told by mail. Refused to staff
/// who act as somebody else: an admin of their choice would stay when they have gone.
pub async fn change_role(ctx: &Ctx, actor: &Actor, id: MembershipId, role: Role) -> Result<Member> {
    actor.refuse_impersonation()?;
    let seen = super::organization_of(ctx, actor, id).await?;
    let tx = ctx.begin().await?;
    let held = organizations::hold(&tx, actor, seen.id()).await?;
    held.require_live()?;
    let member = store::find(tx.db(), &held, id)
        .await?
        .ok_or(Code::NotFound)?;
    let is_self = member.person.id == held.user_id();
    if is_self && role <= held.role() {
        // Whoever may not change others may still step down.
        held.require(Permission::ReadMembers)?;
    } else {
        held.role().may_change(member.role, role)?;
    }
    if member.role == role {
        return Ok(member);
    }
    if member.role == Role::Owner {
        keep_an_owner(&tx, ctx, held.organization(), member.person.id).await?;
    }
    if role == Role::Owner {
        // Not while the person is being suspended, so that no organization relies on an owner who cannot sign in.
        accounts::lock(&tx, member.person.id).await?;
    }
    store::set_role(&tx, id, role).await?;
    let event = Event::new("member.role_changed", Subject::User(member.person.id))
        .within(held.id())
        .changing(json!({ "role": member.role }), json!({ "role": role }));
    audit::record(&tx, ctx, actor, event).await?;
    if !is_self && let Some((to, zone)) = letters::receiver(&tx, member.person.id).await? {
        let letter = letters::role_changed(ctx, held.organization(), role, &zone)?;
        mail::queue(&tx, ctx, &to, &letter).await?;
    }
    let held = organizations::hold(&tx, actor, held.id()).await?;
    let after = store::find(tx.db(), &held, id)
        .await?
        .ok_or(Code::NotFound)?;
    tx.commit().await?;
    Ok(after)
}
