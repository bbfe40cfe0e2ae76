//! What is counted of verifications. Each is counted by a handle that is kept: finding it by its labels would be noticed here.

use std::array;

use contract::verification::Verdict;
use metrics::{Counter, Histogram};

use crate::metrics::{
    CHARGE_WRITE_SECONDS, CHARGES_LOST, NONE, VERIFICATION_LOOKUPS, VERIFICATION_SECONDS,
    VERIFICATIONS,
};

pub(super) struct Counted {
    answers: [Counter; Verdict::ALL.len()],
    /// From the question to the written charge, of one key.
    pub(super) seconds: Histogram,
    /// The same of a batch.
    pub(super) batch_seconds: Histogram,
    /// To write down what waited together.
    pub(super) write_seconds: Histogram,
    pub(super) lost: Counter,
}

impl Default for Counted {
    fn default() -> Self {
        let answer = |at: usize| VERIFICATIONS.counter([Verdict::ALL[at].as_str()]);
        Self {
            answers: array::from_fn(answer),
            seconds: VERIFICATION_SECONDS.histogram(["one"]),
            batch_seconds: VERIFICATION_SECONDS.histogram(["batch"]),
            write_seconds: CHARGE_WRITE_SECONDS.histogram(NONE),
            lost: CHARGES_LOST.counter(NONE),
        }
    }
}

impl Counted {
    pub(super) fn answered(&self, verdict: Verdict) {
        let at = Verdict::ALL.iter().position(|other| *other == verdict);
        if let Some(counter) = at.and_then(|at| self.answers.get(at)) {
            counter.increment(1);
        }
    }
}

/// How keys were found.
pub(super) struct Lookups {
    pub(super) hit: Counter,
    pub(super) miss: Counter,
    pub(super) unknown: Counter,
}

impl Default for Lookups {
    fn default() -> Self {
        let of = |result| VERIFICATION_LOOKUPS.counter([result]);
        Self {
            hit: of("hit"),
            miss: of("miss"),
            unknown: of("unknown"),
        }
    }
}
