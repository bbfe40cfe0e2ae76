//! Keys of organizations.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use domain::{
    Result,
    api_keys::{self, KeyFilter, ListKeys},
};

use super::Reader;
use crate::graphql::{api_keys::Keys, errors::FieldError, organizations::Organization};

/// A page of the keys of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct KeysOf(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) ListKeys,
);

/// How many keys of an organization a filter lets through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct CountKeys(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) KeyFilter,
);

impl Loader<KeysOf> for Reader {
    type Value = Result<Keys, FieldError>;
    type Error = FieldError;

    async fn load(&self, keys: &[KeysOf]) -> Result<HashMap<KeysOf, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load keys");
        let asked: Vec<_> = keys
            .iter()
            .map(|KeysOf(organization, input)| (organization.in_org(), input))
            .collect();
        let pages = api_keys::first_pages(self.acting.ctx(), &asked).await;
        self.pages(keys, pages)
    }
}

impl Loader<CountKeys> for Reader {
    type Value = Result<u64, FieldError>;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[CountKeys],
    ) -> Result<HashMap<CountKeys, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load counts of keys");
        let asked: Vec<_> = keys
            .iter()
            .map(|CountKeys(organization, filter)| (organization.in_org(), filter))
            .collect();
        let counts = api_keys::count_many(self.acting.ctx(), &asked).await;
        self.outcomes(keys, counts)
    }
}
