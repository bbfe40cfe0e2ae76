//! Secrets that we hand out: session tokens and the secrets in letters.
//!
//! Plain and hashed are different types, so one cannot be stored or compared for the other. The text is
//! `{prefix}_{43 base62}{6 base62}`: about 256 random bits, then the CRC-32 of all before it, so that scanners know our
//! secrets by their prefix and a mistyped one is refused without a look into the database.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::context::Random;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BODY: usize = 43;
const CHECK: usize = 6;

/// A secret as its owner holds it. Shown once; its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainSecret(String);

/// What is stored of a secret: its SHA-256. At 256 random bits a fast hash is the right one, there is nothing to guess.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretHash(pub(crate) Vec<u8>);

impl PlainSecret {
    pub(crate) fn mint(random: &dyn Random, prefix: &str) -> Self {
        Self::mint_with(random, prefix, BODY)
    }

    /// One with so many random characters, of nearly 6 bits each.
    pub(crate) fn mint_with(random: &dyn Random, prefix: &str, length: usize) -> Self {
        let mut text = format!("{prefix}_");
        for _ in 0..length {
            text.push(char::from(draw(random)));
        }
        let check = checksum(&text);
        text.extend(check.map(char::from));
        Self(text)
    }

    /// Takes back what [`PlainSecret::mint`] gave out; `None` for anything else.
    pub(crate) fn parse(prefix: &str, text: &str) -> Option<Self> {
        is_whole(prefix, BODY, text).then(|| Self(text.to_owned()))
    }

    /// The text itself, to be given to its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.as_bytes()).to_vec())
    }
}

impl fmt::Debug for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainSecret(…)")
    }
}

/// One of 62 characters, each as likely: bytes of 248 and above are drawn again.
fn draw(random: &dyn Random) -> u8 {
    loop {
        let mut byte = [0];
        random.fill(&mut byte);
        if byte[0] < 248 {
            return ALPHABET[usize::from(byte[0] % 62)];
        }
    }
}

/// Whether a text has the form of a secret with this prefix and so many random characters, and its own checksum.
pub(crate) fn is_whole(prefix: &str, length: usize, text: &str) -> bool {
    let Some(body) = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
    else {
        return false;
    };
    if body.len() != length + CHECK || !body.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return false;
    }
    let (all, check) = text.split_at(text.len() - CHECK);
    checksum(all) == check.as_bytes()
}

fn checksum(text: &str) -> [u8; CHECK] {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECK];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::SystemRandom;

    #[test]
    fn what_was_minted_is_taken_back() {
        let secret = PlainSecret::mint(&SystemRandom, "lks");
        assert_eq!(secret.expose().len(), 4 + BODY + CHECK);
        assert_eq!(PlainSecret::parse("lks", secret.expose()), Some(secret));
    }

    #[test]
    fn another_prefix_a_changed_character_and_junk_are_not() {
        let secret = PlainSecret::mint(&SystemRandom, "lks");
        assert_eq!(PlainSecret::parse("lkl", secret.expose()), None);
        let changed = secret
            .expose()
            .char_indices()
            .map(|(at, c)| {
                if at == 9 {
                    if c == 'a' { 'b' } else { 'a' }
                } else {
                    c
                }
            })
            .collect::<String>();
        assert_eq!(PlainSecret::parse("lks", &changed), None);
        for junk in [
            "",
            "lks_",
            "lks_é",
            &format!("lks_{}", "é".repeat(25)),
            &"x".repeat(10_000),
        ] {
            assert_eq!(PlainSecret::parse("lks", junk), None);
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", PlainSecret::mint(&SystemRandom, "lks")),
            "PlainSecret(…)"
        );
    }
}
