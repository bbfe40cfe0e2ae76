//! Invitations of organizations.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use contract::{
    invitations::Invitation,
    page::{Page, PageRequest},
};
use domain::{Result, invitations};

use super::{Reader, viewers};
use crate::graphql::{errors::FieldError, organizations::Organization};

/// A page of the invitations of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct InvitationsOf(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) PageRequest,
);

/// How many invitations the list of an organization has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct CountInvitations(pub(in crate::graphql) Organization);

impl Loader<InvitationsOf> for Reader {
    type Value = Result<Arc<Page<Invitation>>, FieldError>;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[InvitationsOf],
    ) -> Result<HashMap<InvitationsOf, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load invitations");
        let asked: Vec<_> = keys
            .iter()
            .map(|InvitationsOf(organization, page)| (organization.in_org(), page))
            .collect();
        let pages = invitations::first_pages(self.acting.ctx(), &asked).await;
        self.pages(keys, pages)
    }
}

impl Loader<CountInvitations> for Reader {
    type Value = Result<u64, FieldError>;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[CountInvitations],
    ) -> Result<HashMap<CountInvitations, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load counts of invitations");
        let viewers = viewers(keys.iter().map(|key| &key.0));
        let counts = invitations::count_many(self.acting.ctx(), &viewers).await;
        self.outcomes(keys, counts)
    }
}
