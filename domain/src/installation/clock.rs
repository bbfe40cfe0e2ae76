//! A clock that has jumped.
//!
//! Ahead, it would end sessions, and purge what may still be restored, before their time; so nothing is deleted until it has stood
//! for a round. Back, it does no harm but that the newest rows are of the future, which `latchkey doctor` tells.

use contract::Timestamp;
use tokio::time::Instant;

use super::store;
use crate::{Ctx, error::Result};

/// More than this, in seconds, is no correction of a clock that goes a little wrong.
const JUMP: i64 = 60 * 60;

/// How long, in seconds, a server may have been down before its clock is doubted.
const DOWN: i64 = 30 * 24 * 60 * 60;

/// Looks at the clock before each round of deleting.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    last: Option<(Timestamp, Instant)>,
}

/// How far a clock is from where it was expected, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Steady,
    Ahead(i64),
    Back(i64),
}

fn judge(expected: Timestamp, leeway: i64, now: Timestamp) -> Verdict {
    let off = now.0.saturating_sub(expected.0) / 1000;
    if off > leeway {
        Verdict::Ahead(off)
    } else if off < -JUMP {
        Verdict::Back(-off)
    } else {
        Verdict::Steady
    }
}

impl Watch {
    /// Whether what has ended by the clock may be deleted.
    pub(crate) async fn may_delete(&mut self, ctx: &Ctx) -> Result<bool> {
        let now = ctx.now();
        let (expected, leeway) = self.expected(ctx, now).await?;
        self.last = Some((now, Instant::now()));
        match judge(expected, leeway, now) {
            Verdict::Ahead(seconds) => {
                tracing::error!(
                    seconds,
                    "the clock has jumped ahead: nothing that has ended is deleted until it has stood for a while"
                );
                return Ok(false);
            }
            Verdict::Back(seconds) => {
                tracing::error!(seconds, "the clock has gone back");
            }
            Verdict::Steady => {}
        }
        let tx = ctx.begin().await?;
        store::set_seen(&tx, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Where the clock should be, and how far it may be ahead of it.
    async fn expected(&self, ctx: &Ctx, now: Timestamp) -> Result<(Timestamp, i64)> {
        if let Some((wall, since)) = self.last {
            let passed = i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX);
            return Ok((wall.plus_seconds(passed), JUMP));
        }
        let seen = store::find(ctx.read()).await?;
        Ok((seen.map_or(now, |row| Timestamp(row.seen_at)), DOWN))
    }
}

/// The newest moments that are stored.
#[derive(Clone, Copy, Debug)]
pub struct Newest {
    /// When the server last cleaned up.
    pub seen: Option<Timestamp>,
    /// The newest of everything that was looked at.
    pub any: Option<Timestamp>,
}

/// Looks at the newest rows; a clock that is behind them is wrong, or was.
pub async fn newest(ctx: &Ctx) -> Result<Newest> {
    let db = ctx.read();
    let seen = store::find(db).await?.map(|row| row.seen_at);
    let events = store::last_event(db).await?;
    let sessions = store::last_seen(db).await?;
    Ok(Newest {
        seen: seen.map(Timestamp),
        any: [seen, events, sessions]
            .into_iter()
            .flatten()
            .max()
            .map(Timestamp),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_795_428_000_000);

    #[test]
    fn a_clock_that_goes_a_little_wrong_has_not_jumped() {
        for seconds in [-JUMP, -1, 0, 1, JUMP] {
            assert_eq!(
                judge(NOON, JUMP, NOON.plus_seconds(seconds)),
                Verdict::Steady
            );
        }
    }

    #[test]
    fn a_jump_is_told_with_its_length() {
        assert_eq!(
            judge(NOON, JUMP, NOON.plus_seconds(JUMP + 1)),
            Verdict::Ahead(JUMP + 1)
        );
        assert_eq!(
            judge(NOON, DOWN, NOON.minus_seconds(JUMP + 1)),
            Verdict::Back(JUMP + 1)
        );
        assert_eq!(judge(NOON, DOWN, NOON.plus_seconds(DOWN)), Verdict::Steady);
    }
}
