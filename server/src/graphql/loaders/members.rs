//! Members of organizations.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use contract::{
    members::{ListMembers, Member, MemberFilter, Person},
    page::Page,
};
use domain::{Result, members};

use super::{Reader, viewers};
use crate::graphql::{errors::FieldError, organizations::Organization};

/// A page of the members of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct MembersOf(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) ListMembers,
);

/// How many members of an organization a filter lets through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct CountMembers(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) MemberFilter,
);

/// The primary owner of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct OwnerOf(pub(in crate::graphql) Organization);

impl Loader<MembersOf> for Reader {
    type Value = Result<Arc<Page<Member>>, FieldError>;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[MembersOf],
    ) -> Result<HashMap<MembersOf, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load members");
        let asked: Vec<_> = keys
            .iter()
            .map(|MembersOf(organization, input)| members::FirstMembers {
                viewer: organization.in_org(),
                input,
            })
            .collect();
        let pages = members::first_pages(self.acting.ctx(), &asked).await;
        self.pages(keys, pages)
    }
}

impl Loader<CountMembers> for Reader {
    type Value = Result<u64, FieldError>;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[CountMembers],
    ) -> Result<HashMap<CountMembers, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load counts of members");
        let asked: Vec<_> = keys
            .iter()
            .map(|CountMembers(organization, filter)| (organization.in_org(), filter))
            .collect();
        let counts = members::count_many(self.acting.ctx(), &asked).await;
        self.outcomes(keys, counts)
    }
}

impl Loader<OwnerOf> for Reader {
    type Value = Person;
    type Error = FieldError;

    async fn load(&self, keys: &[OwnerOf]) -> Result<HashMap<OwnerOf, Person>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load owners");
        let viewers = viewers(keys.iter().map(|key| &key.0));
        let found = members::primary_owners(self.acting.ctx(), &viewers).await;
        let found = found.map_err(|error| self.error(&error))?;
        let owner = |key: &OwnerOf| Some((key.clone(), found.get(&key.0.in_org().id())?.clone()));
        Ok(keys.iter().filter_map(owner).collect())
    }
}
