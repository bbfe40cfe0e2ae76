//! Encryption of what must be kept or carried but not read: queued letters, and small cookies.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with a random 192-bit nonce before the ciphertext. The purpose is bound as
//! associated data, so that a sealed cookie cannot be opened as a letter. Keys are derived from the configured secret with
//! HMAC-SHA-256 over a label.

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
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key)
        .expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Seals and opens under keys of the installation.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    tag_key: [u8; 32],
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    pub(crate) fn new(key: &SecretKey) -> Self {
        let cipher = XChaCha20Poly1305::new(&key.derive("latchkey/seal/v1").into());
        Self {
            cipher,
            tag_key: key.derive("latchkey/tag/v1"),
        }
    }

    pub(crate) fn seal(&self, random: &dyn Random, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("memory holds what is sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    /// `None` when it was sealed under another key or for another purpose, or changed since.
    pub(crate) fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: body,
            aad: purpose.as_bytes(),
        };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// A short proof that we wrote these parts: the first 128 bits of their HMAC, in base64.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(&hmac(&self.tag_key, parts)[..16])
    }

    pub(crate) fn is_tag(&self, parts: &[&[u8]], tag: &str) -> bool {
        self.tag(parts).as_bytes().ct_eq(tag.as_bytes()).into()
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
        Sealer::new(&SecretKey::new(key))
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
