//! How often something may be tried: counted in the database, so that a restart forgives nothing.
//!
//! Two shapes. [`Rate`] is a generic cell rate algorithm (ITU-T I.371): a burst, then one each period; for mail, sign-ups
//! and whatever an address does. [`Failures`] counts wrong answers in a row: a few are free, then each makes the wait
//! longer, and one right answer clears it; for passwords.

mod store;

use std::iter;

use contract::{Problem, Timestamp};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};

use crate::{context::Tx, error::Result};

use store::Row;
pub(crate) use store::sweep;

/// The first 128 bits of the SHA-256 of what is counted, in hexadecimal: the table names no address.
fn digest(subject: &str) -> String {
    Sha256::digest(subject.as_bytes())[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How far the clocks of several machines may differ, in seconds.
const SKEW: i64 = 60;

/// Refused until that time. One further off than the longest wait was written while the clock was ahead, and holds nobody up.
fn wait_until(free_at: Timestamp, now: Timestamp, longest_seconds: i64) -> Result<()> {
    if free_at > now && free_at <= now.plus_seconds(longest_seconds + SKEW) {
        return Err(Problem::rate_limited(now.seconds_until(free_at)).into());
    }
    Ok(())
}

/// `burst` at once, then one each `period_seconds`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) name: &'static str,
    pub(crate) burst: i64,
    pub(crate) period_seconds: i64,
}

impl Rate {
    fn key(&self, subject: &str) -> String {
        format!("{}:{}", self.name, digest(subject))
    }

    /// Refused while the subject has used up its burst; counts nothing.
    pub(crate) async fn check(
        &self,
        db: &impl ConnectionTrait,
        now: Timestamp,
        subject: &str,
    ) -> Result<()> {
        let rows = store::find(db, [self.key(subject)]).await?;
        match rows.first() {
            Some(row) => self.judge(row, now),
            None => Ok(()),
        }
    }

    fn judge(&self, row: &Row, now: Timestamp) -> Result<()> {
        let free_at = row.until_at.minus_seconds(self.leeway_seconds());
        wait_until(free_at, now, self.period_seconds)
    }

    /// Counts one, or refuses to and counts nothing, so that asking too often makes nobody wait longer. Two at once cannot
    /// both take the last place: the row is changed by one statement.
    pub(crate) async fn take(&self, tx: &Tx, now: Timestamp, subject: &str) -> Result<()> {
        let (key, period) = (self.key(subject), self.period_seconds);
        debug_assert!(
            self.burst * period <= store::LONGEST,
            "{} would be swept while it counts",
            self.name
        );
        let highest = now.plus_seconds(self.leeway_seconds());
        let reachable = highest.plus_seconds(period + SKEW);
        if store::advance(tx, &key, now, period, highest, reachable).await? {
            return Ok(());
        }
        self.check(tx.db(), now, subject).await
    }

    /// How far ahead of now the level, the time at which all that was counted is paid off, may lie for one more.
    const fn leeway_seconds(&self) -> i64 {
        (self.burst - 1) * self.period_seconds
    }
}

/// `free` wrong answers, then waits that double from `first_wait_seconds` to `longest_wait_seconds`; forgotten a day after
/// the last one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failures {
    pub(crate) name: &'static str,
    pub(crate) free: u32,
    pub(crate) first_wait_seconds: i64,
    pub(crate) longest_wait_seconds: i64,
}

/// Whose secret is guessed, and on which device that is known to be the owner's: a stranger's guesses do not slow the
/// owner down there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guessed<'a> {
    pub(crate) account: &'a str,
    pub(crate) device: Option<&'a str>,
}

/// A day, in seconds.
const FORGOTTEN_AFTER: i64 = 24 * 60 * 60;

impl Failures {
    fn key(&self, subject: &Guessed<'_>) -> String {
        let device = subject
            .device
            .map(|device| format!(":{}", digest(device)))
            .unwrap_or_default();
        format!("{}:{}{device}", self.name, digest(subject.account))
    }

    /// Refused during a wait for the account, or while the network it comes from has used up its burst of `rate`; tells
    /// otherwise whether there is anything to clear. Both are read by one statement, since sign-in asks twice.
    pub(crate) async fn check(
        &self,
        db: &impl ConnectionTrait,
        now: Timestamp,
        subject: &Guessed<'_>,
        (rate, network): (&Rate, Option<&str>),
    ) -> Result<bool> {
        let key = self.key(subject);
        let keys = iter::once(key.clone()).chain(network.map(|network| rate.key(network)));
        let (own, others): (Vec<Row>, Vec<Row>) = store::find(db, keys)
            .await?
            .into_iter()
            .partition(|row| row.key == key);
        for row in &own {
            wait_until(row.until_at, now, self.longest_wait_seconds)?;
        }
        for row in &others {
            rate.judge(row, now)?;
        }
        Ok(!own.is_empty())
    }

    /// A right answer clears the count.
    pub(crate) async fn clear(&self, tx: &Tx, subject: &Guessed<'_>) -> Result<()> {
        store::delete(tx, &self.key(subject)).await
    }

    /// Clears the counts of an account on every device.
    pub(crate) async fn clear_all(&self, tx: &Tx, account: &str) -> Result<()> {
        store::delete_beginning(
            tx,
            &self.key(&Guessed {
                account,
                device: None,
            }),
        )
        .await
    }

    /// Counts a wrong answer; gives how many there were in a row.
    pub(crate) async fn record(
        &self,
        tx: &Tx,
        now: Timestamp,
        subject: &Guessed<'_>,
    ) -> Result<u32> {
        let key = self.key(subject);
        let count = store::count(tx, &key, now, now.plus_seconds(FORGOTTEN_AFTER)).await?;
        store::set_until(tx, &key, now.plus_seconds(self.wait_seconds(count))).await?;
        Ok(count)
    }

    fn wait_seconds(&self, count: u32) -> i64 {
        match count.checked_sub(self.free) {
            None => 0,
            Some(over) => self
                .first_wait_seconds
                .saturating_mul(1 << over.min(30))
                .min(self.longest_wait_seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_that_was_ahead_has_written_holds_nobody_up() {
        let now = Timestamp(1_795_428_000_000);
        let waits = |seconds| wait_until(now.plus_seconds(seconds), now, 900).is_err();
        assert_eq!([waits(0), waits(1), waits(900)], [false, true, true]);
        assert!(waits(900 + SKEW) && !waits(900 + SKEW + 1));
    }

    #[test]
    fn waits_double_and_end_at_the_longest() {
        let failures = Failures {
            name: "test",
            free: 5,
            first_wait_seconds: 5,
            longest_wait_seconds: 900,
        };
        let waits: Vec<i64> = [1, 4, 5, 6, 7, 12, 13, 99]
            .map(|count| failures.wait_seconds(count))
            .to_vec();
        assert_eq!(waits, [0, 0, 5, 10, 20, 640, 900, 900]);
    }
}
