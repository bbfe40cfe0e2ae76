//! How the jobs of the process fare: what each of their runs came to, for the console and for the metrics.
//!
//! Kept in memory: it tells of this process since it started. Of several, each tells of itself.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Mutex, PoisonError},
};

use contract::{
    Timestamp,
    admin::{JobHealth, JobKind},
};
use tokio::time::Instant;

use crate::{
    Ctx,
    metrics::{JOB_LAST_SUCCESS, JOB_RUNS, JOB_SECONDS},
};

/// All jobs that have run.
#[derive(Default)]
pub(crate) struct Runs {
    jobs: Mutex<BTreeMap<JobKind, JobHealth>>,
}

impl Runs {
    pub(crate) fn all(&self) -> Vec<JobHealth> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.values().cloned().collect()
    }

    fn knows(&self, kind: JobKind) -> bool {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.contains_key(&kind)
    }

    fn note(&self, kind: JobKind, began: Timestamp, ended: Timestamp, is_done: bool) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let job = jobs.entry(kind).or_insert_with(|| JobHealth {
            kind,
            runs: 0,
            failures: 0,
            failures_in_a_row: 0,
            last_run_at: ended,
            last_success_at: None,
            last_milliseconds: 0,
        });
        job.runs += 1;
        job.last_run_at = ended;
        job.last_milliseconds = ended.0.saturating_sub(began.0).max(0).unsigned_abs();
        if is_done {
            job.failures_in_a_row = 0;
            job.last_success_at = Some(ended);
        } else {
            job.failures += 1;
            job.failures_in_a_row += 1;
        }
    }
}

/// Does the work of a job once, and notes how it ended.
pub(crate) async fn watched<T, E>(
    ctx: &Ctx,
    kind: JobKind,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let (began, timer) = (ctx.now(), Instant::now());
    if !ctx.runs().knows(kind) {
        // Its age counts from the first try, so that one that never succeeds is noticed.
        note_success(kind, began);
    }
    let done = work.await;
    let (ended, is_done) = (ctx.now(), done.is_ok());
    ctx.runs().note(kind, began, ended, is_done);
    JOB_SECONDS
        .histogram([kind.as_str()])
        .record(timer.elapsed());
    let result = if is_done { "ok" } else { "failed" };
    JOB_RUNS.counter([kind.as_str(), result]).increment(1);
    if is_done {
        note_success(kind, ended);
    }
    done
}

fn note_success(kind: JobKind, at: Timestamp) {
    let last = JOB_LAST_SUCCESS.gauge([kind.as_str()]);
    last.set(at.0 as f64 / 1000.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_well_again_after_one_good_run() {
        let runs = Runs::default();
        for (began, is_done) in [(0, true), (1_000, false), (2_000, false)] {
            runs.note(
                JobKind::Mail,
                Timestamp(began),
                Timestamp(began + 10),
                is_done,
            );
        }
        let job = runs.all().remove(0);
        assert_eq!((job.runs, job.failures, job.failures_in_a_row), (3, 2, 2));
        assert_eq!(
            (job.last_run_at, job.last_success_at, job.last_milliseconds),
            (Timestamp(2_010), Some(Timestamp(10)), 10)
        );
        assert!(!job.is_well());
        runs.note(JobKind::Mail, Timestamp(3_000), Timestamp(3_001), true);
        assert!(runs.all().remove(0).is_well());
    }
}
