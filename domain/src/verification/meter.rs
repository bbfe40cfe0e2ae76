//! What keys and organizations have used, as this process knows it.
//!
//! Rates are a generic cell rate algorithm (ITU-T I.371): the level is the time at which all that was counted is paid off; a call
//! moves it one emission interval on and may not move it further than a period beyond now. Quotas are plain counts of a month.
//! Both are counted only where both let the call pass; who looks at two meters locks the organization's first.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contract::{Timestamp, api_keys::RateLimit};
use uuid::Uuid;

/// Shares of a quota, in percent, at which the owners are warned.
pub(super) const WARNED_AT: [i16; 2] = [80, 100];

/// The meters by the id of key or organization. A meter is kept for as long as the process lives, since what it has counted
/// may not be in the database yet; there are as many as there are keys and organizations that were used.
#[derive(Default)]
pub(super) struct Meters {
    all: Mutex<HashMap<Uuid, Arc<Meter>>>,
}

impl Meters {
    /// The meter of a subject; a new one begins with what the database knows of the month.
    pub(super) fn of(&self, id: Uuid, known: Known) -> Arc<Meter> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let meter = all.entry(id).or_insert_with(|| Arc::new(Meter::new(known)));
        Arc::clone(meter)
    }
}

/// What is stored of a month.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    pub(super) month: i32,
    pub(super) used: i64,
    pub(super) told_percent: i16,
}

#[derive(Debug)]
pub(super) struct Meter {
    state: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    known: Known,
    /// Microseconds since 1970.
    level: i64,
}

impl Meter {
    fn new(known: Known) -> Self {
        Self {
            state: Mutex::new(Counts { known, level: 0 }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limit was changed: warnings count anew.
    pub(super) fn forget_told(&self) {
        self.lock().known.told_percent = 0;
    }
}

impl Counts {
    /// A new month begins with nothing.
    fn turn_to(&mut self, month: i32) {
        if self.known.month < month {
            self.known = Known {
                month,
                ..Known::default()
            };
        }
    }

    /// No level is more than a period ahead, but after the clock has gone back.
    fn hold_level(&mut self, rate: RateLimit, now: Timestamp) {
        let period = i64::from(rate.period_seconds) * 1000;
        let highest = now.0.saturating_add(period).saturating_mul(1000);
        self.level = self.level.min(highest);
    }

    /// The share that the owners are to be warned about now, if any.
    fn warns(&mut self, limit: i64) -> Option<i16> {
        let used = i128::from(self.known.used) * 100;
        let reached = |percent: &&i16| used >= i128::from(limit) * i128::from(**percent);
        let percent = *WARNED_AT.iter().rev().find(reached)?;
        (limit > 0 && percent > self.known.told_percent).then(|| {
            self.known.told_percent = percent;
            percent
        })
    }
}

/// What is asked of both meters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) now: Timestamp,
    pub(super) month: i32,
    pub(super) cost: i64,
    pub(super) rate: Option<RateLimit>,
    pub(super) key_quota: Option<i64>,
    pub(super) organization_quota: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    TooOften {
        /// Seconds.
        retry_after: u32,
    },
    UsedUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) remaining: u32,
    pub(super) resets_at: Timestamp,
}

/// Something that the owners are to be told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crossed {
    pub(super) is_of_key: bool,
    pub(super) percent: i16,
    pub(super) limit: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) outcome: Outcome,
    pub(super) rate: Option<Rate>,
    pub(super) organization_used: i64,
    pub(super) key_used: i64,
    pub(super) warnings: Vec<Crossed>,
}

/// Counts a call where rate and quotas let it pass.
pub(super) fn take(organization: &Meter, key: &Meter, ask: &Ask) -> Taken {
    let mut pool = organization.lock();
    let mut own = key.lock();
    pool.turn_to(ask.month);
    own.turn_to(ask.month);
    let mut taken = Taken {
        outcome: Outcome::Passed,
        rate: None,
        organization_used: pool.known.used,
        key_used: own.known.used,
        warnings: Vec::new(),
    };
    if let Some(rate) = ask.rate {
        own.hold_level(rate, ask.now);
    }
    let mut level = own.level;
    if let Some(rate) = ask.rate {
        let (outcome, state, next) = pass(rate, ask.now, level);
        taken.rate = Some(state);
        taken.outcome = outcome;
        level = next;
        if outcome != Outcome::Passed {
            return taken;
        }
    }
    let fits = |used: i64, limit: i64| used.saturating_add(ask.cost) <= limit;
    let is_within = fits(pool.known.used, ask.organization_quota)
        && ask
            .key_quota
            .is_none_or(|limit| fits(own.known.used, limit));
    // What costs nothing passes even where nothing is left.
    if ask.cost > 0 && !is_within {
        taken.outcome = Outcome::UsedUp;
        return taken;
    }
    own.level = level;
    pool.known.used += ask.cost;
    own.known.used += ask.cost;
    taken.organization_used = pool.known.used;
    taken.key_used = own.known.used;
    if ask.cost > 0 {
        warn(&mut taken, &mut pool, &mut own, ask);
    }
    taken
}

fn warn(taken: &mut Taken, pool: &mut Counts, own: &mut Counts, ask: &Ask) {
    if let Some(percent) = pool.warns(ask.organization_quota) {
        taken.warnings.push(Crossed {
            is_of_key: false,
            percent,
            limit: ask.organization_quota,
        });
    }
    if let Some(limit) = ask.key_quota
        && let Some(percent) = own.warns(limit)
    {
        taken.warnings.push(Crossed {
            is_of_key: true,
            percent,
            limit,
        });
    }
}

/// One call against a rate: the outcome, where the rate stands after it, and the new level.
fn pass(rate: RateLimit, now: Timestamp, level: i64) -> (Outcome, Rate, i64) {
    let now = now.0.saturating_mul(1000);
    let period = i64::from(rate.period_seconds) * 1_000_000;
    let interval = (period / i64::from(rate.limit)).max(1);
    let next = level.max(now) + interval;
    let state = |level: i64| {
        let left = (now + period - level.max(now)) / interval;
        Rate {
            remaining: u32::try_from(left).unwrap_or_default().min(rate.limit),
            resets_at: Timestamp(level.max(now).div_euclid(1000)),
        }
    };
    // Intervals are rounded down, so a whole burst fits with room to spare.
    if next - now > interval * i64::from(rate.limit) {
        let wait = next - now - interval * i64::from(rate.limit);
        let retry_after = u32::try_from(wait.unsigned_abs().div_ceil(1_000_000));
        let retry_after = retry_after.unwrap_or(u32::MAX).max(1);
        return (Outcome::TooOften { retry_after }, state(level), level);
    }
    (Outcome::Passed, state(next), next)
}

/// Takes back what [`take`] counted against the quotas.
pub(super) fn give_back(organization: &Meter, key: &Meter, month: i32, units: i64) {
    for meter in [organization, key] {
        let mut counts = meter.lock();
        if counts.known.month == month {
            counts.known.used -= units;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_428_300_000);

    fn meter() -> Meter {
        Meter::new(Known::default())
    }

    fn ask(cost: i64) -> Ask {
        Ask {
            now: NOW,
            month: NOW.month(),
            cost,
            rate: None,
            key_quota: None,
            organization_quota: 100,
        }
    }

    #[test]
    fn a_quota_is_used_to_its_last_unit_and_no_further() {
        let (pool, key) = (meter(), meter());
        let take = |cost| take(&pool, &key, &ask(cost)).outcome;
        assert_eq!(
            [take(60), take(41), take(40)],
            [Outcome::Passed, Outcome::UsedUp, Outcome::Passed]
        );
        assert_eq!([take(1), take(0)], [Outcome::UsedUp, Outcome::Passed]);
        assert_eq!(take(i64::MAX), Outcome::UsedUp);
        give_back(&pool, &key, NOW.month(), 40);
        assert_eq!(take(40), Outcome::Passed);
    }

    #[test]
    fn the_keys_own_quota_counts_besides() {
        let (pool, one, other) = (meter(), meter(), meter());
        let limited = Ask {
            key_quota: Some(10),
            ..ask(10)
        };
        assert_eq!(take(&pool, &one, &limited).outcome, Outcome::Passed);
        assert_eq!(take(&pool, &one, &limited).outcome, Outcome::UsedUp);
        let after = take(&pool, &other, &ask(90));
        assert_eq!(
            (after.outcome, after.organization_used),
            (Outcome::Passed, 100)
        );
    }

    #[test]
    fn a_new_month_begins_with_nothing() {
        let (pool, key) = (meter(), meter());
        assert_eq!(take(&pool, &key, &ask(100)).outcome, Outcome::Passed);
        let next = Ask {
            month: NOW.month() + 1,
            ..ask(100)
        };
        assert_eq!(take(&pool, &key, &next).outcome, Outcome::Passed);
    }

    #[test]
    fn each_share_is_told_once() {
        let (pool, key) = (meter(), meter());
        let told = |cost| {
            let taken = take(&pool, &key, &ask(cost));
            taken.warnings.iter().map(|w| w.percent).collect::<Vec<_>>()
        };
        assert_eq!([told(79), told(1), told(1)], [vec![], vec![80], vec![]]);
        assert_eq!([told(19), told(0)], [vec![100], vec![]]);
    }

    #[test]
    fn a_clock_that_goes_back_holds_a_key_up_for_one_period_at_most() {
        let (pool, key) = (meter(), meter());
        let at = |seconds: i64| {
            let asked = Ask {
                now: NOW.plus_seconds(seconds),
                rate: Some(RateLimit {
                    limit: 1,
                    period_seconds: 30,
                }),
                ..ask(0)
            };
            take(&pool, &key, &asked).outcome
        };
        assert_eq!(at(24 * 60 * 60), Outcome::Passed);
        assert_eq!(at(0), Outcome::TooOften { retry_after: 30 });
        assert_eq!(at(30), Outcome::Passed);
    }

    #[test]
    fn a_rate_lets_a_burst_pass_and_then_one_each_interval() {
        let (pool, key) = (meter(), meter());
        let rate = RateLimit {
            limit: 3,
            period_seconds: 30,
        };
        let at = |seconds: i64| {
            let asked = Ask {
                now: NOW.plus_seconds(seconds),
                rate: Some(rate),
                ..ask(0)
            };
            take(&pool, &key, &asked)
        };
        let remaining: Vec<_> = (0..3)
            .map(|_| at(0).rate.map(|rate| rate.remaining))
            .collect();
        assert_eq!(remaining, [Some(2), Some(1), Some(0)]);
        assert_eq!(at(0).outcome, Outcome::TooOften { retry_after: 10 });
        assert_eq!(at(9).outcome, Outcome::TooOften { retry_after: 1 });
        assert_eq!(at(10).outcome, Outcome::Passed);
        assert_eq!(at(10).outcome, Outcome::TooOften { retry_after: 10 });
        assert_eq!(at(60).rate.map(|rate| rate.remaining), Some(2));
    }

    #[test]
    fn what_the_quota_refuses_counts_against_no_rate() {
        let (pool, key) = (meter(), meter());
        let asked = Ask {
            rate: Some(RateLimit {
                limit: 1,
                period_seconds: 60,
            }),
            ..ask(101)
        };
        for _ in 0..5 {
            assert_eq!(take(&pool, &key, &asked).outcome, Outcome::UsedUp);
        }
    }

    #[test]
    fn a_rate_faster_than_microseconds_is_taken() {
        let rate = RateLimit {
            limit: RateLimit::MOST,
            period_seconds: 1,
        };
        let (mut level, mut passed) = (0, 0);
        loop {
            let (outcome, _, next) = pass(rate, NOW, level);
            if outcome != Outcome::Passed {
                break;
            }
            (level, passed) = (next, passed + 1);
        }
        assert_eq!(passed, RateLimit::MOST);
    }
}
