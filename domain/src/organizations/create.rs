//! A person makes an organization and owns it.

use contract::{OrganizationId, Role, organizations::CreateOrganization};
use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx, InOrg,
    audit::{self, Event, Subject},
    error::Result,
    members,
    throttles::Rate,
};

/// Organizations made by one person: 100, then one each minute.
const BY_PERSON: Rate = Rate {
    name: "organization_create",
    burst: 100,
    period_seconds: 60,
};

/// Makes an organization whose only member and primary owner is the person. (Whoever is signed in has proved an address.)
pub async fn create(ctx: &Ctx, actor: &Actor, input: CreateOrganization) -> Result<InOrg> {
    let user_id = actor.signed_in()?.user_id;
    let input = input.validate()?;
    let tx = ctx.begin().await?;
    BY_PERSON.take(&tx, ctx.now(), &user_id.to_string()).await?;
    let made = store::insert(&tx, ctx, &input.name, &input.slug, user_id).await?;
    let id: OrganizationId = made.id;
    members::add(&tx, ctx, id, user_id, Role::Owner).await?;
    let event = Event::new("organization.created", Subject::Organization(id))
        .with(json!({ "name": made.name, "slug": made.slug }));
    audit::record(&tx, ctx, actor, event).await?;
    let held = store::hold(&tx, actor, id).await?;
    tx.commit().await?;
    Ok(held)
}
