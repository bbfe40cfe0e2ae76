//! API keys of organizations that do not exist.

use contract::{
    Timestamp,
    api_keys::{RateLimit, Scope},
};

use super::{
    dice::Dice,
    groups::Group,
    names::{DEPLOYMENTS, PURPOSES},
};

const HOUR: i64 = 60 * 60;

const DAY: i64 = 24 * HOUR;

/// A key without its secret: that is minted when it is stored, and no seed brings it back.
pub(super) struct Key {
    pub(super) id: uuid::Uuid,
    /// The place in the list of organizations.
    pub(super) group: usize,
    /// The place in the list of people.
    pub(super) maker: usize,
    pub(super) name: String,
    pub(super) scopes: Vec<Scope>,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) quota: Option<i64>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) state: State,
    pub(super) used_at: Option<Timestamp>,
}

/// What became of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Good,
    Paused(Timestamp),
    Revoked(Timestamp),
    Expired,
}

impl State {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "active",
            Self::Paused(_) => "paused",
            Self::Revoked(_) => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// So many keys, spread among the organizations; `most` is what one of them can have.
pub(super) fn keys(
    dice: &mut Dice,
    groups: &[Group],
    scopes: &[Scope],
    count: u32,
    most: usize,
    now: Timestamp,
) -> Vec<Key> {
    let mut counts = vec![0; groups.len()];
    let mut keys: Vec<Key> = (0..count)
        .filter_map(|_| {
            let drawn = dice.below(groups.len());
            let group = (drawn..groups.len())
                .chain(0..drawn)
                .find(|&place| counts[place] < most)?;
            counts[group] += 1;
            Some(key(dice, &groups[group], group, scopes, now))
        })
        .collect();
    keys.sort_unstable_by_key(|key| key.id);
    keys
}

fn key(dice: &mut Dice, group: &Group, place: usize, scopes: &[Scope], now: Timestamp) -> Key {
    let created_at = dice.between(group.created_at, now);
    let kind = dice.below(100);
    let since = dice.between(created_at, now);
    let (state, expires_at) = match kind {
        0..5 => (State::Revoked(since), later(dice, now)),
        5..8 => (State::Paused(since), later(dice, now)),
        8..10 => (State::Expired, Some(since)),
        10..30 => (State::Good, None),
        _ => (State::Good, later(dice, now)),
    };
    let last = match state {
        State::Good => now,
        State::Paused(at) | State::Revoked(at) => at,
        State::Expired => since,
    };
    let makers: Vec<usize> = (group.members.iter())
        .filter(|member| member.role.may(contract::Permission::CreateKeys))
        .map(|member| member.person)
        .collect();
    Key {
        id: dice.id(created_at),
        group: place,
        maker: dice.pick(&makers),
        name: format!("{} {}", dice.pick(PURPOSES), dice.pick(DEPLOYMENTS)),
        scopes: scopes.iter().filter(|_| dice.chance(40)).cloned().collect(),
        rate_limit: dice.chance(5).then_some(RateLimit {
            limit: 6_000,
            period_seconds: 60,
        }),
        quota: dice
            .chance(10)
            .then(|| dice.pick(&[100_000, 250_000, 1_000_000])),
        created_at,
        expires_at,
        state,
        used_at: dice.chance(80).then(|| recently(dice, created_at, last)),
    }
}

/// The presets of the form, counted from about now.
fn later(dice: &mut Dice, now: Timestamp) -> Option<Timestamp> {
    let days = dice.pick(&[30, 90, 365]);
    let hours = 1 + dice.below(24 * days);
    Some(now.plus_seconds(i64::try_from(hours).unwrap_or(1) * HOUR))
}

/// Most keys are used daily, some are forgotten.
fn recently(dice: &mut Dice, created_at: Timestamp, last: Timestamp) -> Timestamp {
    let first = if dice.chance(85) {
        created_at.max(last.minus_seconds(DAY))
    } else {
        created_at
    };
    let at = dice.between(first, last);
    Timestamp(at.0 - at.0.rem_euclid(60_000))
}
