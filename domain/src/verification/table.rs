//! Keys and organizations in memory, as they are in the database.
//!
//! Bounded; filled when a key is asked for that is not there, by one reader for all who ask at once. What changes is dropped; a
//! reader that has read just before a change drops what it has read and reads again. Which secrets exist at all is known besides
//! (`known`), so that guesses never reach the database and take no room.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use contract::{
    ApiKeyId, OrganizationId, Timestamp,
    api_keys::{RateLimit, Scope},
    organizations::SubscriptionTier,
};
use ipnet::IpNet;
use quick_cache::sync::Cache;

use super::{counted::Lookups, meter::Meter, store};
use crate::{
    Ctx,
    api_keys::{self, KeyHash},
    error::Result,
    metrics::{VERIFICATION_ENTRIES, number},
};

/// Sets of scopes that keys share.
const SCOPE_SETS: usize = 4_096;

/// A key by one of its secrets.
#[derive(Debug)]
pub(super) struct KeyFacts {
    pub(super) id: ApiKeyId,
    pub(super) organization_id: OrganizationId,
    pub(super) name: Arc<str>,
    /// Sorted.
    pub(super) scopes: Arc<[Scope]>,
    pub(super) state: State,
    /// When the key ends, or this secret of it.
    pub(super) expires_at: Option<Timestamp>,
    /// Most keys have none.
    pub(super) limits: Option<Box<Limits>>,
    pub(super) meter: Arc<Meter>,
    /// The last minute in which a use was noted, since 1970.
    pub(super) noted: AtomicU32,
}

/// What a key is held to.
#[derive(Debug)]
pub(super) struct Limits {
    /// Any address where it is empty.
    pub(super) networks: Box<[IpNet]>,
    pub(super) rate: Option<RateLimit>,
    pub(super) quota: Option<i64>,
}

impl Limits {
    /// As a key keeps it: not at all where it holds nothing.
    pub(super) fn boxed(self) -> Option<Box<Self>> {
        let is_any = !self.networks.is_empty() || self.rate.is_some() || self.quota.is_some();
        is_any.then(|| Box::new(self))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Live,
    Paused,
    Revoked,
}

impl KeyFacts {
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    pub(super) fn allows(&self, ip: Option<IpAddr>) -> bool {
        self.limits
            .as_ref()
            .is_none_or(|limits| is_within(&limits.networks, ip))
    }

    pub(super) fn rate_limit(&self) -> Option<RateLimit> {
        self.limits.as_ref()?.rate
    }

    pub(super) fn quota(&self) -> Option<i64> {
        self.limits.as_ref()?.quota
    }

    /// Whether this is the first use that is noted in a minute since 1970.
    pub(super) fn is_first_in(&self, minute: i64) -> bool {
        let minute = u32::try_from(minute).unwrap_or_default();
        self.noted.fetch_max(minute, Ordering::Relaxed) < minute
    }
}

/// The address in a list of addresses and networks.
fn is_within(networks: &[ipnet::IpNet], ip: Option<IpAddr>) -> bool {
    let Some(ip) = ip else {
        return networks.is_empty();
    };
    let ip = ip.to_canonical();
    networks.is_empty() || networks.iter().any(|network| network.contains(&ip))
}

/// The organization of a key.
#[derive(Debug)]
pub(super) struct OrganizationFacts {
    pub(super) id: OrganizationId,
    pub(super) slug: Arc<str>,
    pub(super) tier: SubscriptionTier,
    pub(super) quota_limit: i64,
    /// Neither suspended nor deleted.
    pub(super) is_usable: bool,
    pub(super) meter: Arc<Meter>,
}

pub(super) struct Table {
    keys: Cache<KeyHash, Arc<KeyFacts>>,
    organizations: Cache<OrganizationId, Arc<OrganizationFacts>>,
    /// Counts changes, so that a reader notices one that came in between.
    changes: AtomicU64,
    known: RwLock<Known>,
    lookups: Lookups,
    scope_sets: Cache<String, Arc<[Scope]>>,
}

/// The beginnings of hashes that are stored.
#[derive(Default)]
struct Known {
    hashes: HashSet<u64>,
    /// All were read: one that is not among them does not exist.
    is_whole: bool,
}

fn beginning(hash: &[u8]) -> u64 {
    let first = hash.first_chunk::<8>().copied().unwrap_or_default();
    u64::from_be_bytes(first)
}

impl Table {
    pub(super) fn new(kept: usize) -> Self {
        Self {
            keys: Cache::new(kept.max(1)),
            organizations: Cache::new(kept.max(1)),
            changes: AtomicU64::new(0),
            known: RwLock::default(),
            lookups: Lookups::default(),
            scope_sets: Cache::new(SCOPE_SETS),
        }
    }

    /// The key of this hash.
    pub(super) async fn key(&self, ctx: &Ctx, hash: &KeyHash) -> Result<Option<Arc<KeyFacts>>> {
        if let Some(found) = self.keys.get(hash) {
            self.lookups.hit.increment(1);
            return Ok(Some(found));
        }
        if !self.may_exist(hash) {
            self.lookups.unknown.increment(1);
            return Ok(None);
        }
        self.lookups.miss.increment(1);
        loop {
            let before = self.changes.load(Ordering::SeqCst);
            let guard = match self.keys.get_value_or_guard_async(hash).await {
                Ok(found) => return Ok(Some(found)),
                Err(guard) => guard,
            };
            let Some(read) = store::key(ctx, hash).await? else {
                return Ok(None);
            };
            let read = Arc::new(read);
            // The guard knows whether it was dropped from the table meanwhile; the count knows what came before it.
            let is_kept = guard.insert(Arc::clone(&read)).is_ok();
            if self.changes.load(Ordering::SeqCst) == before {
                return Ok(Some(read));
            }
            if is_kept {
                self.keys.remove(hash);
            }
        }
    }

    pub(super) async fn organization(
        &self,
        ctx: &Ctx,
        id: OrganizationId,
    ) -> Result<Option<Arc<OrganizationFacts>>> {
        if let Some(found) = self.organizations.get(&id) {
            return Ok(Some(found));
        }
        loop {
            let before = self.changes.load(Ordering::SeqCst);
            let guard = match self.organizations.get_value_or_guard_async(&id).await {
                Ok(found) => return Ok(Some(found)),
                Err(guard) => guard,
            };
            let Some(read) = store::organization(ctx, id).await? else {
                return Ok(None);
            };
            let read = Arc::new(read);
            let is_kept = guard.insert(Arc::clone(&read)).is_ok();
            if self.changes.load(Ordering::SeqCst) == before {
                return Ok(Some(read));
            }
            if is_kept {
                self.organizations.remove(&id);
            }
        }
    }

    fn may_exist(&self, hash: &KeyHash) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        !known.is_whole || known.hashes.contains(&beginning(hash))
    }

    /// These secrets exist.
    pub(super) fn learn<H: AsRef<[u8]>>(&self, hashes: &[H]) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known
            .hashes
            .extend(hashes.iter().map(|hash| beginning(hash.as_ref())));
    }

    /// From now on a secret that was not learned does not exist.
    pub(super) fn know_all(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.is_whole = true;
    }

    /// Tells how much is kept.
    pub(super) fn refresh(&self) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let kept = [
            ("keys", self.keys.len()),
            ("organizations", self.organizations.len()),
            ("secrets", known.hashes.len()),
        ];
        for (kind, count) in kept {
            VERIFICATION_ENTRIES.gauge([kind]).set(number(count));
        }
    }

    /// The scopes of this text, sorted. Many keys have the same, and share them.
    pub(super) fn scopes(&self, text: &str) -> Arc<[Scope]> {
        if let Some(found) = self.scope_sets.get(text) {
            return found;
        }
        let mut scopes = api_keys::parse_scopes(text);
        scopes.sort_unstable();
        let scopes: Arc<[Scope]> = scopes.into();
        self.scope_sets.insert(text.to_owned(), Arc::clone(&scopes));
        scopes
    }

    pub(super) fn forget(&self, hashes: &[Vec<u8>]) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        for hash in hashes {
            let gone = hash
                .first_chunk::<32>()
                .and_then(|hash| self.keys.remove(hash));
            if let Some((_, facts)) = gone {
                facts.meter.forget_told();
            }
        }
    }

    /// All that is kept may be out of date.
    pub(super) fn forget_all(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.keys.retain(|_, _| false);
        self.organizations.retain(|_, _| false);
    }

    pub(super) fn forget_organization(&self, id: OrganizationId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        if let Some((_, facts)) = self.organizations.remove(&id) {
            facts.meter.forget_told();
        }
    }
}
