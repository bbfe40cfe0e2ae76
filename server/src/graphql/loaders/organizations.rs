//! Organizations of the caller.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use contract::OrganizationId;
use domain::{InOrg, Result, organizations};

use super::Reader;
use crate::graphql::{errors::FieldError, organizations::Organization};

/// Organizations that the caller is a member of; one that keeps the caller out is refused for itself.
impl Loader<OrganizationId> for Reader {
    type Value = Result<Organization, FieldError>;
    type Error = FieldError;

    async fn load(
        &self,
        ids: &[OrganizationId],
    ) -> Result<HashMap<OrganizationId, Self::Value>, FieldError> {
        tracing::debug!(count = ids.len(), "graphql.load organizations");
        let found = organizations::load(self.acting.ctx(), &self.acting.actor(), ids).await;
        let found = found.map_err(|error| self.error(&error))?;
        let told = |outcome: Result<InOrg>| {
            let entered = outcome.map(Organization::from);
            entered.map_err(|error| self.error(&error))
        };
        let told = |(id, outcome)| (id, told(outcome));
        Ok(found.into_iter().map(told).collect())
    }
}
