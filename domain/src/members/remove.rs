//! A member is removed by another.

use contract::{Code, MembershipId, Permission};
use serde_json::json;

use super::{leave, letters, store, take_out};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    mail, organizations,
};

/// Takes a member of at most one's own role out of the organization, from the next request on, and tells them by mail.
/// Removing oneself is leaving.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: MembershipId) -> Result<()> {
    actor.refuse_impersonation()?;
    let seen = super::organization_of(ctx, actor, id).await?;
    if seen.membership_id() == id {
        return leave(ctx, actor, seen.id()).await;
    }
    let tx = ctx.begin().await?;
    let held = organizations::hold_for(&tx, actor, seen.id(), Permission::RemoveMembers).await?;
    let member = store::find(tx.db(), &held, id)
        .await?
        .ok_or(Code::NotFound)?;
    held.role().may_touch(member.role)?;
    take_out(&tx, ctx, &held, &member).await?;
    let event = Event::new("member.removed", Subject::User(member.person.id))
        .within(held.id())
        .changing(json!({ "role": member.role }), json!(null));
    audit::record(&tx, ctx, actor, event).await?;
    if let Some((to, zone)) = letters::receiver(&tx, member.person.id).await? {
        let letter = letters::removed(ctx, held.organization(), &zone)?;
        mail::queue(&tx, ctx, &to, &letter).await?;
    }
    tx.commit().await
}
