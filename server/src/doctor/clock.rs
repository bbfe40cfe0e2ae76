//! The clock, as far as it can be judged without asking anybody: it cannot be behind what is stored.

use contract::{Timestamp, text::counted};
use domain::{Ctx, installation};

use super::Finding;

const ABOUT: &str = "clock";

/// Machines that share a database may differ by so many seconds.
const SKEW: i64 = 5;

/// More than this, in seconds, is a clock that was set.
const JUMP: i64 = 60 * 60;

/// Compares it with the newest rows.
pub(super) async fn agrees(ctx: &Ctx) -> Vec<Finding> {
    let now = ctx.now();
    let found = installation::newest(ctx)
        .await
        .map(|newest| vec![judge(now, newest.any)]);
    Finding::of(ABOUT, found)
}

fn judge(now: Timestamp, newest: Option<Timestamp>) -> Finding {
    let ahead = newest.map_or(0, |at| (at.0 - now.0) / 1000);
    let advice = "Keep it correct with NTP (`timedatectl`). Sessions and links last as long as the clock says.";
    if ahead > JUMP {
        let text = format!(
            "It says {now}, and rows were written that are {} newer.",
            counted(ahead / 3600, "hour", "hours")
        );
        Finding::problem(ABOUT, text).advising(advice)
    } else if ahead > SKEW {
        let text = format!("It says {now}, and rows were written that are {ahead} s newer.");
        Finding::warning(ABOUT, text).advising(advice)
    } else {
        Finding::ok(
            ABOUT,
            format!("It says {now}, and nothing that is stored is newer."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn a_clock_behind_what_is_stored_is_wrong() {
        let now = Timestamp(1_795_428_000_000);
        let level = |seconds: i64| judge(now, Some(now.plus_seconds(seconds))).level;
        assert_eq!(judge(now, None).level, Level::Ok);
        assert_eq!([level(-90_000), level(SKEW)], [Level::Ok; 2]);
        assert_eq!([level(SKEW + 1), level(JUMP)], [Level::Warning; 2]);
        assert_eq!(level(JUMP + 1), Level::Problem);
    }
}
