//! Name and address of an organization are changed.

use contract::{OrganizationId, Permission, organizations::UpdateOrganization};
use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx, InOrg,
    audit::{self, Event, Subject},
    error::Result,
    sessions, verification,
};

/// Changes what is given and leaves the rest; what is the same already leaves no trace. Another address is for owners alone
/// and wants a fresh proof of identity; the old one redirects and is kept from others for 90 days.
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    input: UpdateOrganization,
) -> Result<InOrg> {
    actor.signed_in()?;
    let input = input.validate()?;
    let tx = ctx.begin().await?;
    let held = store::hold(&tx, actor, id).await?;
    let slug = input
        .slug
        .filter(|slug| slug.as_str() != held.organization.slug);
    held.require(match slug {
        Some(_) => Permission::ChangeSlug,
        None => Permission::UpdateOrganization,
    })?;
    held.require_live()?;
    let before = held.organization;
    let name = input.name.filter(|name| *name != before.name);
    if let Some(slug) = &slug {
        sessions::require_fresh(ctx, actor)?;
        store::change_slug(&tx, ctx, &before, slug).await?;
    }
    if let Some(name) = &name {
        store::set_name(&tx, ctx, id, name).await?;
    }
    let after = store::hold(&tx, actor, id).await?;
    if slug.is_none() && name.is_none() {
        return Ok(after);
    }
    let facts = |name: &str, slug: &str| json!({ "name": name, "slug": slug });
    let event = Event::new("organization.updated", Subject::Organization(id)).changing(
        facts(&before.name, &before.slug),
        facts(&after.organization.name, &after.organization.slug),
    );
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}
