//! What a key looks like, and what is kept of it.
//!
//! `{product}_org_{32 base62}{6 base62}`: about 190 random bits, then the CRC-32 of all before it, so that scanners know our
//! keys and a mistyped one is refused without a look at what is stored. At rest there is its HMAC-SHA-256 under a pepper, which
//! is not in the database: whoever steals that alone cannot tell a guess from a key.

use std::fmt;

use contract::verification::LONGEST_KEY;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{
    PlainSecret,
    context::Random,
    seal::SecretKey,
    secret::is_whole,
    settings::{KeySettings, Settings},
};

/// Random characters of a key.
const BODY: usize = 32;

/// How much of it is shown after the prefix.
const SHOWN: usize = 4;

/// What is stored of a key's secret.
pub(crate) type KeyHash = [u8; 32];

/// Makes keys and knows them again.
pub(crate) struct KeyFormat {
    /// `{product}_org`
    prefix: String,
    /// The one for new secrets first.
    peppers: Vec<Pepper>,
}

struct Pepper {
    /// Tells peppers apart in the database; nothing can be found out from it.
    name: String,
    keyed: Hmac<Sha256>,
}

impl Pepper {
    fn new(secret: &SecretKey) -> Self {
        let key = secret.derive("latchkey/key-pepper/v1");
        let name = Sha256::digest(secret.derive("latchkey/key-pepper-name/v1"));
        Self {
            name: name[..4].iter().map(|byte| format!("{byte:02x}")).collect(),
            keyed: Hmac::new_from_slice(&key).expect("HMAC takes keys of any length"),
        }
    }

    fn hash(&self, text: &str) -> KeyHash {
        let mut mac = self.keyed.clone();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for KeyFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFormat")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// A new secret, with what is stored of it.
pub(crate) struct Minted {
    pub(crate) secret: PlainSecret,
    pub(crate) hash: KeyHash,
    pub(crate) pepper: String,
    pub(crate) start: String,
    pub(crate) last4: String,
}

impl KeyFormat {
    pub(crate) fn new(settings: &Settings) -> Self {
        let KeySettings {
            prefix, peppers, ..
        } = &settings.keys;
        let ring = peppers
            .iter()
            .chain([&settings.secret_key])
            .chain(&settings.former_secret_keys);
        Self {
            prefix: format!("{prefix}_org"),
            peppers: ring.map(Pepper::new).collect(),
        }
    }

    pub(crate) fn mint(&self, random: &dyn Random) -> Minted {
        let secret = PlainSecret::mint_with(random, &self.prefix, BODY);
        let text = secret.expose();
        let pepper = &self.peppers[0];
        Minted {
            hash: pepper.hash(text),
            pepper: pepper.name.clone(),
            start: text[..self.prefix.len() + 1 + SHOWN].to_owned(),
            last4: text[text.len() - 4..].to_owned(),
            secret,
        }
    }

    /// Whether a text could be one of our keys, as far as can be told without a look at what is stored.
    pub(crate) fn is_one(&self, text: &str) -> bool {
        text.len() <= LONGEST_KEY && is_whole(&self.prefix, BODY, text)
    }

    /// The names of the peppers that only `former_secret_keys` give.
    pub(crate) fn former_peppers(settings: &Settings) -> Vec<String> {
        let names = |keys: &[SecretKey]| -> Vec<String> {
            keys.iter().map(|key| Pepper::new(key).name).collect()
        };
        let mut present = names(&settings.keys.peppers);
        present.extend(names(std::slice::from_ref(&settings.secret_key)));
        let mut former = names(&settings.former_secret_keys);
        former.retain(|name| !present.contains(name));
        former
    }

    /// What could be stored of a key, by pepper, the newest first.
    pub(crate) fn hashes(&self, text: &str) -> impl Iterator<Item = KeyHash> {
        self.peppers.iter().map(move |pepper| pepper.hash(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::SystemRandom;

    fn format(prefix: &str, peppers: &[&str]) -> KeyFormat {
        KeyFormat {
            prefix: format!("{prefix}_org"),
            peppers: peppers
                .iter()
                .map(|text| Pepper::new(&SecretKey::new(*text)))
                .collect(),
        }
    }

    #[test]
    fn a_key_is_known_again_and_shown_by_its_ends() {
        let format = format("lk", &["one"]);
        let minted = format.mint(&SystemRandom);
        let text = minted.secret.expose();
        assert_eq!(text.len(), "lk_org_".len() + 38);
        assert!(format.is_one(text) && text.starts_with(&minted.start));
        assert!(text.ends_with(&minted.last4) && minted.start.len() == 11);
        assert_eq!(format.hashes(text).next(), Some(minted.hash));
    }

    #[test]
    fn an_older_pepper_is_tried_after_the_newest() {
        let before = format("lk", &["one"]);
        let minted = before.mint(&SystemRandom);
        let after = format("lk", &["two", "one"]);
        let hashes: Vec<_> = after.hashes(minted.secret.expose()).collect();
        assert_eq!(hashes[1], minted.hash);
        assert_ne!(hashes[0], minted.hash);
        assert_ne!(after.mint(&SystemRandom).pepper, minted.pepper);
    }

    #[test]
    fn junk_is_none() {
        let format = format("lk", &["one"]);
        let text = format.mint(&SystemRandom).secret.expose().to_owned();
        let last = if text.ends_with('0') { "1" } else { "0" };
        let changed = format!("{}{last}", &text[..text.len() - 1]);
        let foreign = format
            .mint(&SystemRandom)
            .secret
            .expose()
            .replace("lk_", "xk_");
        for junk in [
            "",
            "lk_org_",
            &text[..20],
            &changed,
            &foreign,
            &format!("{text} "),
            &text.replace('_', "é"),
            &"x".repeat(100_000),
        ] {
            assert!(!format.is_one(junk), "{junk:.50}");
        }
    }
}
