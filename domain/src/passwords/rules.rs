//! Which passwords are refused although they are long enough (NIST SP 800-63B-4 §3.1.1.2): common ones, sequences and
//! repetitions, and those made of the words that belong to the product or the person.
//!
//! Whole passwords are compared, never parts: "correct horse battery password" is taken.

use contract::{Code, Password, Problem};
use sha2::{Digest, Sha256};

use super::hasher::normalize;

/// The first six bytes of the SHA-256 of each common password, sorted. `domain/data/README.md` says where they come from.
static COMMON: &[u8] = include_bytes!("../../data/common-passwords.bin");

/// Letters and digits that must be left when the known words are taken away.
const LEAST_OF_ONES_OWN: usize = 6;

/// A shorter word is no clue; taking "al" out of everything would be.
const SHORTEST_WORD: usize = 3;

/// The words that a password may not be made of.
#[derive(Debug, Default)]
pub(crate) struct Context<'a> {
    pub(crate) product_name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) name: &'a str,
    pub(crate) username: &'a str,
}

/// Checks a password that somebody chooses: its length, then these rules.
pub(crate) fn check(
    password: &Password,
    shortest: usize,
    context: &Context<'_>,
) -> Result<(), Problem> {
    let normal = Password::new(normalize(password));
    normal.check_new(shortest)?;
    let text = normal.expose().to_lowercase();
    if is_common(&text) || is_sequence(&text) || is_repetition(&text) {
        return Err(Problem::new(Code::PasswordCommon));
    }
    if is_made_of(&text, context) {
        return Err(Problem::new(Code::PasswordContext));
    }
    Ok(())
}

fn is_common(text: &str) -> bool {
    let digest = Sha256::digest(text.as_bytes());
    let (entries, _) = COMMON.as_chunks::<6>();
    entries
        .binary_search_by(|entry| entry.as_slice().cmp(&digest[..6]))
        .is_ok()
}

/// "abcdefghijklmnop", "987654321098765": each character follows the one before it, digits round the clock.
fn is_sequence(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let step = |by: i64| {
        chars
            .windows(2)
            .all(|pair| match (pair[0].to_digit(10), pair[1].to_digit(10)) {
                (Some(a), Some(b)) => (i64::from(a) + by).rem_euclid(10) == i64::from(b),
                _ => i64::from(u32::from(pair[0])) + by == i64::from(u32::from(pair[1])),
            })
    };
    step(1) || step(-1)
}

/// "aaaaaaaaaaaaaaa", "abcabcabcabcabc", "passwordpassword": a short or common unit again and again, the last one
/// perhaps cut off.
fn is_repetition(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let repeats = |unit: usize| chars.iter().zip(&chars[unit..]).all(|(a, b)| a == b);
    let Some(unit) = (1..=chars.len() / 2).find(|&unit| repeats(unit)) else {
        return false;
    };
    unit <= 4 || is_common(&chars[..unit].iter().collect::<String>())
}

fn is_made_of(text: &str, context: &Context<'_>) -> bool {
    let mut words: Vec<String> = [
        context.product_name,
        context.email,
        context.name,
        context.username,
    ]
    .iter()
    .flat_map(|source| std::iter::once(*source).chain(source.split(|c: char| !c.is_alphanumeric())))
    .map(str::to_lowercase)
    .filter(|word| word.chars().count() >= SHORTEST_WORD)
    .collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let left = words.iter().fold(text.to_owned(), |left, word| {
        left.replace(word.as_str(), " ")
    });
    left.len() < text.len()
        && left.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_OF_ONES_OWN
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Context<'_> = Context {
        product_name: "Latchkey",
        email: "ada.lovelace@example.test",
        name: "Ada King",
        username: "countess",
    };

    fn refusal(text: &str) -> Option<Code> {
        check(&Password::new(text), 15, &ADA).err().map(|p| p.code)
    }

    #[test]
    fn the_list_is_sorted_and_whole() {
        let (entries, rest) = COMMON.as_chunks::<6>();
        assert!(
            rest.is_empty() && entries.is_sorted() && entries.len() > 10_000,
            "{}",
            entries.len()
        );
    }

    #[test]
    fn every_common_password_of_the_sample_is_refused_in_any_case() {
        for text in include_str!("../../data/common-passwords-sample.txt").lines() {
            assert_eq!(
                check(&Password::new(text), 8, &ADA).map_err(|p| p.code),
                Err(Code::PasswordCommon),
                "{text}"
            );
            assert_eq!(
                refusal(&text.to_uppercase()),
                Some(Code::PasswordCommon),
                "{text}"
            );
        }
    }

    #[test]
    fn sequences_and_repetitions_are_refused() {
        for text in [
            "aaaaaaaaaaaaaaa",
            "               ",
            "abcabcabcabcabcab",
            "passwordpassword",
            "abcdefghijklmnop",
            "0123456789012345",
            "9876543210987654",
        ] {
            assert_eq!(refusal(text), Some(Code::PasswordCommon), "{text}");
        }
    }

    #[test]
    fn passwords_made_of_known_names_are_refused() {
        for text in [
            "latchkeylatchkeyL",
            "Latchkey-2026-Latchkey",
            "ada.lovelace@example.test",
            "AdaLovelace!2026",
            "countess countess",
            "King Ada Lovelace",
        ] {
            assert!(refusal(text).is_some(), "{text}");
        }
        assert_eq!(refusal("AdaLovelace!2026"), Some(Code::PasswordContext));
    }

    #[test]
    fn only_whole_passwords_are_compared_and_nothing_is_demanded_of_composition() {
        for text in [
            "correct horse battery password",
            "latchkey under the old mat",
            "739184650283746",
            "onelowercasesentence",
            "ключ под ковриком",
            "🔑🚪🌙 three things",
        ] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }
}
