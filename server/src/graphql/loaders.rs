//! What resolvers read together: those of one level ask one after the other and are answered by one statement, however many
//! they are; and in a query nothing is read twice.
//!
//! Loads run within the execution that asks for them, and only once it can go no further without: so how many statements a
//! query takes does not depend on how fast the machine is.

mod admin;
mod audit;

use std::{
    collections::HashMap,
    future::poll_fn,
    hash::Hash,
    mem,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker, ready},
    time::Duration,
};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use contract::{
    ApiKeyId, OrganizationId, UserId,
    invitations::Invitation,
    members::{ListMembers, Member, MemberFilter, Person},
    page::{Page, PageRequest},
    usage::UsageSeries,
    verification::QuotaState,
};
use domain::{
    InOrg, Result, accounts,
    api_keys::{self, KeyFilter, ListKeys},
    invitations, members, organizations, second_factors,
    usage::{self, Span},
};
use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered, task::AtomicWaker};

use super::{
    acting::Acting, api_keys::Keys, errors::FieldError, organizations::Organization, users::User,
};

pub(super) use admin::{OrganizationDetails, UserDetails};
pub(super) use audit::{AuditOf, CountAudit};

/// The loader of one request, for every kind of key below.
pub(super) type Loads = DataLoader<Reader, HashMapCache>;

/// Reads what the caller may see.
#[derive(Debug)]
pub(super) struct Reader {
    acting: Arc<Acting>,
}

/// Loads that wait for the execution to pause.
#[derive(Clone, Default)]
pub(super) struct Queue {
    waiting: Arc<Mutex<Vec<BoxFuture<'static, ()>>>>,
}

/// Whether an execution has called to be polled again.
#[derive(Default)]
struct Calls {
    has_called: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        self.has_called.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

/// The loader of a request, and what drives it.
pub(super) fn loads(acting: Arc<Acting>) -> (Loads, Queue) {
    let queue = Queue::default();
    let waiting = Arc::clone(&queue.waiting);
    let later = move |load| {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(load);
    };
    let loads = DataLoader::with_cache(Reader { acting }, later, HashMapCache::default());
    // Without the feature `tokio-timer` no delay is none; Tokio's timer would round it up to a millisecond for each level.
    (loads.delay(Duration::ZERO), queue)
}

impl Queue {
    /// Runs an execution and the loads that it asks for: whenever it can go no further, all that it has asked for by then; what
    /// it asks for meanwhile waits until those have ended. So what two fields of one level lead to is asked for at the same
    /// time, whichever was answered first. The execution goes on while they run: it may hold the database connection that they
    /// wait for.
    pub(super) async fn drive<T>(self, execution: impl Future<Output = T>) -> T {
        let mut execution = pin!(execution);
        let mut running = FuturesUnordered::new();
        let calls = Arc::new(Calls::default());
        let waker = Waker::from(Arc::clone(&calls));
        poll_fn(|context| {
            calls.task.register(context.waker());
            loop {
                calls.has_called.store(false, Ordering::SeqCst);
                if let Poll::Ready(done) = execution.as_mut().poll(&mut Context::from_waker(&waker))
                {
                    return Poll::Ready(done);
                }
                if running.is_empty() {
                    if calls.has_called.load(Ordering::SeqCst) {
                        // It goes on without loads, and asks for more.
                        return Poll::Pending;
                    }
                    running.extend(self.asked());
                }
                if running.is_empty() {
                    return Poll::Pending;
                }
                ready!(running.poll_next_unpin(context));
            }
        })
        .await
    }

    fn asked(&self) -> Vec<BoxFuture<'static, ()>> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether the caller has a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct OwnSecondFactor;

/// A page of the members of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct MembersOf(pub(super) Organization, pub(super) ListMembers);

/// How many members of an organization a filter lets through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CountMembers(pub(super) Organization, pub(super) MemberFilter);

/// The primary owner of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct OwnerOf(pub(super) Organization);

/// A page of the invitations of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct InvitationsOf(pub(super) Organization, pub(super) PageRequest);

/// A page of the keys of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct KeysOf(pub(super) Organization, pub(super) ListKeys);

/// How many keys of an organization a filter lets through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CountKeys(pub(super) Organization, pub(super) KeyFilter);

/// How many units a key of an organization has used this month.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UnitsOf(pub(super) Organization, pub(super) ApiKeyId);

/// What a key of an organization did in a span.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UsageOf(
    pub(super) Organization,
    pub(super) ApiKeyId,
    pub(super) Span,
);

/// Where the quota of an organization stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct QuotaOf(pub(super) Organization);

/// What all keys of an organization did in a span.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct AllUsageOf(pub(super) Organization, pub(super) Span);

/// How many invitations the list of an organization has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CountInvitations(pub(super) Organization);

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

/// Oneself, and people whom one shares an organization with.
impl Loader<UserId> for Reader {
    type Value = User;
    type Error = FieldError;

    async fn load(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>, FieldError> {
        tracing::debug!(count = ids.len(), "graphql.load users");
        let (ctx, actor) = (self.acting.ctx(), self.acting.actor());
        let read = async {
            let own = accounts::load(ctx, &actor, ids).await?;
            let others: Vec<UserId> = ids
                .iter()
                .copied()
                .filter(|id| !own.contains_key(id))
                .collect();
            let fellows = members::fellows(ctx, &actor, &others).await?;
            let own = own.into_iter().map(|(id, user)| (id, User::from(user)));
            Ok(own
                .chain(
                    fellows
                        .into_iter()
                        .map(|(id, person)| (id, User::from(person))),
                )
                .collect())
        };
        read.await.map_err(|error| self.error(&error))
    }
}

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

impl Loader<OwnSecondFactor> for Reader {
    type Value = bool;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[OwnSecondFactor],
    ) -> Result<HashMap<OwnSecondFactor, bool>, FieldError> {
        tracing::debug!("graphql.load the second factor");
        let own = second_factors::get(self.acting.ctx(), &self.acting.actor()).await;
        let has_one = own.map_err(|error| self.error(&error))?.is_any();
        Ok(keys.iter().map(|key| (*key, has_one)).collect())
    }
}

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
        let shared = |page: Result<_>| page.map(Arc::new);
        self.outcomes(
            keys,
            pages.map(|pages| pages.into_iter().map(shared).collect()),
        )
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
        let shared = |page: Result<_>| page.map(Arc::new);
        self.outcomes(
            keys,
            pages.map(|pages| pages.into_iter().map(shared).collect()),
        )
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
        let shared = |page: Result<_>| page.map(Arc::new);
        self.outcomes(
            keys,
            pages.map(|pages| pages.into_iter().map(shared).collect()),
        )
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

fn viewers<'a>(organizations: impl Iterator<Item = &'a Organization>) -> Vec<&'a InOrg> {
    organizations.map(Organization::in_org).collect()
}

#[cfg(test)]
mod tests {
    use tokio::{sync::Semaphore, time};

    use super::*;

    #[tokio::test]
    async fn a_load_gets_what_the_execution_holds() {
        let connections = Arc::new(Semaphore::new(1));
        let queue = Queue::default();
        let (waiting, pool) = (Arc::clone(&queue.waiting), Arc::clone(&connections));
        let load = async move {
            drop(pool.acquire().await);
        };
        let execution = async {
            let connection = connections.acquire().await;
            waiting.lock().expect("nothing panics").push(Box::pin(load));
            // A statement of its own, which is answered while the load runs.
            time::sleep(Duration::from_millis(1)).await;
            drop(connection);
        };
        let done = time::timeout(Duration::from_secs(10), queue.drive(execution)).await;
        assert!(done.is_ok(), "each waits for the other");
    }
}
