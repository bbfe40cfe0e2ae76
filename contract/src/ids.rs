//! Public ids: a prefix that says what the thing is, then its UUID in base58 (Bitcoin alphabet), e.g. `usr_2fYc…`.
//!
//! Ids are parsed and printed here and minted only in `domain`, which owns randomness.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::problem::{Code, Problem};

/// Length of the longest base58 text of 16 bytes.
const LONGEST: usize = 22;

fn print(prefix: &str, id: Uuid) -> String {
    format!("{prefix}_{}", bs58::encode(id.as_bytes()).into_string())
}

fn parse(prefix: &str, text: &str) -> Result<Uuid, Problem> {
    let refuse = || Problem::new(Code::NotFound);
    let body = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|body| body.len() <= LONGEST)
        .ok_or_else(refuse)?;
    let bytes = bs58::decode(body).into_vec().map_err(|_| refuse())?;
    Uuid::from_slice(&bytes).map_err(|_| refuse())
}

/// The digits of base58 in their order.
const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The ids whose printed form begins with a text, as ranges with both ends: what begins with some digits lies in one range of
/// numbers for each length that the whole can have. None where no id that was made since 2005 begins so.
fn beginning(prefix: &str, text: &str) -> Vec<(Uuid, Uuid)> {
    let rest = text.strip_prefix(prefix);
    let Some(digits) = rest.and_then(|rest| rest.strip_prefix('_')) else {
        return Vec::new();
    };
    // A first digit of zero stands for a zero byte, and older ids alone begin with one.
    if digits.starts_with('1') {
        return Vec::new();
    }
    let number = digits.bytes().try_fold(0_u128, |number, digit| {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        number.checked_mul(58)?.checked_add(value as u128)
    });
    let Some(number) = number else {
        return Vec::new();
    };
    [LONGEST - 1, LONGEST]
        .into_iter()
        .filter_map(|length| range(number, length.checked_sub(digits.len())?))
        .collect()
}

/// The numbers that begin with these digits and go on with so many more.
fn range(number: u128, more: usize) -> Option<(Uuid, Uuid)> {
    // Of no digit at all more follow than any number has.
    let scale = 58_u128.saturating_pow(u32::try_from(more).ok()?);
    let low = number.checked_mul(scale)?;
    let high = low.saturating_add(scale - 1);
    Some((Uuid::from_u128(low), Uuid::from_u128(high)))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What every printed id of this kind begins with, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id of nothing: what a malformed id stands for where it must read like one that nothing has.
            pub const NOTHING: Self = Self(Uuid::nil());

            /// The ids whose printed form begins with a text, as ranges with both ends; for searching.
            pub fn beginning(text: &str) -> Vec<(Uuid, Uuid)> {
                beginning($prefix, text.trim())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&print($prefix, self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = Problem;

            /// Anything that is not an id of this kind is refused as "not found", like an id that nobody has.
            fn from_str(text: &str) -> Result<Self, Problem> {
                parse($prefix, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(|_| serde::de::Error::custom(concat!("not an id of the kind ", $prefix)))
            }
        }
    };
}

id! {
    /// A person with an account.
    UserId, "usr"
}
id! {
    /// One sign-in of a person, in a browser or a program.
    SessionId, "ses"
}
id! {
    /// A group of people who share something: a company, a team, a household.
    OrganizationId, "org"
}
id! {
    /// One person in one organization.
    MembershipId, "mem"
}
id! {
    /// An offer to one address to join one organization.
    InvitationId, "inv"
}
id! {
    /// A key of an organization, for programs. It is not the secret: that begins otherwise and is shown once.
    ApiKeyId, "key"
}
id! {
    /// One line of the audit log.
    AuditEventId, "aud"
}
id! {
    /// A passkey of one person.
    PasskeyId, "pky"
}
id! {
    /// What a provider calls one person.
    IdentityId, "idn"
}
id! {
    /// A letter on its way out.
    MailId, "mai"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_printed_id_parses_to_itself(bytes: [u8; 16]) {
            let id = UserId(Uuid::from_bytes(bytes));
            prop_assert_eq!(id.to_string().parse::<UserId>(), Ok(id));
        }

        #[test]
        fn junk_is_refused_without_panicking(text in "\\PC{0,60}") {
            let _ = text.parse::<UserId>();
            let beyond_base58 = format!("usr_{text}0OIl").parse::<UserId>();
            prop_assert!(beyond_base58.is_err());
        }
    }

    proptest! {
        #[test]
        fn an_id_is_found_by_each_of_its_beginnings(bytes: [u8; 16], length in 0_usize..23) {
            let mut bytes = bytes;
            bytes[0] = bytes[0].max(1);
            let id = UserId(Uuid::from_bytes(bytes));
            let printed = id.to_string();
            let text = &printed[..printed.len().min(4 + length)];
            let ranges = UserId::beginning(text);
            let is_found = ranges.iter().any(|(low, high)| (*low..=*high).contains(&id.0));
            prop_assert!(is_found, "{}", text);
        }

        #[test]
        fn what_is_in_the_range_of_a_beginning_begins_so(digits in "[2-9A-HJ-NP-Za-km-z]{1,22}") {
            let text = format!("usr_{digits}");
            for (low, high) in UserId::beginning(&text) {
                // Ids before 2005 begin with a zero byte, and the last range may end beyond the largest number.
                for id in [low, high].into_iter().filter(|id| id.as_bytes()[0] > 0 && *id != Uuid::max()) {
                    let printed = UserId(id).to_string();
                    prop_assert!(printed.starts_with(&text), "{} {}", printed, text);
                }
            }
        }
    }

    #[test]
    fn what_is_no_beginning_finds_nothing() {
        for text in [
            "",
            "usr",
            "org_2",
            "usr_0",
            "usr_1",
            "usr_é",
            "ada",
            &format!("usr_{}", "z".repeat(23)),
        ] {
            assert!(UserId::beginning(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let session = SessionId(Uuid::from_u128(7)).to_string();
        assert_eq!(
            session.parse::<UserId>().map_err(|p| p.code),
            Err(Code::NotFound)
        );
    }
}
