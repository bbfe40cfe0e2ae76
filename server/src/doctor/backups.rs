//! Whether there are backups, and how old they are.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use contract::{Timestamp, text::counted};
use domain::{
    backups::{Kept, Schedule, Series, list},
    context::{Clock as _, SystemClock},
};

use crate::{cli::backup::size, config::Config};

use super::Finding;

const ABOUT: &str = "backups";

/// How old the newest backup is.
pub(super) fn age(config: &Config) -> Vec<Finding> {
    let Some(database) = config.sections.database.database_url.file() else {
        return vec![Finding::ok(
            ABOUT,
            "PostgreSQL is backed up with its own tools, which are not checked here.",
        )];
    };
    let Some(schedule) = config.schedule() else {
        return vec![none_scheduled(config)];
    };
    match list(&schedule.folder, &Series::of(&database)) {
        Ok(kept) => {
            let now = SystemClock.now();
            let mut found = vec![newest(&schedule, last(&kept, now), now)];
            found.extend(same_disk(&database, &schedule.folder));
            found
        }
        Err(error) => vec![Finding::problem(
            ABOUT,
            format!("{} cannot be read: {error}.", schedule.folder.display()),
        )],
    }
}

fn none_scheduled(config: &Config) -> Finding {
    let text = "No backups are taken automatically.";
    if config.is_production() {
        Finding::warning(ABOUT, text)
            .advising("Set `backup_folder`, or run `latchkey backup FILE` from a timer.")
    } else {
        Finding::ok(ABOUT, text)
    }
}

/// The newest, without those of the future, which a clock that was ahead has left: the schedule does not count them either.
fn last(kept: &[Kept], now: Timestamp) -> Option<&Kept> {
    kept.iter().find(|kept| kept.is_known(now))
}

fn newest(schedule: &Schedule, newest: Option<&Kept>, now: Timestamp) -> Finding {
    let folder = schedule.folder.display();
    let Some(newest) = newest else {
        return Finding::warning(ABOUT, format!("There is no backup in {folder} yet."))
            .advising("A running server takes the first one within a minute. If it does not, its log says why.");
    };
    let seconds = (now.0 - newest.at.0) / 1000;
    let text = format!(
        "The newest in {folder} is {} old and has {}.",
        told(seconds.max(0)),
        size(newest.bytes)
    );
    // One may be late by as long as it takes, and a server may have been down for a while.
    if seconds > schedule.every_seconds.saturating_mul(2) {
        Finding::problem(ABOUT, text).advising(
            "Check the log for why none was taken since (\"backups: none was taken\"), and whether a server is running.",
        )
    } else {
        Finding::ok(ABOUT, text)
    }
}

fn told(seconds: i64) -> String {
    match seconds {
        ..7200 => counted(seconds / 60, "minute", "minutes"),
        7200..172_800 => counted(seconds / 3600, "hour", "hours"),
        _ => counted(seconds / 86_400, "day", "days"),
    }
}

/// Together they are lost together.
fn same_disk(database: &Path, folder: &Path) -> Option<Finding> {
    let disk = |path: &Path| fs::metadata(path).ok().map(|facts| facts.dev());
    (disk(database)? == disk(folder)?).then(|| {
        Finding::warning(ABOUT, "The backups are on the same disk as the database.")
            .advising("Copy them elsewhere, or set `backup_folder` to another disk.")
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::doctor::Level;

    #[test]
    fn a_backup_of_the_future_hides_no_lack_of_others() {
        let now = Timestamp(1_795_428_000_000);
        let kept = [90_000, -60, -7200].map(|seconds| Kept {
            path: PathBuf::new(),
            at: now.plus_seconds(seconds),
            bytes: 0,
        });
        assert_eq!(last(&kept, now), Some(&kept[1]));
        assert_eq!(last(&kept[..1], now), None);
    }

    #[test]
    fn a_backup_that_is_twice_as_old_as_it_should_be_is_a_problem() {
        let now = Timestamp(1_795_428_000_000);
        let schedule = Schedule {
            folder: PathBuf::from("backups"),
            every_seconds: 3600,
            keep: 3,
        };
        let level = |seconds: i64| {
            let kept = Kept {
                path: PathBuf::new(),
                at: now.minus_seconds(seconds),
                bytes: 1_200_000,
            };
            newest(&schedule, Some(&kept), now)
        };
        let good = level(7200);
        assert_eq!(
            (good.level, good.text.as_str()),
            (
                Level::Ok,
                "The newest in backups is 2 hours old and has 1.2 MB."
            )
        );
        assert_eq!(level(7201).level, Level::Problem);
        assert!(level(60).text.contains(" is 1 minute old"));
        assert_eq!(newest(&schedule, None, now).level, Level::Warning);
    }
}
