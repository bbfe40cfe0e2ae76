//! What binds the entries of an organization's log to one another.
//!
//! Each entry has a place, and a keyed hash (HMAC-SHA-256) over all of it that never changes and over the hash of the entry
//! before it; so none is changed, taken out or put elsewhere without a gap or a hash that does not fit. What it says (`before` and
//! `after`, and `ip`) is in that hash by a salted digest: when a person is erased text and salt go, the digest stays, and the
//! chain holds. The head, a row of its own, carries a tag over the last place, so that the end cannot be cut off either.
//!
//! Keys are derived from the installation's secrets as peppers are (`api_keys::format`), and named, so that they can be rotated.
//! Whoever has the database alone can compute none of it.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    seal::{SecretKey, hmac},
    settings::Settings,
};

pub(super) type Mac = [u8; 32];

/// Bytes of a salt.
pub(super) const SALT: usize = 16;

/// The keys of chains: the one for new entries first.
pub(crate) struct ChainKeys(Vec<ChainKey>);

impl fmt::Debug for ChainKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChainKeys(…)")
    }
}

pub(super) struct ChainKey {
    /// Tells keys apart in the database; nothing can be found out from it.
    pub(super) name: String,
    key: [u8; 32],
}

impl ChainKeys {
    pub(crate) fn new(settings: &Settings) -> Self {
        let former = &settings.former_secret_keys;
        let ring = settings.keys.peppers.iter().chain([&settings.secret_key]);
        Self::of(ring.chain(former))
    }

    fn of<'a>(ring: impl Iterator<Item = &'a SecretKey>) -> Self {
        Self(ring.map(ChainKey::new).collect())
    }

    pub(super) fn newest(&self) -> &ChainKey {
        &self.0[0]
    }

    /// The names of the keys that only `former_secret_keys` give.
    pub(super) fn former_names(settings: &Settings) -> Vec<String> {
        let names = |secrets: &[SecretKey]| -> Vec<String> {
            secrets.iter().map(|key| ChainKey::new(key).name).collect()
        };
        let mut present = names(&settings.keys.peppers);
        present.extend(names(std::slice::from_ref(&settings.secret_key)));
        let mut former = names(&settings.former_secret_keys);
        former.retain(|name| !present.contains(name));
        former
    }

    /// `None` for a key that this installation does not have any more.
    pub(super) fn find(&self, name: &str) -> Option<&ChainKey> {
        self.0.iter().find(|key| key.name == name)
    }
}

/// What of an entry never changes, but for its place and digests.
pub(super) struct Fixed<'a> {
    pub(super) organization: Uuid,
    pub(super) id: Uuid,
    pub(super) at: i64,
    pub(super) actor_kind: &'a str,
    pub(super) actor_id: Option<Uuid>,
    /// Staff who acted as the actor.
    pub(super) impersonator_id: Option<Uuid>,
    pub(super) face: &'a str,
    pub(super) action: &'a str,
    pub(super) subject_kind: &'a str,
    pub(super) subject_id: Uuid,
    pub(super) trace_id: &'a str,
}

/// Where an entry stands: its place, the hash of the one before it (empty where nothing may be taken for one), and digests.
pub(super) struct Place<'a> {
    pub(super) seq: i64,
    pub(super) previous: &'a [u8],
    pub(super) facts: &'a [u8],
    pub(super) ip: &'a [u8],
}

impl ChainKey {
    fn new(secret: &SecretKey) -> Self {
        let name = Sha256::digest(secret.derive("latchkey/audit-chain-name/v1"));
        Self {
            name: name[..4].iter().map(|byte| format!("{byte:02x}")).collect(),
            key: secret.derive("latchkey/audit-chain/v1"),
        }
    }

    /// The digest of what an entry says.
    pub(super) fn facts(&self, salt: &[u8], before: Option<&str>, after: Option<&str>) -> Mac {
        hmac(&self.key, &[b"facts", salt, &told(before), &told(after)])
    }

    /// The digest of where it came from.
    pub(super) fn ip(&self, salt: &[u8], ip: Option<&str>) -> Mac {
        hmac(&self.key, &[b"ip", salt, &told(ip)])
    }

    /// The hash of an entry in its place.
    pub(super) fn link(&self, entry: &Fixed<'_>, place: &Place<'_>) -> Mac {
        let actor = entry
            .actor_id
            .map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        let (seq, at) = (place.seq.to_be_bytes(), entry.at.to_be_bytes());
        let known: [&[u8]; 15] = [
            b"entry",
            entry.organization.as_bytes(),
            &seq,
            place.previous,
            entry.id.as_bytes(),
            &at,
            entry.actor_kind.as_bytes(),
            &actor,
            entry.face.as_bytes(),
            entry.action.as_bytes(),
            entry.subject_kind.as_bytes(),
            entry.subject_id.as_bytes(),
            entry.trace_id.as_bytes(),
            place.facts,
            place.ip,
        ];
        let mut parts = known.to_vec();
        // Entries from before there was one have no such part; each part stands behind its length, so none is taken for another.
        if let Some(id) = &entry.impersonator_id {
            let more: [&[u8]; 2] = [b"impersonator", id.as_bytes()];
            parts.extend(more);
        }
        hmac(&self.key, &parts)
    }

    /// The tag of a head: the chain ends at this place, with this hash.
    pub(super) fn head(&self, organization: Uuid, seq: i64, hash: &[u8]) -> Mac {
        hmac(
            &self.key,
            &[b"head", organization.as_bytes(), &seq.to_be_bytes(), hash],
        )
    }
}

/// Nothing is something else than an empty text.
fn told(text: Option<&str>) -> Vec<u8> {
    match text {
        None => vec![0],
        Some(text) => [&[1], text.as_bytes()].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secrets: &[&str]) -> ChainKeys {
        let secrets: Vec<_> = secrets.iter().map(|text| SecretKey::new(*text)).collect();
        ChainKeys::of(secrets.iter())
    }

    fn fixed<'a>() -> Fixed<'a> {
        Fixed {
            organization: Uuid::from_u128(1),
            id: Uuid::from_u128(2),
            at: 3,
            actor_kind: "user",
            actor_id: Some(Uuid::from_u128(4)),
            impersonator_id: None,
            face: "page",
            action: "member.left",
            subject_kind: "user",
            subject_id: Uuid::from_u128(4),
            trace_id: "trace",
        }
    }

    fn link(key: &ChainKey, entry: &Fixed<'_>, seq: i64, previous: &[u8]) -> Mac {
        let place = Place {
            seq,
            previous,
            facts: b"facts",
            ip: b"ip",
        };
        key.link(entry, &place)
    }

    #[test]
    fn a_hash_is_of_every_field_and_of_the_place() {
        let keys = keys(&["one"]);
        let hash = |entry: &Fixed<'_>| link(keys.newest(), entry, 1, b"before");
        let own = hash(&fixed());
        assert_eq!(own, hash(&fixed()));
        let changes: [fn(&mut Fixed<'static>); 11] = [
            |entry| entry.organization = Uuid::from_u128(9),
            |entry| entry.id = Uuid::from_u128(9),
            |entry| entry.at = 9,
            |entry| entry.actor_kind = "api_key",
            |entry| entry.actor_id = None,
            |entry| entry.impersonator_id = Some(Uuid::from_u128(9)),
            |entry| entry.face = "rest",
            |entry| entry.action = "member.removed",
            |entry| entry.subject_kind = "api_key",
            |entry| entry.subject_id = Uuid::from_u128(9),
            |entry| entry.trace_id = "other",
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut other = fixed();
            change(&mut other);
            assert_ne!(own, hash(&other), "change {number}");
        }
        assert_ne!(own, link(keys.newest(), &fixed(), 2, b"before"));
        assert_ne!(own, link(keys.newest(), &fixed(), 1, b"other"));
    }

    #[test]
    fn an_impersonator_is_neither_another_one_nor_none() {
        let keys = keys(&["one"]);
        let hash = |id: Option<u128>| {
            let mut entry = fixed();
            entry.impersonator_id = id.map(Uuid::from_u128);
            link(keys.newest(), &entry, 1, b"before")
        };
        assert_ne!(hash(Some(5)), hash(Some(6)));
        assert_ne!(hash(Some(5)), hash(None));
    }

    #[test]
    fn nothing_and_an_empty_text_differ_and_so_do_salts() {
        let keys = keys(&["one"]);
        let key = keys.newest();
        assert_ne!(
            key.facts(b"salt", None, Some("")),
            key.facts(b"salt", Some(""), None)
        );
        assert_ne!(key.ip(b"salt", None), key.ip(b"salt", Some("")));
        assert_ne!(key.ip(b"salt", Some("::1")), key.ip(b"pepper", Some("::1")));
    }

    #[test]
    fn an_older_key_is_found_by_its_name_and_one_that_is_gone_is_not() {
        let (before, after) = (keys(&["one"]), keys(&["two", "one"]));
        let name = &before.newest().name;
        let found = after.find(name).expect("it is in the ring");
        assert_eq!(
            link(found, &fixed(), 1, b""),
            link(before.newest(), &fixed(), 1, b"")
        );
        assert_ne!(after.newest().name, *name);
        assert!(keys(&["three"]).find(name).is_none());
    }
}
