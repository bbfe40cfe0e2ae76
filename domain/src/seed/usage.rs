//! What keys that do not exist were used for.

use std::collections::BTreeMap;

use contract::{Timestamp, usage::Interval, verification::Verdict};
use uuid::Uuid;

use super::{dice::Dice, groups::Group, keys::Key};

/// Days that are told by the hour too: the chart of 24 hours begins on the day before.
const BY_HOUR: i64 = 2;

const DAY: i64 = 24 * 60 * 60;

/// Requests a day: most keys have little to do, few have much.
const PACES: &[i64] = &[4, 4, 4, 40, 40, 400, 2_000];

/// On Saturdays and Sundays, in percent of other days.
const WEEKEND: i64 = 40;

/// Of 100 requests so many are denied.
const DENIED: i64 = 2;

/// Requests of one key in one interval, all with the same answer and at a cost of 1.
pub(super) struct Count {
    pub(super) key_id: Uuid,
    pub(super) organization_id: Uuid,
    pub(super) interval: Interval,
    pub(super) began_at: Timestamp,
    pub(super) verdict: Verdict,
    pub(super) requests: i64,
}

impl Count {
    pub(super) fn units(&self) -> i64 {
        if self.verdict == Verdict::Valid {
            self.requests
        } else {
            0
        }
    }
}

/// What the keys were used for over so many days, the running one among them. No quota is used up by it.
pub(super) fn counts(
    dice: &mut Dice,
    keys: &[Key],
    groups: &[Group],
    days: u32,
    now: Timestamp,
) -> Vec<Count> {
    let mut shares = vec![0; groups.len()];
    for key in keys {
        shares[key.group] += 1;
    }
    let mut counts = Vec::new();
    for key in keys {
        let group = &groups[key.group];
        let most = (group.quota_limit / shares[key.group]).min(key.quota.unwrap_or(i64::MAX));
        // A month of the busiest days stays below it.
        let pace = dice.pick(PACES).min(most / (2 * 31));
        if let Some(used_at) = key.used_at.filter(|_| pace > 0) {
            let mut of_key = OfKey {
                dice: &mut *dice,
                key,
                organization_id: group.id,
                used_at,
                pace,
                counts: &mut counts,
            };
            of_key.count(days, now);
        }
    }
    counts
}

/// Units by subject in the running month.
pub(super) fn units(counts: &[Count], now: Timestamp) -> BTreeMap<Uuid, i64> {
    let mut units = BTreeMap::new();
    let is_now =
        |count: &&Count| count.interval == Interval::Day && count.began_at.month() == now.month();
    for count in counts
        .iter()
        .filter(is_now)
        .filter(|count| count.units() > 0)
    {
        for subject in [count.key_id, count.organization_id] {
            *units.entry(subject).or_default() += count.units();
        }
    }
    units
}

struct OfKey<'a> {
    dice: &'a mut Dice,
    key: &'a Key,
    organization_id: Uuid,
    used_at: Timestamp,
    pace: i64,
    counts: &'a mut Vec<Count>,
}

impl OfKey<'_> {
    fn count(&mut self, days: u32, now: Timestamp) {
        let today = Interval::Day.begin(now);
        for back in (0..i64::from(days)).rev() {
            let day = today.minus_seconds(back * DAY);
            let first = day.max(self.key.created_at);
            let last = self.used_at.min(Timestamp(day.plus_seconds(DAY).0 - 1));
            if first > last {
                continue;
            }
            let is_last = last == self.used_at;
            let requests = self.requests(day, first, last).max(i64::from(is_last));
            if back < BY_HOUR {
                self.by_hour(first, last, requests, is_last);
            } else {
                self.add(Interval::Day, day, requests);
            }
        }
    }

    /// Half to one and a half times of what is usual, for the part of the day in which the key was used.
    fn requests(&mut self, day: Timestamp, first: Timestamp, last: Timestamp) -> i64 {
        // The 1st of January 1970 was a Thursday.
        let weekday = (day.0.div_euclid(DAY * 1000) + 3).rem_euclid(7);
        let usual = if weekday < 5 { 100 } else { WEEKEND };
        let varied = i64::try_from(self.dice.below(101)).unwrap_or_default() + 50;
        let whole = self.pace * usual * varied / 10_000;
        whole * (last.0 - first.0) / (DAY * 1000)
    }

    /// The hours of a day, and their sum.
    fn by_hour(&mut self, first: Timestamp, last: Timestamp, requests: i64, is_last: bool) {
        let mut hours: BTreeMap<Timestamp, i64> = BTreeMap::new();
        for request in 0..requests {
            let at = if is_last && request == 0 {
                last
            } else {
                self.dice.between(first, last)
            };
            *hours.entry(Interval::Hour.begin(at)).or_default() += 1;
        }
        let mut sums = [0, 0];
        for (hour, requests) in hours {
            let [valid, denied] = self.add(Interval::Hour, hour, requests);
            sums = [sums[0] + valid, sums[1] + denied];
        }
        self.push(Interval::Day, Interval::Day.begin(first), sums);
    }

    fn add(&mut self, interval: Interval, began_at: Timestamp, requests: i64) -> [i64; 2] {
        let percent = i64::try_from(self.dice.below(100)).unwrap_or_default();
        // What is left of a whole request counts as often as it is long.
        let denied = (requests * DENIED + percent) / 100;
        let parts = [requests - denied, denied];
        self.push(interval, began_at, parts);
        parts
    }

    fn push(&mut self, interval: Interval, began_at: Timestamp, [valid, denied]: [i64; 2]) {
        for (verdict, requests) in [
            (Verdict::Valid, valid),
            (Verdict::InsufficientScope, denied),
        ] {
            if requests > 0 {
                self.counts.push(Count {
                    key_id: self.key.id,
                    organization_id: self.organization_id,
                    interval,
                    began_at,
                    verdict,
                    requests,
                });
            }
        }
    }
}
