//! What staff see of people and organizations beyond what lists tell.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use contract::{
    OrganizationId, UserId,
    admin::{OrganizationDetail, UserDetail},
};
use domain::admin;

use super::Reader;
use crate::graphql::errors::FieldError;

/// All facts of a person, for staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct UserDetails(pub(in crate::graphql) UserId);

/// All facts of an organization, for staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct OrganizationDetails(pub(in crate::graphql) OrganizationId);

impl Loader<UserDetails> for Reader {
    type Value = UserDetail;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[UserDetails],
    ) -> Result<HashMap<UserDetails, UserDetail>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load people for staff");
        let ids: Vec<UserId> = keys.iter().map(|key| key.0).collect();
        let read = admin::users::load(self.acting.ctx(), &self.acting.actor(), &ids).await;
        let found = self.acting.seen(read).transpose()?.unwrap_or_default();
        let keyed = found.into_iter();
        Ok(keyed
            .map(|(id, detail)| (UserDetails(id), detail))
            .collect())
    }
}

impl Loader<OrganizationDetails> for Reader {
    type Value = OrganizationDetail;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[OrganizationDetails],
    ) -> Result<HashMap<OrganizationDetails, OrganizationDetail>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load organizations for staff");
        let ids: Vec<OrganizationId> = keys.iter().map(|key| key.0).collect();
        let (ctx, actor) = (self.acting.ctx(), self.acting.actor());
        let read = admin::organizations::load(ctx, &actor, &ids).await;
        let found = self.acting.seen(read).transpose()?.unwrap_or_default();
        let keyed = found.into_iter();
        Ok(keyed
            .map(|(id, detail)| (OrganizationDetails(id), detail))
            .collect())
    }
}
