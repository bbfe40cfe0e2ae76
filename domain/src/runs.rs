//! How the jobs of the process fare: what each of their runs came to, for whoever looks after it.
//!
//! Kept in memory: it tells of this process since it started. Of several, each tells of itself.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Mutex, PoisonError},
};

use contract::{Timestamp, admin::JobHealth};

use crate::{Ctx, error::Result};

/// All jobs that have run, by name.
#[derive(Default)]
pub(crate) struct Runs {
    jobs: Mutex<BTreeMap<&'static str, JobHealth>>,
}

impl Runs {
    pub(crate) fn all(&self) -> Vec<JobHealth> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.values().cloned().collect()
    }

    fn note(&self, name: &'static str, began: Timestamp, ended: Timestamp, is_done: bool) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let job = jobs.entry(name).or_insert_with(|| JobHealth {
            name: name.to_owned(),
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
pub(crate) async fn watched<T>(
    ctx: &Ctx,
    name: &'static str,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let began = ctx.now();
    let done = work.await;
    ctx.runs().note(name, began, ctx.now(), done.is_ok());
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_well_again_after_one_good_run() {
        let runs = Runs::default();
        for (began, is_done) in [(0, true), (1_000, false), (2_000, false)] {
            runs.note("a", Timestamp(began), Timestamp(began + 10), is_done);
        }
        let job = runs.all().remove(0);
        assert_eq!((job.runs, job.failures, job.failures_in_a_row), (3, 2, 2));
        assert_eq!(
            (job.last_run_at, job.last_success_at, job.last_milliseconds),
            (Timestamp(2_010), Some(Timestamp(10)), 10)
        );
        assert!(!job.is_well());
        runs.note("a", Timestamp(3_000), Timestamp(3_001), true);
        assert!(runs.all().remove(0).is_well());
    }
}
