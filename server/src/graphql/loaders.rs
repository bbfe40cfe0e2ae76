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

use async_graphql::dataloader::{DataLoader, HashMapCache};
use domain::{InOrg, Result};

use super::{acting::Acting, errors::FieldError, organizations::Organization};
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

impl Reader {
    fn error(&self, error: &domain::Error) -> FieldError {
        self.acting.error(error)
    }

    /// Gives each key its own outcome, so that one that is refused spoils no other.
    fn outcomes<K: Clone + Eq + Hash, T>(
        &self,
        keys: &[K],
        outcomes: Result<Vec<Result<T>>>,
    ) -> Result<HashMap<K, Result<T, FieldError>>, FieldError> {
        let outcomes = outcomes.map_err(|error| self.error(&error))?;
        let told = outcomes
            .into_iter()
            .map(|outcome| outcome.map_err(|error| self.error(&error)));
        Ok(keys.iter().cloned().zip(told).collect())
    }
}

fn viewers<'a>(organizations: impl Iterator<Item = &'a Organization>) -> Vec<&'a InOrg> {
    organizations.map(Organization::in_org).collect()
}
