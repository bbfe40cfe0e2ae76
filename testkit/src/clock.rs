//! A clock that stands where a test has put it.

use std::sync::atomic::{AtomicI64, Ordering};

use contract::Timestamp;
use domain::context::Clock;

/// When every test begins: 23 November 2026, 10:00 UTC.
pub const BEGINNING: Timestamp = Timestamp(1_795_428_000_000);

/// Stands still but for one millisecond at each look, so that what happens later is later, and ids sort as they were made.
#[derive(Debug)]
pub struct TestClock {
    millis: AtomicI64,
}

impl Default for TestClock {
    fn default() -> Self {
        Self {
            millis: AtomicI64::new(BEGINNING.0),
        }
    }
}

impl TestClock {
    /// Puts the clock forward, or with a negative number back.
    pub fn advance(&self, seconds: i64) {
        self.millis.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub fn set(&self, now: Timestamp) {
        self.millis.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.millis.fetch_add(1, Ordering::SeqCst))
    }
}
