//! What other processes on the same database have changed: another replica, or the command line.
//!
//! Read once a second by the time of the last change, and so within a second here. A change has its time from the process that made
//! it, and is there to be read once its transaction has ended: clocks of machines differ, and a transaction may wait for another. So
//! what was changed up to a minute ago is read again.

use std::collections::HashMap;

use contract::{OrganizationId, Timestamp};
use uuid::Uuid;

use super::store;
use crate::{Ctx, error::Result};

/// How far clocks may differ, and changes come late, in seconds; twice what a request may take.
const SKEW: i64 = 60;

/// A change so young, in seconds, may be followed by another of the same millisecond, which cannot be told from it.
const YOUNG: i64 = 5;

/// Secrets read at once.
const CHUNK: u64 = 2_000;

/// How far the changes were read.
#[derive(Debug, Default)]
pub(super) struct Followed {
    until: Option<Timestamp>,
    keys: Changes,
    organizations: Changes,
}

/// What was changed of late, each with the time of its last change. It is read again and again, and forgotten once it is not young.
#[derive(Debug, Default)]
struct Changes(HashMap<Uuid, i64>);

impl Changes {
    /// What was not changed yet, or not then, when it was read before; and what was changed since a moment.
    fn new_in(&self, found: &[(Uuid, i64)], since: Timestamp) -> Vec<Uuid> {
        let is_new = |(id, at): &&(Uuid, i64)| *at >= since.0 || self.0.get(id) != Some(at);
        found.iter().filter(is_new).map(|(id, _)| *id).collect()
    }

    /// All that is new in it was forgotten.
    fn keep(&mut self, found: Vec<(Uuid, i64)>) {
        self.0 = found.into_iter().collect();
    }
}

pub(super) async fn follow(ctx: &Ctx, followed: &mut Followed) -> Result<()> {
    let now = ctx.now();
    let table = &ctx.gate().table;
    if followed
        .until
        .is_some_and(|until| now < until.minus_seconds(SKEW))
    {
        // While the clock was ahead nothing was seen of what others changed.
        table.forget_all();
        *followed = Followed::default();
    }
    let Some(until) = followed.until else {
        // All that there are, so that whatever is not among them does not exist.
        let mut last = Vec::new();
        loop {
            let some = store::hashes_beyond(ctx, &last, CHUNK).await?;
            table.learn(&some);
            if (some.len() as u64) < CHUNK {
                break;
            }
            last = some.into_iter().next_back().unwrap_or_default();
        }
        table.know_all();
        followed.until = Some(now);
        return Ok(());
    };
    let since = until.minus_seconds(SKEW);
    let new = store::hashes_since(ctx, since).await?;
    if !new.is_empty() {
        table.learn(&new);
    }
    let changed = store::changed_keys(ctx, since).await?;
    let young = now.minus_seconds(YOUNG);
    let new = followed.keys.new_in(&changed, young);
    if !new.is_empty() {
        table.forget(&store::hashes_of(ctx, &new).await?);
    }
    followed.keys.keep(changed);
    let changed = store::changed_organizations(ctx, since).await?;
    for id in followed.organizations.new_in(&changed, young) {
        table.forget_organization(OrganizationId(id));
    }
    followed.organizations.keep(changed);
    followed.until = Some(now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_again_is_new_only_after_another_change() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut changes = Changes::default();
        let mut new = |found: &[(Uuid, i64)]| {
            let new = changes.new_in(found, Timestamp(10));
            changes.keep(found.to_vec());
            new
        };
        assert_eq!(new(&[(one, 5)]), [one]);
        assert_eq!(new(&[(one, 5), (other, 4)]), [other]);
        assert_eq!(new(&[(one, 7), (other, 4)]), [one]);
        assert!(new(&[]).is_empty());
        assert_eq!(new(&[(one, 7)]), [one]);
        // Two of one millisecond look alike.
        assert_eq!(new(&[(one, 10)]), [one]);
        assert_eq!(new(&[(one, 10)]), [one]);
    }
}
