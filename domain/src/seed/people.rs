//! People who do not exist.

use contract::{EmailAddress, Timestamp, accounts::Theme};
use uuid::Uuid;

use super::{
    dice::Dice,
    names::{CULTURES, Culture, HOSTS, Order, Word},
    unique::Unique,
};
use crate::error::{Error, Result};

/// The first has signed up so long ago, in seconds.
const FIRST: i64 = 2 * 365 * 24 * 60 * 60;

/// The last has signed up so long ago.
const LAST: i64 = 60 * 60;

/// Somebody with an account.
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) email: EmailAddress,
    pub(super) username: String,
    pub(super) name: String,
    pub(super) phone: Option<String>,
    pub(super) language: &'static str,
    pub(super) time_zone: &'static str,
    pub(super) theme: Theme,
    pub(super) created_at: Timestamp,
}

/// As many people as asked for, in the order in which they have signed up; more of them lately.
pub(super) fn people(
    dice: &mut Dice,
    handles: &mut Unique,
    count: u32,
    now: Timestamp,
) -> Result<Vec<Person>> {
    let (first, last) = (now.minus_seconds(FIRST), now.minus_seconds(LAST));
    let mut times: Vec<Timestamp> = (0..count)
        .map(|_| dice.between(first, last).max(dice.between(first, last)))
        .collect();
    times.sort_unstable();
    times
        .into_iter()
        .map(|at| person(dice, handles, at))
        .collect()
}

fn person(dice: &mut Dice, handles: &mut Unique, created_at: Timestamp) -> Result<Person> {
    let culture = culture(dice);
    let (given, family) = (dice.pick(culture.given), dice.pick(culture.family));
    let username = handles.take(&handle(dice, given, family));
    Ok(Person {
        id: dice.id(created_at),
        email: email(dice, &username)?,
        username,
        name: name(dice, culture.order, given, family),
        phone: dice
            .chance(20)
            .then(|| format!("+4420794{:05}", dice.below(100_000))),
        language: culture.language,
        time_zone: dice.pick(culture.zones),
        theme: dice.pick(&[Theme::System, Theme::System, Theme::Light, Theme::Dark]),
        created_at,
    })
}

/// One in three is of the first culture, the others of any.
pub(super) fn culture(dice: &mut Dice) -> &'static Culture {
    if dice.chance(33) {
        CULTURES[0]
    } else {
        dice.pick(CULTURES)
    }
}

/// Some give one name only, and some none.
fn name(dice: &mut Dice, order: Order, (given, _): Word, (family, _): Word) -> String {
    match (dice.below(100), order) {
        (0..2, _) => String::new(),
        (2..5, _) => given.to_owned(),
        (_, Order::GivenFirst) => format!("{given} {family}"),
        (_, Order::FamilyFirst) => format!("{family} {given}"),
        (_, Order::FamilyFirstWithoutSpace) => format!("{family}{given}"),
    }
}

fn handle(dice: &mut Dice, (_, given): Word, (_, family): Word) -> String {
    match dice.below(6) {
        0 => format!("{}{family}", &given[..1]),
        1 => format!("{given}_{family}"),
        2 => format!("{given}-{family}"),
        3 => given.to_owned(),
        _ => format!("{given}.{family}"),
    }
}

/// An address of nobody; some are written with a capital letter.
pub(super) fn email(dice: &mut Dice, handle: &str) -> Result<EmailAddress> {
    let mut text = format!("{handle}@{}", dice.pick(HOSTS));
    if dice.chance(10) {
        text[..1].make_ascii_uppercase();
    }
    EmailAddress::parse(&text).map_err(|problem| Error::internal("making up an address", problem))
}
