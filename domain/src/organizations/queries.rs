//! Reading organizations.

use contract::{
    Code, MembershipId, Organization, OrganizationId, Problem, Role, Slug, Timestamp, UserId,
    organizations::OwnOrganization,
    page::{Page, PageRequest},
};

use super::{
    admit::{Standing, admit_each},
    store,
};
use crate::{Actor, Ctx, InOrg, admin, error::Result, paging::Window, second_factors};

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
/// operators and staff.
pub async fn list(
    ctx: &Ctx,
    actor: &Actor,
    after: Option<OrganizationId>,
    most: u64,
) -> Result<Vec<Organization>> {
    admin::look(ctx, actor).await?;
    store::list(ctx.read(), after, most.min(1_000)).await
}

/// The id of the organization with a slug; for operators and staff.
pub async fn id_of(ctx: &Ctx, actor: &Actor, slug: &str) -> Result<OrganizationId> {
    admin::look(ctx, actor).await?;
    let slug = slug.to_ascii_lowercase();
    // Not all text can be compared on every database.
    let found = if Slug::has_the_shape(&slug) {
        store::find_id(ctx.read(), &slug).await?
    } else {
        None
    };
    found.ok_or_else(|| Problem::new(Code::NotFound).on("slug").into())
}

/// The person's organizations, the last used one first; at most 200.
pub async fn list_own(ctx: &Ctx, actor: &Actor) -> Result<Vec<OwnOrganization>> {
    store::list_own(ctx.read(), actor.signed_in()?.user_id, MOST_LISTED).await
}

/// The organization that the person used last, where there is one that is not deleted and does not keep them out.
pub async fn last_used(ctx: &Ctx, actor: &Actor) -> Result<Option<OwnOrganization>> {
    let user_id = actor.signed_in()?.user_id;
    let mut own = list_own(ctx, actor).await?;
    own.retain(|own| {
        own.organization.deleted_at.is_none() && own.organization.suspended_at.is_none()
    });
    let needs = |own: &OwnOrganization| own.organization.needs_second_factor(ctx.now());
    if own.first().is_some_and(needs) && !second_factors::is_any_on(ctx.read(), user_id).await? {
        own.retain(|own| !needs(own));
    }
    Ok(own.into_iter().next())
}

/// The organization of a slug as it stands in the list of the person's own, which shows it also to who is kept out: enough to
/// leave it.
pub async fn find_own(ctx: &Ctx, actor: &Actor, slug: &str) -> Result<OwnOrganization> {
    let user_id = actor.signed_in()?.user_id;
    let slug = slug.to_ascii_lowercase();
    // Not all text can be compared on every database.
    if !Slug::has_the_shape(&slug) {
        return Err(Code::NotFound.into());
    }
    let found = store::find_by_slug(ctx.read(), user_id, &slug).await?;
    let found = found.ok_or(Code::NotFound)?;
    Ok(OwnOrganization {
        organization: found.organization,
        role: found.role,
    })
}

/// The person's organizations that ask for a second factor, now or later, by name; at most 200. Who removes the last one that
/// they have is kept out of these.
pub async fn list_needing_second_factor(ctx: &Ctx, actor: &Actor) -> Result<Vec<Organization>> {
    let user_id = actor.signed_in()?.user_id;
    store::list_needing_second_factor(ctx.read(), user_id, MOST_LISTED).await
}

/// A membership of whoever asks. That it is there, and where, is seen also by who is kept out.
#[derive(Clone, Debug)]
pub struct OwnMembership {
    pub id: MembershipId,
    pub user_id: UserId,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub organization_slug: String,
    pub role: Role,
    /// Whether this is the owner that the organization names.
    pub is_primary_owner: bool,
    /// The proof of it; `None` while the organization keeps the person out.
    pub in_org: Option<InOrg>,
    pub joined_at: Timestamp,
    /// When the person last opened the organization, to the nearest few minutes.
    pub last_active_at: Option<Timestamp>,
}

impl OwnMembership {
    fn of(standing: Standing, in_org: Option<InOrg>) -> Self {
        let organization = standing.organization;
        Self {
            id: standing.membership_id,
            user_id: standing.user_id,
            organization_id: organization.id,
            organization_name: organization.name,
            organization_slug: organization.slug,
            role: standing.role,
            is_primary_owner: organization.owner_id == standing.user_id,
            in_org,
            joined_at: standing.joined_at,
            last_active_at: standing.last_active_at,
        }
    }
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
    let admitted = admit_each(ctx.read(), ctx.now(), rows.clone()).await?;
    let own = |(standing, proof): (_, Result<_>)| OwnMembership::of(standing, proof.ok());
    let rows = rows.into_iter().zip(admitted).map(own).collect();
    Ok(window.page(ctx, rows, |own: &OwnMembership| own.id.0))
}

/// How many organizations the person is in.
pub async fn count_own(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    store::count_own(ctx.read(), actor.signed_in()?.user_id).await
}
