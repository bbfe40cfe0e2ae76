//! What organizations and their keys use.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use async_graphql::dataloader::Loader;
use contract::{ApiKeyId, usage::UsageSeries, verification::QuotaState};
use domain::{
    Result,
    usage::{self, Span},
};

use super::{Reader, viewers};
use crate::graphql::{errors::FieldError, organizations::Organization};

/// How many units a key of an organization has used this month.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct UnitsOf(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) ApiKeyId,
);

/// What a key of an organization did in a span.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct UsageOf(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) ApiKeyId,
    pub(in crate::graphql) Span,
);

/// Where the quota of an organization stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct QuotaOf(pub(in crate::graphql) Organization);

/// What all keys of an organization did in a span.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct AllUsageOf(
    pub(in crate::graphql) Organization,
    pub(in crate::graphql) Span,
);

impl Loader<UnitsOf> for Reader {
    type Value = Result<i64, FieldError>;
    type Error = FieldError;

    async fn load(&self, keys: &[UnitsOf]) -> Result<HashMap<UnitsOf, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load units of keys");
        let mut units = HashMap::with_capacity(keys.len());
        for (organization, ids) in gathered(keys.iter().map(|key| (&key.0, key.1))) {
            let used = usage::key_units(self.acting.ctx(), organization.in_org(), &ids).await;
            let used = used.map_err(|error| self.error(&error));
            for id in ids {
                let own = used.as_ref().map(|used| used.get(&id).copied());
                let own = own.map(Option::unwrap_or_default).map_err(Clone::clone);
                units.insert(UnitsOf(organization.clone(), id), own);
            }
        }
        Ok(units)
    }
}

impl Loader<UsageOf> for Reader {
    type Value = Result<Arc<UsageSeries>, FieldError>;
    type Error = FieldError;

    async fn load(&self, keys: &[UsageOf]) -> Result<HashMap<UsageOf, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load usage of keys");
        let mut all = HashMap::with_capacity(keys.len());
        let asked = keys.iter().map(|key| ((&key.0, key.2), key.1));
        for ((organization, span), ids) in gathered(asked) {
            let of_keys = usage::series_of(self.acting.ctx(), organization.in_org(), &ids, span);
            let of_keys = of_keys.await.map_err(|error| self.error(&error));
            let mut add = |id, series| all.insert(UsageOf(organization.clone(), id, span), series);
            match of_keys {
                Ok(of_keys) => {
                    for (id, series) in of_keys {
                        add(id, Ok(Arc::new(series)));
                    }
                }
                Err(error) => {
                    for id in ids {
                        add(id, Err(error.clone()));
                    }
                }
            }
        }
        Ok(all)
    }
}

impl Loader<QuotaOf> for Reader {
    type Value = Result<QuotaState, FieldError>;
    type Error = FieldError;

    async fn load(&self, keys: &[QuotaOf]) -> Result<HashMap<QuotaOf, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load quotas");
        let viewers = viewers(keys.iter().map(|key| &key.0));
        let states = usage::quota_each(self.acting.ctx(), &viewers).await;
        self.outcomes(keys, states)
    }
}

impl Loader<AllUsageOf> for Reader {
    type Value = Result<Arc<UsageSeries>, FieldError>;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[AllUsageOf],
    ) -> Result<HashMap<AllUsageOf, Self::Value>, FieldError> {
        tracing::debug!(count = keys.len(), "graphql.load usage");
        let mut all = HashMap::with_capacity(keys.len());
        for (span, keys) in gathered(keys.iter().map(|key| (key.1, key.clone()))) {
            let viewers = viewers(keys.iter().map(|key| &key.0));
            match usage::series_each(self.acting.ctx(), &viewers, span).await {
                Ok(series) => {
                    let shared = series.into_iter().map(|series| series.map(Arc::new));
                    all.extend(self.outcomes(&keys, Ok(shared.collect()))?);
                }
                Err(error) => {
                    let error = self.error(&error);
                    all.extend(keys.into_iter().map(|key| (key, Err(error.clone()))));
                }
            }
        }
        Ok(all)
    }
}

/// What is asked for together, by whom it is asked of.
fn gathered<K: Eq + Hash, T>(pairs: impl Iterator<Item = (K, T)>) -> HashMap<K, Vec<T>> {
    let mut gathered: HashMap<K, Vec<T>> = HashMap::new();
    for (key, item) in pairs {
        gathered.entry(key).or_default().push(item);
    }
    gathered
}
