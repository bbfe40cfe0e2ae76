//! A person leaves an organization.

use contract::{Code, OrganizationId};
use serde_json::json;

use super::{store, take_out};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    organizations,
};

/// Ends one's own membership, also of who is kept out for want of a second factor; the last owner stays.
pub async fn leave(ctx: &Ctx, actor: &Actor, id: OrganizationId) -> Result<()> {
    actor.in_person()?;
    let tx = ctx.begin().await?;
    let held = organizations::hold_to_leave(&tx, actor, id).await?;
    held.require_live()?;
    let member = store::find(tx.db(), &held, held.membership_id())
        .await?
        .ok_or(Code::NotFound)?;
    take_out(&tx, ctx, &held, &member).await?;
    let event = Event::new("member.left", Subject::User(member.person.id))
        .within(id)
        .changing(json!({ "role": member.role }), json!(null));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await
}
