//! Finding an organization.

use async_graphql::{Context, Object};

use super::Organization;
use crate::graphql::{acting::Acting, errors::Field};

/// Questions about organizations.
#[derive(Debug, Default)]
pub(in crate::graphql) struct OrganizationQueries;

#[Object]
impl OrganizationQueries {
    /// The organization of this slug, or that had it within 90 days. Null for whoever is not a member of it, as if it did not
    /// exist.
    async fn organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The slug, in upper or lower case.")] slug: String,
    ) -> Field<Organization> {
        let acting = Acting::of(context);
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let found = domain::organizations::find(ctx, &actor, &slug).await;
        acting.seen(found.map(Organization::from))
    }

    /// Whether a new organization can have this slug: false for one that is taken, that was given up within 90 days, that is
    /// reserved, or that cannot be one. For signed-in people.
    async fn organization_slug_available(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The slug to check.")] slug: String,
    ) -> Field<bool> {
        let acting = Acting::of(context);
        let checked = domain::organizations::check_slug(acting.ctx(), &acting.actor(), &slug).await;
        let settled = acting.settle(checked);
        Some(settled.map(|settled| settled.made.is_some()))
    }
}
