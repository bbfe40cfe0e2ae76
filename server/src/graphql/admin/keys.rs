//! Keys of all organizations, in the schema.

use async_graphql::SimpleObject;
use contract::admin::{KeyRow, OrganizationName};

use crate::graphql::{acting::Acting, api_keys::ApiKey};

/// The name of an organization.
#[derive(Debug, SimpleObject)]
pub(super) struct AdminOrganizationName {
    /// Begins with `org_`.
    id: async_graphql::ID,
    /// The slug, which is the part of its address after `/o/`.
    slug: String,
    /// Its name.
    name: String,
}

impl From<&OrganizationName> for AdminOrganizationName {
    fn from(organization: &OrganizationName) -> Self {
        Self {
            id: organization.id.to_string().into(),
            slug: organization.slug.clone(),
            name: organization.name.clone(),
        }
    }
}

/// A key as staff see it, and the organization it belongs to.
#[derive(Debug, SimpleObject)]
pub(super) struct AdminApiKey {
    /// The key. Its `organization`, `quota` and `usage` are null for whoever is not a member.
    api_key: ApiKey,
    /// The organization it belongs to.
    organization: AdminOrganizationName,
}

impl AdminApiKey {
    pub(super) fn of(acting: &Acting, row: &KeyRow) -> Self {
        Self {
            api_key: ApiKey::of(acting, &row.key),
            organization: (&row.organization).into(),
        }
    }
}
