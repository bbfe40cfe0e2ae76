//! Backups that are taken by themselves.

use std::{fs, future::Future, path::PathBuf, time::Duration};

use contract::{Timestamp, admin::JobKind};
use tokio::time::Instant;

use super::{
    Kept, Taken, Trouble,
    folder::{Series, list, remove_unfinished},
    take,
};
use crate::{
    Ctx,
    metrics::{BACKUP_AGE, BACKUPS, NONE},
    runs::watched,
};

/// Between two looks at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The wait after a backup that failed.
const AGAIN: Duration = Duration::from_secs(15 * 60);

/// When backups are taken, where to, and how many stay.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub folder: PathBuf,
    pub every_seconds: i64,
    /// The newest; at least one.
    pub keep: usize,
}

/// Takes a backup whenever one is due, until `stop` ends.
pub async fn run(ctx: Ctx, schedule: Schedule, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut failed: Option<Instant> = None;
    loop {
        if failed.is_none_or(|at| at.elapsed() >= AGAIN) {
            failed = match watched(&ctx, JobKind::Backups, keep_up(&ctx, &schedule)).await {
                Ok(_) => None,
                Err(trouble) => {
                    tell(&trouble);
                    Some(Instant::now())
                }
            };
        }
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

fn tell(trouble: &Trouble) {
    BACKUPS.counter(["failed"]).increment(1);
    tracing::error!(error = %trouble, "backups: none was taken; those there are stay");
}

/// Takes a backup if one is due, and then deletes what is beyond those to be kept. After a failure nothing is deleted.
pub async fn keep_up(ctx: &Ctx, schedule: &Schedule) -> Result<Option<Taken>, Trouble> {
    let file = ctx.database().file().ok_or(Trouble::NotSqlite)?;
    let (series, now) = (Series::of(file), ctx.now());
    let read = |source| Trouble::io(format!("Reading {}", schedule.folder.display()))(source);
    let last = last(&list(&schedule.folder, &series).map_err(read)?, now);
    if last.is_some_and(|at| at.plus_seconds(schedule.every_seconds) > now) {
        tell_age(last, now);
        return Ok(None);
    }
    make_folder(schedule)?;
    remove_unfinished(&schedule.folder, &series).map_err(read)?;
    let target = schedule.folder.join(series.name(now));
    let taken = take(ctx, &target, false).await?;
    BACKUPS.counter(["ok"]).increment(1);
    tracing::info!(file = %target.display(), bytes = taken.bytes, milliseconds = taken.milliseconds, "backups: one was taken");
    tell_age(Some(now), now);
    retire(schedule, &series, now)?;
    Ok(Some(taken))
}

/// When the last backup was taken, as far as the clock can tell.
fn last(kept: &[Kept], now: Timestamp) -> Option<Timestamp> {
    let known = kept.iter().filter(|kept| kept.is_known(now));
    known.map(|kept| kept.at).max()
}

fn tell_age(last: Option<Timestamp>, now: Timestamp) {
    if let Some(at) = last {
        let age = (now.0 - at.0).max(0) as f64 / 1000.0;
        BACKUP_AGE.gauge(NONE).set(age);
    }
}

/// Nobody else is to look into it.
fn make_folder(schedule: &Schedule) -> Result<(), Trouble> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder
        .create(&schedule.folder)
        .map_err(Trouble::io(format!("Making {}", schedule.folder.display())))
}

/// Deletes all but the newest of this database. Those of the future stay until their time has come: which of a clock that was ahead
/// and one that is behind is right nobody knows, and they are not to take the places of those that are taken now.
fn retire(schedule: &Schedule, series: &Series, now: Timestamp) -> Result<(), Trouble> {
    let failed = |source| Trouble::io(format!("Deleting in {}", schedule.folder.display()))(source);
    let mut kept = list(&schedule.folder, series).map_err(failed)?;
    kept.retain(|kept| kept.is_known(now));
    for old in kept.iter().skip(schedule.keep.max(1)) {
        fs::remove_file(&old.path).map_err(failed)?;
        tracing::debug!(file = %old.path.display(), "backups: an old one was deleted");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_the_future_is_not_the_last() {
        let now = Timestamp(1_795_428_000_000);
        let kept = |seconds: i64| Kept {
            path: PathBuf::new(),
            at: now.plus_seconds(seconds),
            bytes: 0,
        };
        assert_eq!(last(&[], now), None);
        assert_eq!(
            last(&[kept(90_000), kept(-60), kept(-120)], now),
            Some(now.plus_seconds(-60))
        );
    }
}
