//! The chains of all organizations are checked.

use std::collections::HashMap;

use contract::OrganizationId;

use super::{
    chain::ChainKeys,
    store::{self, End, Step},
};
use crate::{Actor, Ctx, error::Result, organizations};

/// Rows that are read at once.
const AT_ONCE: u64 = 500;

/// What was found of the chain of one organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    pub organization: OrganizationId,
    /// `None` where there is no such organization any more.
    pub slug: Option<String>,
    /// How many entries stand in it.
    pub entries: u64,
    /// Of these, how many lost something when a person was erased.
    pub erased: u64,
    /// Of these, how many are under a key that this installation does not have: they cannot be checked.
    pub unchecked: u64,
    /// The first that is not as it was written, or not where, or says nothing any more although nobody was erased.
    pub broken: Option<i64>,
    /// How many places are empty.
    pub missing: u64,
    /// The first of them.
    pub first_missing: Option<i64>,
    /// Entries beside the chain that are younger than its beginning, or stand before its first place.
    pub strays: u64,
    /// The making of the organization is written down, in the chain or before it: the beginning, at least, was not deleted.
    pub is_begun: bool,
    pub head: Head,
}

/// Whether a chain ends where its head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    Fits,
    /// There is none, and there are entries.
    Missing,
    /// It tells of another end, or is not ours.
    Differs,
    /// It is under a key that this installation does not have.
    Unchecked,
}

impl Chain {
    /// One with no entries.
    fn empty(organization: OrganizationId) -> Self {
        Self {
            organization,
            slug: None,
            entries: 0,
            erased: 0,
            unchecked: 0,
            broken: None,
            missing: 0,
            first_missing: None,
            strays: 0,
            is_begun: true,
            head: Head::Fits,
        }
    }

    /// Whether nothing is wrong with it, and all of it could be checked.
    pub fn is_whole(&self) -> bool {
        self.broken.is_none()
            && self.missing == 0
            && self.strays == 0
            && self.unchecked == 0
            && self.is_begun
            && self.head == Head::Fits
    }
}

/// Checks the chains of all organizations, in steps and while others write; for operators. An organization that is being purged
/// is left out.
pub async fn verify(ctx: &Ctx, actor: &Actor) -> Result<Vec<Chain>> {
    actor.operator()?;
    let mut chains = Vec::new();
    let mut after = None;
    loop {
        let ends = store::ends(ctx.read(), after, AT_ONCE).await?;
        let Some(last) = ends.last() else { break };
        after = Some(last.organization);
        for end in ends {
            chains.extend(check(ctx, end.organization, Some(end)).await?);
        }
    }
    let mut after = None;
    loop {
        let headless = store::headless(ctx.read(), after, AT_ONCE).await?;
        let Some(last) = headless.last() else { break };
        after = Some(*last);
        for id in headless {
            chains.extend(check(ctx, id, None).await?);
        }
    }
    find_beginnings(ctx, &mut chains).await?;
    Ok(chains)
}

/// Finds organizations whose log has lost its beginning, or all of it together with its last place.
async fn find_beginnings(ctx: &Ctx, chains: &mut Vec<Chain>) -> Result<()> {
    let places = chains.iter().enumerate();
    let places: HashMap<OrganizationId, usize> = places
        .map(|(place, chain)| (chain.organization, place))
        .collect();
    let mut after = None;
    loop {
        let unbegun = store::unbegun(ctx.read(), after, AT_ONCE).await?;
        let Some(last) = unbegun.last() else {
            return Ok(());
        };
        after = Some(*last);
        for id in unbegun {
            if let Some(place) = places.get(&id) {
                chains[*place].is_begun = false;
                continue;
            }
            let organization = organizations::facts(ctx.read(), id).await?;
            let there = organization.filter(|organization| !organization.is_gone(ctx.now()));
            chains.extend(there.map(|organization| Chain {
                slug: Some(organization.slug),
                is_begun: false,
                ..Chain::empty(id)
            }));
        }
    }
}

/// Checks one chain, whose head was read before its entries.
async fn check(ctx: &Ctx, id: OrganizationId, end: Option<End>) -> Result<Option<Chain>> {
    let has_end = end.is_some();
    let mut walk = Walk::new(ctx.chain_keys(), id);
    loop {
        let steps = store::steps(ctx.read(), id, walk.last, AT_ONCE).await?;
        for step in &steps {
            walk.step(step, end.as_ref());
        }
        if let Some(seq) = store::robbed(ctx.read(), &steps).await? {
            walk.breaks(seq);
        }
        if (steps.len() as u64) < AT_ONCE {
            break;
        }
    }
    if let Some(began) = walk.began {
        walk.chain.strays = store::strays(ctx.read(), id, began).await?;
    }
    walk.chain.head = match end {
        None => Head::Missing,
        Some(end) => {
            let newer = walk.last > end.seq;
            let now = if newer {
                store::end_of(ctx.read(), id).await?
            } else {
                None
            };
            walk.end(&end, now.as_ref())
        }
    };
    let organization = organizations::facts(ctx.read(), id).await?;
    let is_purged = match &organization {
        Some(organization) => organization.is_gone(ctx.now()),
        None => has_end && store::end_of(ctx.read(), id).await?.is_none(),
    };
    let slug = organization.map(|organization| organization.slug);
    Ok((!is_purged).then_some(Chain { slug, ..walk.chain }))
}

/// What is known of the hash of the entry before.
enum Previous {
    /// Nothing: it is missing.
    Unknown,
    Hash(Vec<u8>),
    /// It cannot be checked; a chain that goes on under another key may begin anew behind it.
    Unchecked(Vec<u8>),
}

struct Walk<'a> {
    keys: &'a ChainKeys,
    chain: Chain,
    last: i64,
    previous: Previous,
    /// When its first entry was written.
    began: Option<i64>,
    /// The hash of the entry at which the head said the chain ended.
    at_end: Option<Vec<u8>>,
}

impl<'a> Walk<'a> {
    fn new(keys: &'a ChainKeys, organization: OrganizationId) -> Self {
        Self {
            keys,
            chain: Chain::empty(organization),
            last: 0,
            previous: Previous::Hash(Vec::new()),
            began: None,
            at_end: None,
        }
    }

    fn step(&mut self, step: &Step, end: Option<&End>) {
        let seq = step.seq();
        if seq > self.last + 1 {
            self.miss(seq - 1);
            self.previous = Previous::Unknown;
        }
        self.chain.entries += 1;
        self.chain.erased += u64::from(step.is_erased());
        self.began.get_or_insert(step.at());
        let hash = step.hash().to_vec();
        if end.is_some_and(|end| end.seq == seq) {
            self.at_end = Some(hash.clone());
        }
        self.previous = match self.keys.find(step.key()) {
            None => {
                self.chain.unchecked += 1;
                Previous::Unchecked(hash)
            }
            Some(key) => {
                let follows = match &self.previous {
                    Previous::Unknown => true,
                    Previous::Hash(previous) => step.follows(key, previous),
                    Previous::Unchecked(previous) => {
                        step.follows(key, previous) || step.follows(key, &[])
                    }
                };
                if !follows || !step.says_what_it_said(key) {
                    self.breaks(seq);
                }
                Previous::Hash(hash)
            }
        };
        self.last = seq;
    }

    /// Takes an entry for one that is not as it was written.
    fn breaks(&mut self, seq: i64) {
        let first = self.chain.broken.map_or(seq, |first| first.min(seq));
        self.chain.broken = Some(first);
    }

    /// Counts the places from the last one to this as missing.
    fn miss(&mut self, to: i64) {
        let count = u64::try_from(to - self.last).unwrap_or_default();
        self.chain.missing += count;
        self.chain.first_missing.get_or_insert(self.last + 1);
    }

    /// Compares with the head as it was before the walk, and with what it is now where the walk went beyond that.
    fn end(&mut self, end: &End, now: Option<&End>) -> Head {
        if end.seq > self.last {
            self.miss(end.seq);
        }
        let is_beyond = self.last > end.seq;
        if is_beyond && now.is_none_or(|now| now.seq < self.last) {
            return Head::Differs;
        }
        let is_missing = end.seq > 0 && self.at_end.is_none();
        let hash = self.at_end.as_deref().unwrap_or_default();
        match self.keys.find(&end.key) {
            None if end.seq > 0 => Head::Unchecked,
            Some(key) if !is_missing && hash == end.hash && end.is_of(key) => Head::Fits,
            _ => Head::Differs,
        }
    }
}
