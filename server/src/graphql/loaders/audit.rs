//! Logs of organizations.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use contract::page::Page;
use domain::{
    Result,
    audit::{self, AuditFilter, Entry, ListAudit},
};

use super::Reader;
use crate::graphql::{errors::FieldError, organizations::Organization};

/// A page of the log of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct AuditOf(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) ListAudit,
);

/// How many entries of the log of an organization a filter lets through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct CountAudit(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) AuditFilter,
);

impl Loader<AuditOf> for Reader {
    type Value = Result<Arc<Page<Entry>>, FieldError>;
    type Error = FieldError;

    async fn load(&self, keys: &[AuditOf]) -> Result<HashMap<AuditOf, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load logs");
        let asked: Vec<_> = keys
            .iter()
            .map(|AuditOf(organization, input)| (organization.in_org(), input))
            .collect();
        let pages = audit::first_pages(self.acting.ctx(), &asked).await;
        self.pages(keys, pages)
    }
}

impl Loader<CountAudit> for Reader {
    type Value = Result<u64, FieldError>;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[CountAudit],
    ) -> Result<HashMap<CountAudit, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load counts of logs");
        let asked: Vec<_> = keys
            .iter()
            .map(|CountAudit(organization, filter)| (organization.in_org(), filter))
            .collect();
        let counts = audit::count_many(self.acting.ctx(), &asked).await;
        self.outcomes(keys, counts)
    }
}
