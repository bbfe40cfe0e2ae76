//! What every use case stands on: the database, the clock, randomness, the settings, and where the request came from.
//!
//! This file is the only source of `now()` and of random bytes; `clippy.toml` forbids them everywhere else, so that tests
//! can set the clock and repeat the dice.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use contract::Timestamp;
use rand::Rng;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, DatabaseConnection, DatabaseTransaction,
    DbBackend, EntityTrait, QueryFilter as _, QuerySelect as _, QueryTrait as _,
};
use tokio::{sync::Notify, time::Instant};
use tracing::Instrument as _;
use uuid::Uuid;
use webauthn_rs::Webauthn;

use crate::{
    api_keys::KeyFormat,
    audit::{self, ChainKeys, Draft},
    database::Database,
    error::Result,
    first_run::FirstRun,
    identities::Providers,
    metrics::{DATABASE_WAIT, NONE, TRANSACTION_SECONDS},
    passkeys,
    passwords::Hasher,
    runs::Runs,
    seal::Sealer,
    settings::Settings,
    spans,
    verification::Gate,
};

/// Tells the time.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Fills a buffer with bytes that nobody can foretell.
pub trait Random: Send + Sync {
    fn fill(&self, buffer: &mut [u8]);
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine for the time"
    )]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The generator of `rand`, seeded and reseeded by the operating system.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that draws random bytes"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}

/// Which face of the product a request came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    Page,
    Graphql,
    Rest,
    CommandLine,
    /// A job of the process itself.
    System,
}

impl Face {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Graphql => "graphql",
            Self::Rest => "rest",
            Self::CommandLine => "command_line",
            Self::System => "system",
        }
    }
}

/// Where a request came from; written to the audit log and counted by the throttles.
#[derive(Clone, Debug)]
pub struct Origin {
    pub face: Face,
    /// The client's address, after trusted proxies.
    pub ip: Option<IpAddr>,
    pub user_agent: String,
    /// The device cookie of a browser that has signed in before, as the browser gave it.
    pub device: Option<String>,
    /// The cookie of a browser that may skip the second step of signing in, as the browser gave it.
    pub trust: Option<String>,
    /// Ties the answer, the log and the audit entry together.
    pub trace_id: String,
}

impl Origin {
    pub fn system() -> Self {
        Self::of(Face::System)
    }

    pub fn of(face: Face) -> Self {
        Self {
            face,
            ip: None,
            user_agent: String::new(),
            device: None,
            trust: None,
            trace_id: face.as_str().to_owned(),
        }
    }
}

/// What the process has one of.
struct Core {
    database: Database,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    settings: Settings,
    hasher: Hasher,
    sealer: Sealer,
    keys: KeyFormat,
    chain_keys: ChainKeys,
    gate: Gate,
    relying_party: Option<Webauthn>,
    providers: Providers,
    first_run: FirstRun,
    mail_queued: Notify,
    runs: Runs,
}

/// The ground of a use case: what the process has, and where this request came from. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    core: Arc<Core>,
    origin: Arc<Origin>,
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Ctx {
    /// A context for the process itself; [`Ctx::with_origin`] makes the one of a request.
    pub fn new(
        database: Database,
        settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let hasher = Hasher::new(&settings.passwords);
        let sealer = Sealer::new(&settings.secret_key, &settings.former_secret_keys);
        let keys = KeyFormat::new(&settings);
        let gate = Gate::new(settings.keys.kept, database.charges());
        let chain_keys = ChainKeys::new(&settings);
        let relying_party = passkeys::relying_party(&settings);
        let providers = Providers::new(&settings.social);
        let core = Core {
            database,
            clock,
            random,
            settings,
            hasher,
            sealer,
            keys,
            chain_keys,
            gate,
            relying_party,
            providers,
            first_run: FirstRun::default(),
            mail_queued: Notify::new(),
            runs: Runs::default(),
        };
        Self {
            core: Arc::new(core),
            origin: Arc::new(Origin::system()),
        }
    }

    #[must_use]
    pub fn with_origin(&self, origin: Origin) -> Self {
        Self {
            core: Arc::clone(&self.core),
            origin: Arc::new(origin),
        }
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub fn settings(&self) -> &Settings {
        &self.core.settings
    }

    pub fn database(&self) -> &Database {
        &self.core.database
    }

    pub fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.core.random
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.core.hasher
    }

    pub fn sealer(&self) -> &Sealer {
        &self.core.sealer
    }

    pub(crate) fn keys(&self) -> &KeyFormat {
        &self.core.keys
    }

    pub(crate) fn chain_keys(&self) -> &ChainKeys {
        &self.core.chain_keys
    }

    /// How the jobs of the process fare.
    pub(crate) fn runs(&self) -> &Runs {
        &self.core.runs
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.core.gate
    }

    /// Who passkeys are for; `None` where no domain name says it.
    pub(crate) fn relying_party(&self) -> Option<&Webauthn> {
        self.core.relying_party.as_ref()
    }

    /// Who else may say who somebody is.
    pub(crate) fn providers(&self) -> &Providers {
        &self.core.providers
    }

    pub(crate) fn first_run(&self) -> &FirstRun {
        &self.core.first_run
    }

    /// A new id that sorts by its time (UUID version 7, RFC 9562).
    pub(crate) fn new_id(&self) -> Uuid {
        let mut random = [0; 10];
        self.random().fill(&mut random);
        let millis = u64::try_from(self.now().0).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Random bytes for cookies and nonces that the faces make.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random().fill(&mut bytes);
        bytes
    }

    pub(crate) fn read(&self) -> &DatabaseConnection {
        self.core.database.reader()
    }

    /// Begins the one transaction of a use case.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let asked = Instant::now();
        let begin = self.core.database.begin();
        let inner = begin.instrument(spans::part("database.begin")).await?;
        let began = Instant::now();
        DATABASE_WAIT.histogram(NONE).record(began - asked);
        Ok(Tx {
            inner,
            timing: Timing {
                began,
                result: "rolled_back",
            },
            ctx: self.clone(),
            has_queued_mail: AtomicBool::new(false),
            drafts: Mutex::default(),
        })
    }

    /// Waits until a committed transaction has queued mail.
    pub(crate) async fn mail_queued(&self) {
        self.core.mail_queued.notified().await;
    }
}

/// The transaction of a use case: rows, audit entry and queued mail commit together or, when it is dropped, not at all.
pub(crate) struct Tx {
    inner: DatabaseTransaction,
    timing: Timing,
    ctx: Ctx,
    has_queued_mail: AtomicBool,
    /// Entries for the logs of organizations. They get their places at the end: the head of a chain is the last that a
    /// transaction locks, so no two wait for each other, whatever else they hold.
    drafts: Mutex<Vec<Draft>>,
}

/// Times a transaction until it is dropped.
struct Timing {
    began: Instant,
    result: &'static str,
}

impl Drop for Timing {
    fn drop(&mut self) {
        let times = TRANSACTION_SECONDS.histogram([self.result]);
        times.record(self.began.elapsed());
    }
}

impl Tx {
    pub(crate) fn db(&self) -> &DatabaseTransaction {
        &self.inner
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ctx.now()
    }

    /// Wakes the delivery of mail once this is committed.
    pub(crate) fn will_mail(&self) {
        self.has_queued_mail.store(true, Ordering::Relaxed);
    }

    /// Writes an entry into the log of its organization once all else is done.
    pub(crate) fn will_log(&self, draft: Draft) {
        let mut drafts = self.drafts.lock().unwrap_or_else(PoisonError::into_inner);
        drafts.push(draft);
    }

    fn take_drafts(&self) -> Vec<Draft> {
        std::mem::take(&mut *self.drafts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        // Boxed: every use case holds this future.
        Box::pin(audit::append(&self, &self.ctx, self.take_drafts())).await?;
        self.inner.commit().await?;
        self.timing.result = "committed";
        if self.has_queued_mail.into_inner() {
            self.ctx.core.mail_queued.notify_one();
        }
        Ok(())
    }
}

/// Deletes some rows of a table, at most so many, so that the writer is not kept for long; gives how many. The key is its primary key.
pub(crate) async fn delete_some<E: EntityTrait>(
    tx: &Tx,
    key: E::Column,
    which: Condition,
    most: u64,
) -> Result<u64> {
    let some = E::find()
        .filter(which.clone())
        .limit(most)
        .select_only()
        .column(key)
        .into_query();
    let mut delete = E::delete_many().filter(key.in_subquery(some));
    if tx.db().get_database_backend() == DbBackend::Postgres {
        // One that somebody changes meanwhile is waited for, and then looked at again; what was found by the query inside is not. (On
        // SQLite a write transaction holds everything.)
        delete = delete.filter(which);
    }
    Ok(delete.exec(tx.db()).await?.rows_affected)
}
