//! Reading organizations.

use contract::{
    Code, Organization, OrganizationId, Problem, Slug, Timestamp,
    organizations::OwnOrganization,
    page::{Page, PageRequest},
};

use super::store;
use crate::{Actor, Ctx, InOrg, error::Result, paging::Window};

/// How many organizations a switcher lists; whoever is in more finds the rest by their address.
const MOST_LISTED: u64 = 200;

/// Whether a new organization can have this slug.
pub async fn check_slug(ctx: &Ctx, actor: &Actor, text: &str) -> Result<Slug> {
    actor.signed_in()?;
    let slug = Slug::parse(text).map_err(|problem| problem.on("slug"))?;
    if store::is_slug_free(ctx.read(), ctx, &slug).await? {
        Ok(slug)
    } else {
        Err(Problem::new(Code::SlugTaken).on("slug").into())
    }
}

/// All organizations, the deleted among them, oldest first: `most` (at most 1,000) after the one that `after` names; for
/// operators.
pub async fn list(
    ctx: &Ctx,
    actor: &Actor,
    after: Option<OrganizationId>,
    most: u64,
) -> Result<Vec<Organization>> {
    actor.operator()?;
    store::list(ctx.read(), after, most.min(1_000)).await
}

/// The person's organizations, the last used one first; at most 200.
pub async fn list_own(ctx: &Ctx, actor: &Actor) -> Result<Vec<OwnOrganization>> {
    store::list_own(ctx.read(), actor.signed_in()?.user_id, MOST_LISTED).await
}

/// The organization that the person used last, where there is one that is not deleted.
pub async fn last_used(ctx: &Ctx, actor: &Actor) -> Result<Option<OwnOrganization>> {
    let own = list_own(ctx, actor).await?;
    Ok(own
        .into_iter()
        .find(|own| own.organization.deleted_at.is_none()))
}

/// A membership of whoever asks, with the proof of it.
#[derive(Clone, Debug)]
pub struct OwnMembership {
    pub in_org: InOrg,
    pub joined_at: Timestamp,
    /// When the person last opened the organization, to the nearest few minutes.
    pub last_active_at: Option<Timestamp>,
}

/// The person's memberships in the order of joining.
pub async fn page_own(
    ctx: &Ctx,
    actor: &Actor,
    request: &PageRequest,
) -> Result<Page<OwnMembership>> {
    let user_id = actor.signed_in()?.user_id;
    let window = Window::open(ctx, format!("memberships of {user_id}"), request)?;
    let rows = store::page_own(ctx.read(), user_id, &window).await?;
    Ok(window.page(ctx, rows, |own| own.in_org.membership_id.0))
}

/// How many organizations the person is in.
pub async fn count_own(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    store::count_own(ctx.read(), actor.signed_in()?.user_id).await
}
