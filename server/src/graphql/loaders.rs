//! What resolvers read together: those of one level ask one after the other and are answered by one statement, however many
//! they are; and in a query nothing is read twice.
//!
//! Loads run within the execution that asks for them, and only once it can go no further without: so how many statements a
//! query takes does not depend on how fast the machine is.

mod admin;
mod api_keys;
mod audit;
mod invitations;
mod members;
mod organizations;
mod queue;
mod usage;
mod users;

use std::{collections::HashMap, hash::Hash, sync::Arc, time::Duration};

use async_graphql::{
    Context,
    dataloader::{DataLoader, HashMapCache, Loader},
};
use contract::page::Page;
use domain::{InOrg, Result};

use super::{
    acting::Acting,
    errors::{Field, FieldError},
    organizations::Organization,
};
use queue::Queue;

pub(super) use admin::{OrganizationDetails, UserDetails};
pub(super) use api_keys::{CountKeys, KeysOf};
pub(super) use audit::{AuditOf, CountAudit};
pub(super) use invitations::{CountInvitations, InvitationsOf};
pub(super) use members::{CountMembers, MembersOf, OwnerOf};
pub(super) use usage::{AllUsageOf, QuotaOf, UnitsOf, UsageOf};
pub(super) use users::OwnSecondFactor;

/// The loader of one request, for the keys of all modules here.
pub(super) type Loads = DataLoader<Reader, HashMapCache>;

/// The result of each key.
type Outcomes<K, T> = Result<HashMap<K, Result<T, FieldError>>, FieldError>;

/// Reads what the caller may see.
#[derive(Debug)]
pub(super) struct Reader {
    acting: Arc<Acting>,
}

/// The loader of a request, and what drives it.
pub(super) fn loads(acting: Arc<Acting>) -> (Loads, Queue) {
    let queue = Queue::default();
    let waiting = queue.clone();
    let later = move |load| waiting.push(load);
    let loads = DataLoader::with_cache(Reader { acting }, later, HashMapCache::default());
    // Without the feature `tokio-timer` no delay is none; Tokio's timer would round it up to a millisecond for each level.
    (loads.delay(Duration::ZERO), queue)
}

/// Loads one of those that are refused each for itself; null where there is none.
pub(super) async fn load_one<K, T>(context: &Context<'_>, key: K) -> Field<T>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    Reader: Loader<K, Value = Result<T, FieldError>, Error = FieldError>,
{
    let loads = context.data_unchecked::<Loads>();
    let loaded = loads.load_one(key).await;
    loaded.and_then(Option::transpose).transpose()
}

impl Reader {
    fn error(&self, error: &domain::Error) -> FieldError {
        self.acting.error(error)
    }

    /// Gives each key its own outcome, so that one that is refused spoils no other.
    fn outcomes<K: Clone + Eq + Hash, T>(
        &self,
        keys: &[K],
        outcomes: Result<Vec<Result<T>>>,
    ) -> Outcomes<K, T> {
        let outcomes = outcomes.map_err(|error| self.error(&error))?;
        let told = outcomes
            .into_iter()
            .map(|outcome| outcome.map_err(|error| self.error(&error)));
        Ok(keys.iter().cloned().zip(told).collect())
    }

    /// The same for pages, each shared by all who ask for it.
    fn pages<K: Clone + Eq + Hash, T>(
        &self,
        keys: &[K],
        pages: Result<Vec<Result<Page<T>>>>,
    ) -> Outcomes<K, Arc<Page<T>>> {
        let shared = |page: Result<Page<T>>| page.map(Arc::new);
        let pages = pages.map(|pages| pages.into_iter().map(shared).collect());
        self.outcomes(keys, pages)
    }
}

fn viewers<'a>(organizations: impl Iterator<Item = &'a Organization>) -> Vec<&'a InOrg> {
    organizations.map(Organization::in_org).collect()
}
