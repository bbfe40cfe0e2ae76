//! Encryption of what must be kept or carried but not read: queued letters, and small cookies.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with a random 192-bit nonce before the ciphertext. The purpose is bound as
//! associated data, so that a sealed cookie cannot be opened as a letter. Keys are derived from the configured secret with
//! HMAC-SHA-256 over a label. After a change of the secret, what former ones sealed is opened as long as they are configured too.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::context::Random;

const NONCE: usize = 24;

/// The secret of the installation, from the configuration: at least 32 characters.
#[derive(Clone)]
pub struct SecretKey(String);

impl SecretKey {
    pub const SHORTEST: usize = 32;

    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn derive(&self, label: &str) -> [u8; 32] {
        hmac(self.0.as_bytes(), &[label.as_bytes()])
    }

    /// Tells this key from others, to be kept with what it sealed; the key cannot be found out from it.
    pub(crate) fn check(&self) -> String {
        let check = self.derive("latchkey/key-check/v1");
        check[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// HMAC-SHA-256 (RFC 2104) over parts, each with its length before it.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key)
        .expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Seals under the key of the installation; opens under its former ones as well.
pub struct Sealer {
    /// The present one first.
    keys: Vec<Key>,
}

struct Key {
    cipher: XChaCha20Poly1305,
    tag_key: [u8; 32],
}

impl Key {
    fn new(key: &SecretKey) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&key.derive("latchkey/seal/v1").into()),
            tag_key: key.derive("latchkey/tag/v1"),
        }
    }

    fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: body,
            aad: purpose.as_bytes(),
        };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// The first 128 bits of the HMAC of these parts.
    fn tag(&self, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(&hmac(&self.tag_key, parts)[..16])
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    pub(crate) fn new(present: &SecretKey, former: &[SecretKey]) -> Self {
        let keys = std::iter::once(present).chain(former);
        Self {
            keys: keys.map(Key::new).collect(),
        }
    }

    pub(crate) fn seal(&self, random: &dyn Random, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        let sealed = self.keys[0]
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("memory holds what is sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    /// `None` when it was sealed under a key that is not known, or for another purpose, or changed since.
    pub(crate) fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        self.keys.iter().find_map(|key| key.open(purpose, sealed))
    }

    /// The same once more, under the present key; `None` where it is that already, or cannot be opened at all.
    pub(crate) fn renewed(
        &self,
        random: &dyn Random,
        purpose: &str,
        sealed: &[u8],
    ) -> Option<Vec<u8>> {
        let (present, former) = self.keys.split_first()?;
        if present.open(purpose, sealed).is_some() {
            return None;
        }
        let plain = former.iter().find_map(|key| key.open(purpose, sealed))?;
        Some(self.seal(random, purpose, &plain))
    }

    /// A short proof that we wrote these parts, in base64.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> String {
        self.keys[0].tag(parts)
    }

    pub(crate) fn is_tag(&self, parts: &[&[u8]], tag: &str) -> bool {
        let is_of = |key: &Key| bool::from(key.tag(parts).as_bytes().ct_eq(tag.as_bytes()));
        self.keys.iter().any(is_of)
    }
}

impl crate::Ctx {
    /// Seals bytes as the text of a cookie.
    pub fn seal_text(&self, purpose: &str, plain: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.sealer().seal(self.random(), purpose, plain))
    }

    /// Opens what [`Self::seal_text`] made.
    pub fn open_text(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        self.sealer().open(purpose, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::SystemRandom;

    fn sealer(key: &str) -> Sealer {
        Sealer::new(&SecretKey::new(key), &[])
    }

    #[test]
    fn what_a_former_key_sealed_is_opened_and_sealed_anew() {
        let before = sealer("one");
        let after = Sealer::new(&SecretKey::new("two"), &[SecretKey::new("one")]);
        let sealed = before.seal(&SystemRandom, "mail", b"secret");
        assert_eq!(after.open("mail", &sealed).as_deref(), Some(&b"secret"[..]));
        assert!(after.is_tag(&[b"a"], &before.tag(&[b"a"])));
        let renewed = after
            .renewed(&SystemRandom, "mail", &sealed)
            .expect("it was sealed under the former one");
        assert_eq!(
            sealer("two").open("mail", &renewed).as_deref(),
            Some(&b"secret"[..])
        );
        assert_eq!(after.renewed(&SystemRandom, "mail", &renewed), None);
        assert_eq!(sealer("two").renewed(&SystemRandom, "mail", &sealed), None);
    }

    #[test]
    fn keys_are_told_apart_by_their_check() {
        let check = |key: &str| SecretKey::new(key).check();
        assert_eq!(check("one"), check("one"));
        assert_ne!(check("one"), check("two"));
        assert_eq!(check("one").len(), 16);
    }

    #[test]
    fn only_the_same_key_and_purpose_open_it() {
        let sealed = sealer("one").seal(&SystemRandom, "mail", b"secret");
        assert_eq!(
            sealer("one").open("mail", &sealed).as_deref(),
            Some(b"secret".as_slice())
        );
        assert_eq!(sealer("one").open("flash", &sealed), None);
        assert_eq!(sealer("two").open("mail", &sealed), None);
        assert_eq!(sealer("one").open("mail", &sealed[..10]), None);
        let mut changed = sealed;
        changed[30] ^= 1;
        assert_eq!(sealer("one").open("mail", &changed), None);
    }

    #[test]
    fn a_tag_is_of_its_parts_and_their_borders() {
        let sealer = sealer("one");
        let tag = sealer.tag(&[b"ab", b"c"]);
        assert!(sealer.is_tag(&[b"ab", b"c"], &tag));
        assert!(!sealer.is_tag(&[b"a", b"bc"], &tag));
    }
}
