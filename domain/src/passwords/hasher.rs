//! Argon2id in a bounded pool, off the threads that answer requests.
//!
//! A hash takes tens of milliseconds of a core and megabytes of memory on purpose. At most one a core runs at a time; the
//! next wait in a fair queue, and past [`LONGEST_QUEUE`] the caller is told to come back, so that a flood of sign-ins
//! neither starves other requests nor grows without bound.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use contract::{Password, Problem};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization;

use crate::{
    context::Random,
    error::{Error, Result},
    settings::PasswordSettings,
};

/// How many may wait for a hash; at 20 ms each on two cores the last one waits about five seconds.
const LONGEST_QUEUE: usize = 512;

/// Bytes of salt (RFC 9106 §3.1 recommends 16).
const SALT: usize = 16;

/// Hashes and compares passwords.
pub(crate) struct Hasher {
    params: Params,
    workers: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// What the password of nobody is compared with, so that an unknown address costs the same.
    nobody: String,
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// A place among those who may hash now.
pub(crate) struct Permit {
    _place: OwnedSemaphorePermit,
}

/// A place among those who wait; given up also when the caller goes away while waiting.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    /// Joins those who wait; refused as busy when there are too many.
    fn join(count: &'a AtomicUsize) -> Result<Self> {
        let before = count.fetch_add(1, Ordering::Relaxed);
        let place = Self(count);
        metrics::gauge!("latchkey_password_hashes_waiting")
            .set(f64::from(u32::try_from(before).unwrap_or(u32::MAX)));
        if before < LONGEST_QUEUE {
            Ok(place)
        } else {
            Err(Problem::busy(5).into())
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Hasher {
    pub(crate) fn new(settings: &PasswordSettings) -> Self {
        let params = Params::new(
            settings.memory_kib,
            settings.iterations,
            settings.parallelism,
            None,
        )
        .expect("the configuration has checked the cost of hashing");
        let nobody = nobody(&params);
        Self {
            params,
            workers: Arc::new(Semaphore::new(settings.workers.max(1))),
            waiting: AtomicUsize::new(0),
            nobody,
        }
    }

    /// Waits for a place; refused as busy when too many wait already.
    pub(crate) async fn permit(&self) -> Result<Permit> {
        let _waiting = Waiting::join(&self.waiting)?;
        let place = Arc::clone(&self.workers)
            .acquire_owned()
            .await
            .expect("the pool is never closed");
        Ok(Permit { _place: place })
    }

    /// Hashes a password into a PHC string that carries its salt and parameters.
    pub(crate) async fn hash(
        &self,
        permit: Permit,
        random: &dyn Random,
        password: &Password,
    ) -> Result<String> {
        let mut salt = [0; SALT];
        random.fill(&mut salt);
        let (params, password) = (self.params.clone(), normalize(password));
        off_thread(permit, move || hash(&params, &password, &salt))
            .await?
            .1
    }

    /// Whether the password is the one of the hash. Without a hash it compares with nobody's, taking the same time, and
    /// says no. Gives the permit back for what must follow under it.
    pub(crate) async fn verify(
        &self,
        permit: Permit,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<(Permit, bool)> {
        let is_somebody = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let password = normalize(password);
        let (permit, is_right) = off_thread(permit, move || verify(&password, &stored)).await?;
        Ok((permit, is_right? && is_somebody))
    }

    /// Whether the hash was made with other parameters than are configured now.
    pub(crate) fn is_outdated(&self, stored: &str) -> bool {
        let params = PasswordHash::new(stored)
            .ok()
            .and_then(|phc| Params::try_from(&phc).ok());
        params.is_none_or(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost())
                != (
                    self.params.m_cost(),
                    self.params.t_cost(),
                    self.params.p_cost(),
                )
        })
    }
}

/// A hash under these costs that no password has but by a chance of 1 in 2^256. Made up rather than computed: computing one
/// would take its time and memory at every start.
fn nobody(params: &Params) -> String {
    let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
    let (salt, hash) = (
        STANDARD_NO_PAD.encode([7; SALT]),
        STANDARD_NO_PAD.encode([7; 32]),
    );
    format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${hash}")
}

/// NFC, so that "é" is the same password however a keyboard composes it (NIST SP 800-63B-4 §3.1.1.2).
pub(super) fn normalize(password: &Password) -> String {
    password.expose().nfc().collect()
}

/// Whether both open the same lock.
pub(crate) fn are_same(one: &Password, other: &Password) -> bool {
    normalize(one) == normalize(other)
}

async fn off_thread<T: Send + 'static>(
    permit: Permit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(Permit, T)> {
    let done = tokio::task::spawn_blocking(move || (permit, work())).await;
    done.map_err(|source| Error::internal("hashing a password", source))
}

fn hash(params: &Params, password: &str, salt: &[u8]) -> Result<String> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash: Result<PasswordHash, _> = argon2.hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string())
        .map_err(|source| Error::internal("hashing a password", source))
}

fn verify(password: &str, stored: &str) -> Result<bool> {
    use argon2::password_hash::Error as HashError;
    let verified = Argon2::default().verify_password(password.as_bytes(), stored);
    match verified {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(source) => Err(Error::internal(
            "a stored password hash cannot be read",
            source,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::SystemRandom;

    fn cheap() -> PasswordSettings {
        PasswordSettings {
            memory_kib: 64,
            iterations: 1,
            workers: 2,
            ..PasswordSettings::default()
        }
    }

    async fn verifies(hasher: &Hasher, password: &str, stored: Option<&str>) -> bool {
        let permit = hasher.permit().await.expect("nobody waits");
        hasher
            .verify(permit, &Password::new(password), stored)
            .await
            .expect("a hash of ours")
            .1
    }

    async fn hashed(hasher: &Hasher, password: &str) -> String {
        let permit = hasher.permit().await.expect("nobody waits");
        hasher
            .hash(permit, &SystemRandom, &Password::new(password))
            .await
            .expect("it hashes")
    }

    #[tokio::test]
    async fn the_password_itself_verifies_and_no_other() {
        let hasher = Hasher::new(&cheap());
        let stored = hashed(&hasher, "correct horse battery").await;
        assert!(
            stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"),
            "{stored}"
        );
        assert!(verifies(&hasher, "correct horse battery", Some(&stored)).await);
        for other in [
            "Correct horse battery",
            "correct horse battery ",
            "correct horse batter",
            "",
        ] {
            assert!(!verifies(&hasher, other, Some(&stored)).await, "{other:?}");
        }
        assert_ne!(
            stored,
            hashed(&hasher, "correct horse battery").await,
            "each hash has its own salt"
        );
    }

    #[tokio::test]
    async fn a_composed_and_a_decomposed_letter_are_the_same_password() {
        let hasher = Hasher::new(&cheap());
        let stored = hashed(&hasher, "caf\u{e9} au lait s'il vous").await;
        assert!(verifies(&hasher, "cafe\u{301} au lait s'il vous", Some(&stored)).await);
    }

    #[tokio::test]
    async fn nothing_is_cut_at_72_bytes() {
        let hasher = Hasher::new(&cheap());
        let stored = hashed(&hasher, &"x".repeat(80)).await;
        assert!(!verifies(&hasher, &"x".repeat(72), Some(&stored)).await);
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let hasher = Hasher::new(&cheap());
        assert!(!verifies(&hasher, "the password of nobody", None).await);
    }

    #[tokio::test]
    async fn who_goes_away_while_waiting_takes_no_place() {
        use futures::FutureExt as _;
        let hasher = Hasher::new(&PasswordSettings {
            workers: 1,
            ..cheap()
        });
        let permit = hasher.permit().await.expect("nobody waits");
        for _ in 0..=LONGEST_QUEUE {
            assert!(
                hasher.permit().now_or_never().is_none(),
                "one worker is busy, so the next waits"
            );
        }
        drop(permit);
        assert!(hasher.permit().await.is_ok());
    }

    #[tokio::test]
    async fn past_the_longest_queue_one_is_told_to_come_back() {
        let hasher = Hasher::new(&PasswordSettings {
            workers: 1,
            ..cheap()
        });
        let _permit = hasher.permit().await.expect("nobody waits");
        let queue: Vec<_> = (0..LONGEST_QUEUE)
            .map(|_| Waiting::join(&hasher.waiting))
            .collect();
        assert!(queue.iter().all(Result::is_ok));
        assert!(
            hasher
                .permit()
                .await
                .is_err_and(|error| error.is_refusal(contract::Code::Busy))
        );
        drop(queue);
        assert_eq!(hasher.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_hash_with_other_costs_is_outdated() {
        let hasher = Hasher::new(&cheap());
        let stored = hashed(&hasher, "correct horse battery").await;
        assert!(!hasher.is_outdated(&stored));
        assert!(
            Hasher::new(&PasswordSettings {
                memory_kib: 128,
                ..cheap()
            })
            .is_outdated(&stored)
        );
        assert!(hasher.is_outdated("junk"));
    }
}
