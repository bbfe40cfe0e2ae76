//! What is counted and timed: each metric of the rules stands here once, with what it means.
//!
//! Names follow Prometheus. Labels are few and their values fixed: never an id, an address, or anything else that a caller
//! chooses. What is a state rather than a count is looked up when somebody asks ([`refresh`]). A metric that is found by its
//! labels each time costs a fifth of a microsecond; where that is much, its handle is kept.
//!
//! To add a metric: an entry in the table, and `make generated`, which writes `docs/metrics.md` from it.

use std::{future::Future, time::Duration};

use ::metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, SharedString};
use contract::Timestamp;

use crate::{Ctx, error::Result, mail, verification};

static METADATA: Metadata<'static> = Metadata::new("latchkey", Level::INFO, Some(module_path!()));

/// How long the database may take to tell of itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// What can be done with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Times, by how many were at most so long.
    Histogram,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric: everything that is said of it anywhere is said here.
#[derive(Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    pub meaning: &'static str,
}

/// Metrics that belong together.
#[derive(Debug)]
pub struct Section {
    pub title: &'static str,
    pub metrics: &'static [&'static Metric],
}

impl Metric {
    /// The counter with these values of the labels, in their order. Likewise the other two.
    pub fn counter<V: Into<SharedString>>(&self, values: impl IntoIterator<Item = V>) -> Counter {
        let key = self.key(Kind::Counter, values);
        ::metrics::with_recorder(|recorder| recorder.register_counter(&key, &METADATA))
    }

    pub fn gauge<V: Into<SharedString>>(&self, values: impl IntoIterator<Item = V>) -> Gauge {
        let key = self.key(Kind::Gauge, values);
        ::metrics::with_recorder(|recorder| recorder.register_gauge(&key, &METADATA))
    }

    pub fn histogram<V: Into<SharedString>>(
        &self,
        values: impl IntoIterator<Item = V>,
    ) -> Histogram {
        let key = self.key(Kind::Histogram, values);
        ::metrics::with_recorder(|recorder| recorder.register_histogram(&key, &METADATA))
    }

    fn key<V: Into<SharedString>>(&self, kind: Kind, values: impl IntoIterator<Item = V>) -> Key {
        debug_assert_eq!(kind, self.kind, "{}", self.name);
        let mut values = values.into_iter();
        let labels: Vec<Label> = (self.labels.iter().zip(values.by_ref()))
            .map(|(name, value)| Label::new(*name, value))
            .collect();
        debug_assert!(
            labels.len() == self.labels.len() && values.next().is_none(),
            "{} has other labels",
            self.name
        );
        Key::from_parts(self.name, labels)
    }

    /// Tells the recorder what it means.
    pub fn describe(&self) {
        let (name, meaning) = (self.name.into(), self.meaning.trim().into());
        ::metrics::with_recorder(|recorder| match self.kind {
            Kind::Counter => recorder.describe_counter(name, None, meaning),
            Kind::Gauge => recorder.describe_gauge(name, None, meaning),
            Kind::Histogram => recorder.describe_histogram(name, None, meaning),
        });
    }
}

/// The values of a metric without labels.
pub const NONE: [&str; 0] = [];

/// Makes a static of each metric, and a table of them all.
#[macro_export]
macro_rules! metrics_table {
    ($($title:literal {$(
        $(#[doc = $meaning:literal])+
        $metric:ident: $kind:ident = $name:literal [$($label:literal),*];
    )+})+) => {
        $($(
            $(#[doc = $meaning])+
            pub static $metric: $crate::metrics::Metric = $crate::metrics::Metric {
                name: $name,
                kind: $crate::metrics::Kind::$kind,
                labels: &[$($label),*],
                meaning: concat!($($meaning),+),
            };
        )+)+

        /// Every metric that is kept here.
        pub static SECTIONS: &[$crate::metrics::Section] = &[$(
            $crate::metrics::Section { title: $title, metrics: &[$(&$metric),+] }
        ),+];
    };
}

metrics_table! {
    "Verification" {
        /// Verifications, by answer: `VALID`, `NOT_FOUND`, `REVOKED` and so on, as in `docs/api-keys.md`.
        VERIFICATIONS: Counter = "latchkey_verifications_total" ["code"];
        /// Time from the question to the written charge, by kind: of `one` key, or of a whole `batch`.
        VERIFICATION_SECONDS: Histogram = "latchkey_verification_seconds" ["kind"];
        /// Look-ups of keys: `hit` in memory, `miss` read from the database, `unknown` when it is known without reading that
        /// there is no such key.
        VERIFICATION_LOOKUPS: Counter = "latchkey_verification_lookups_total" ["result"];
        /// What is kept in memory: `keys` (bounded by `keys_in_memory`), `organizations`, and `secrets`, of which only the
        /// existence is known.
        VERIFICATION_ENTRIES: Gauge = "latchkey_verification_table_entries" ["kind"];
        /// Time to write down the charges of all verifications that waited together.
        CHARGE_WRITE_SECONDS: Histogram = "latchkey_charge_write_seconds" [];
        /// Verifications whose charges could not be written down after several tries; they were answered with 503.
        CHARGES_LOST: Counter = "latchkey_charge_failures_total" [];
        /// Files of charges beside a SQLite database that are not counted yet.
        CHARGE_FILES: Gauge = "latchkey_charge_files" [];
        /// Bytes in them.
        CHARGE_FILES_BYTES: Gauge = "latchkey_charge_files_bytes" [];
        /// Rows of charges in the database that are not counted yet.
        CHARGE_ROWS: Gauge = "latchkey_charge_rows" [];
        /// Age of the oldest charge that is not counted yet, in files and rows, 0 when there is none. Usage and quotas in the
        /// pages lag behind by this much.
        CHARGE_LAG: Gauge = "latchkey_charge_lag_seconds" [];
    }
    "Sign-ins" {
        /// Sign-ins, by result: `ok`, `challenged` (the second step is asked for), `refused`, `wrong_code` (at the second step)
        /// and `throttled` (after too many wrong passwords).
        SIGN_INS: Counter = "latchkey_sign_ins_total" ["result"];
        /// Providers of sign-ins (`google`, `github`, `oidc`) that did not respond as expected.
        PROVIDER_FAILURES: Counter = "latchkey_provider_failures_total" ["provider"];
        /// Passwords that wait to be hashed or compared. From 512 on, more are refused.
        HASHES_WAITING: Gauge = "latchkey_password_hashes_waiting" [];
        /// Passwords that are hashed or compared now, at most `password_workers`.
        HASHES_RUNNING: Gauge = "latchkey_password_hashes_running" [];
        /// Passwords that were not hashed because too many waited; answered with 503.
        HASHES_REFUSED: Counter = "latchkey_password_hashes_refused_total" [];
        /// Time to hash or compare a password, without waiting.
        HASH_SECONDS: Histogram = "latchkey_password_hash_seconds" [];
    }
    "Database" {
        /// Time until a transaction has begun. SQLite has one writer, and this is mostly the wait for it.
        DATABASE_WAIT: Histogram = "latchkey_database_wait_seconds" [];
        /// Time of a transaction, from start to end, by result: `committed` or `rolled_back`.
        TRANSACTION_SECONDS: Histogram = "latchkey_database_transaction_seconds" ["result"];
        /// Time of a statement, inside a transaction or not.
        STATEMENT_SECONDS: Histogram = "latchkey_database_statement_seconds" [];
        /// Statements that the database refused or did not answer.
        STATEMENT_FAILURES: Counter = "latchkey_database_statement_failures_total" [];
        /// Open connections, by pool (`reader` and `writer`; on PostgreSQL both are one) and state: `used` or `idle`.
        DATABASE_CONNECTIONS: Gauge = "latchkey_database_connections" ["pool", "state"];
        /// How many connections a pool opens at most.
        DATABASE_CONNECTIONS_MAX: Gauge = "latchkey_database_connections_max" ["pool"];
        /// Size of the database, as it reports it.
        DATABASE_BYTES: Gauge = "latchkey_database_size_bytes" [];
    }
    "Mail" {
        /// E-mails by state: `queued`, or `dead` after the last attempt.
        MAIL_QUEUE: Gauge = "latchkey_mail_queue" ["state"];
        /// Age of the oldest e-mail that is queued, 0 when there is none. One that is tried again keeps its age.
        MAIL_OLDEST: Gauge = "latchkey_mail_oldest_seconds" [];
        /// Attempts to send an e-mail, by result: `sent`, `retried` (not accepted, and tried again) or `dead`.
        MAILS: Counter = "latchkey_mails_total" ["result"];
        /// Time of an attempt.
        MAIL_SECONDS: Histogram = "latchkey_mail_send_seconds" [];
    }
    "Jobs" {
        /// Runs of a job, by result: `ok` or `failed`. The jobs are `mail`, `maintenance` (every 15 minutes), `following` (each
        /// second, what other processes have changed), `warnings` (of quotas) and `counting` (of charges; both each second to each
        /// half minute), and `backups` (each minute, where they are taken by schedule).
        JOB_RUNS: Counter = "latchkey_job_runs_total" ["name", "result"];
        /// When a job last succeeded, in seconds since 1970; when it first started, if it has not yet.
        JOB_LAST_SUCCESS: Gauge = "latchkey_job_last_success_timestamp_seconds" ["name"];
        /// Time of a run.
        JOB_SECONDS: Histogram = "latchkey_job_seconds" ["name"];
    }
    "Backups" {
        /// Backups that were due by the schedule, by result: `ok` or `failed`. Only where `backup_folder` is set.
        BACKUPS: Counter = "latchkey_backups_total" ["result"];
        /// Time since the last successful scheduled backup, checked each minute.
        BACKUP_AGE: Gauge = "latchkey_backup_age_seconds" [];
    }
}

/// Looks up what is a state. What the database does not tell in time stays as it was.
pub async fn refresh(ctx: &Ctx) {
    let hashing = ctx.hasher().load();
    HASHES_WAITING.gauge(NONE).set(number(hashing.waiting));
    HASHES_RUNNING.gauge(NONE).set(number(hashing.running));
    ctx.gate().refresh();
    for pool in ctx.database().pools() {
        let of = |state| DATABASE_CONNECTIONS.gauge([pool.name, state]);
        of("used").set(number(pool.size.saturating_sub(pool.idle)));
        of("idle").set(number(pool.idle));
        let most = DATABASE_CONNECTIONS_MAX.gauge([pool.name]);
        most.set(f64::from(pool.most));
    }
    if let Some(bytes) = in_time(ctx.database().size()).await {
        DATABASE_BYTES.gauge(NONE).set(bytes as f64);
    }
    refresh_mail(ctx).await;
    if let Some(backlog) = in_time(verification::backlog(ctx)).await {
        CHARGE_FILES.gauge(NONE).set(backlog.files as f64);
        CHARGE_FILES_BYTES.gauge(NONE).set(backlog.bytes as f64);
        CHARGE_ROWS.gauge(NONE).set(backlog.rows as f64);
        CHARGE_LAG.gauge(NONE).set(age(ctx, backlog.oldest_at));
    }
}

async fn refresh_mail(ctx: &Ctx) {
    if let Some(counts) = in_time(mail::counts(ctx)).await {
        MAIL_QUEUE.gauge(["queued"]).set(counts.queued as f64);
        MAIL_QUEUE.gauge(["dead"]).set(counts.dead as f64);
    }
    if let Some(oldest_at) = in_time(mail::oldest_queued_at(ctx)).await {
        MAIL_OLDEST.gauge(NONE).set(age(ctx, oldest_at));
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Option<T> {
    tokio::time::timeout(PATIENCE, work).await.ok()?.ok()
}

/// Seconds since then; 0 where there is none.
fn age(ctx: &Ctx, since: Option<Timestamp>) -> f64 {
    since.map_or(0.0, |at| at.seconds_until(ctx.now()).into())
}

/// A count as Prometheus takes it.
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}
