//! Argon2id in a bounded pool, off the threads that answer requests.
//!
//! A hash takes tens of milliseconds of a core and megabytes of memory on purpose. At most one a core runs at a time; the
//! next wait in a fair queue, and past [`LONGEST_QUEUE`] the caller is told to come back, so that a flood of sign-ins
//! neither starves other requests nor grows without bound. A few more than can hash hold a [`Permit`], so that no core
//! idles while their throttles are read.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHasher, Version,
    password_hash::{
        Error as HashError,
        phc::{Output, PasswordHash},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use contract::{Password, Problem};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::Instant,
};
use tracing::Instrument as _;
use unicode_normalization::UnicodeNormalization;

use crate::{
    context::Random,
    error::{Error, Result},
    metrics::{HASH_SECONDS, HASHES_REFUSED, NONE},
    settings::PasswordSettings,
    spans,
};

/// How many may wait for a hash; at 20 ms each on two cores the last one waits about five seconds.
const LONGEST_QUEUE: usize = 512;

/// Bytes of salt (RFC 9106 §3.1 recommends 16).
const SALT: usize = 16;

/// How much hashing threads yield to the others ("man 7 sched", the nice value): one that answers requests gets about three
/// times the time of a core that both want.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Hashes and compares passwords.
pub(crate) struct Hasher {
    params: Params,
    count: usize,
    places: Arc<Semaphore>,
    /// Threads of their own: one that takes the next hash as soon as it is done with one stays on its core, while threads that
    /// are woken for each often meet on the same.
    workers: ThreadPool,
    waiting: AtomicUsize,
    running: Arc<AtomicUsize>,
    memory: Arc<Memory>,
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

/// A place among those who may hash next.
pub(crate) struct Permit {
    place: OwnedSemaphorePermit,
    places: usize,
    memory: Arc<Memory>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let is_last = self.place.semaphore().available_permits() + 1 == self.places;
        if is_last {
            self.memory.free();
        }
    }
}

/// How much is to do.
pub(crate) struct Load {
    pub(crate) waiting: usize,
    pub(crate) running: usize,
}

/// One of those who wait, or of those who are hashed; no more once it is dropped, also when the caller goes away while waiting.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    /// Joins those who wait; refused as busy when there are too many.
    fn join(count: &'a AtomicUsize) -> Result<Self> {
        let before = count.fetch_add(1, Ordering::Relaxed);
        let place = Self(count);
        if before < LONGEST_QUEUE {
            Ok(place)
        } else {
            HASHES_REFUSED.counter(NONE).increment(1);
            Err(Problem::busy(5).into())
        }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Lowers the priority of the calling thread: while all cores hash, requests that take microseconds need not wait for a
/// hash to have had its share of the core. Hashing takes as long as before when nobody else wants the core.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    // Where a sandbox refuses it, hashing keeps the ordinary priority.
    let _ = rustix::process::setpriority_process(None, NICENESS);
}

/// Elsewhere the call would be for the whole process.
#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}

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
        let workers = settings.workers.max(1);
        Self {
            params,
            count: places(workers),
            places: Arc::new(Semaphore::new(places(workers))),
            workers: ThreadPoolBuilder::new()
                .num_threads(workers)
                .thread_name(|at| format!("password-{at}"))
                .start_handler(|_| yield_to_others())
                // Whoever waits for it is told; without a handler the whole process would end.
                .panic_handler(|_| ())
                .build()
                .expect("the system gives a thread for each core"),
            waiting: AtomicUsize::new(0),
            running: Arc::default(),
            memory: Arc::default(),
            nobody,
        }
    }

    /// Waits for a place; refused as busy when too many wait already.
    pub(crate) async fn permit(&self) -> Result<Permit> {
        let _waiting = Counted::join(&self.waiting)?;
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .instrument(spans::part("passwords.wait"))
            .await
            .expect("the pool is never closed");
        Ok(Permit {
            place,
            places: self.count,
            memory: Arc::clone(&self.memory),
        })
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
        self.off_thread(permit, move || hash(&params, &password, &salt))
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
        let (memory, password) = (Arc::clone(&self.memory), normalize(password));
        let (permit, is_right) = self
            .off_thread(permit, move || verify(&memory, &password, &stored))
            .await?;
        Ok((permit, is_right? && is_somebody))
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        permit: Permit,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(Permit, T)> {
        let (tell, told) = oneshot::channel();
        let running = Arc::clone(&self.running);
        // The permit goes along: who goes away while the hash is computed still uses a core.
        self.workers.spawn_fifo(move || {
            let began = Instant::now();
            running.fetch_add(1, Ordering::Relaxed);
            let place = Counted(&running);
            let done = work();
            drop(place);
            HASH_SECONDS.histogram(NONE).record(began.elapsed());
            // Nobody listens any more when they went away.
            let _ = tell.send((permit, done));
        });
        told.instrument(spans::part("passwords.hash"))
            .await
            .map_err(|source| Error::internal("hashing a password", source))
    }

    /// What there is to do now.
    pub(crate) fn load(&self) -> Load {
        Load {
            waiting: self.waiting.load(Ordering::Relaxed),
            running: self.running.load(Ordering::Relaxed),
        }
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

/// How many hold a permit at once: those who hash, and a quarter more, at least two, who read or write their throttles.
fn places(workers: usize) -> usize {
    workers + (workers / 4).max(2)
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

fn hash(params: &Params, password: &str, salt: &[u8]) -> Result<String> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash: Result<PasswordHash, _> = argon2.hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string())
        .map_err(|source| Error::internal("hashing a password", source))
}

/// Computes the hash again, as it was made, and compares in constant time.
fn verify(memory: &Memory, password: &str, stored: &str) -> Result<bool> {
    let unreadable = |source| Error::internal("a stored password hash cannot be read", source);
    let phc = PasswordHash::new(stored).map_err(|source| unreadable(source.into()))?;
    let (Some(salt), Some(expected)) = (phc.salt, phc.hash) else {
        return Err(unreadable(HashError::PasswordInvalid));
    };
    let computed = compute(memory, &phc, password, &salt, expected.len());
    Ok(computed.map_err(unreadable)? == expected)
}

fn compute(
    memory: &Memory,
    phc: &PasswordHash,
    password: &str,
    salt: &[u8],
    length: usize,
) -> Result<Output, HashError> {
    let version = phc.version.map(Version::try_from).transpose()?;
    let params = Params::try_from(phc)?;
    let mut blocks = memory.take(params.block_count());
    let argon2 = Argon2::new(
        Algorithm::try_from(phc.algorithm.as_str())?,
        version.unwrap_or_default(),
        params,
    );
    let mut buffer = [0; Output::MAX_LENGTH];
    let out = buffer.get_mut(..length).ok_or(HashError::OutputSize)?;
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut blocks)?;
    memory.give_back(blocks);
    Ok(Output::new(out)?)
}

/// What hashes are computed in, kept for the next while others hold a permit: asking the system for 19 MiB of empty memory
/// each time costs a twentieth of the hash.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    fn take(&self, count: usize) -> Vec<Block> {
        let mut blocks = self.kept().pop().unwrap_or_default();
        blocks.resize(count, Block::default());
        blocks
    }

    fn give_back(&self, blocks: Vec<Block>) {
        self.kept().push(blocks);
    }

    fn free(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    async fn all(hasher: &Hasher) -> Vec<Permit> {
        let mut permits = Vec::new();
        for _ in 0..hasher.places.available_permits() {
            permits.push(hasher.permit().await.expect("nobody waits"));
        }
        permits
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
        let permits = all(&hasher).await;
        for _ in 0..=LONGEST_QUEUE {
            assert!(
                hasher.permit().now_or_never().is_none(),
                "all places are taken, so the next waits"
            );
        }
        drop(permits);
        assert!(hasher.permit().await.is_ok());
    }

    #[tokio::test]
    async fn past_the_longest_queue_one_is_told_to_come_back() {
        let hasher = Hasher::new(&PasswordSettings {
            workers: 1,
            ..cheap()
        });
        let _permits = all(&hasher).await;
        let queue: Vec<_> = (0..LONGEST_QUEUE)
            .map(|_| Counted::join(&hasher.waiting))
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
