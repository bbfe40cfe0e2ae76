//! The database: is it whole, up to date, and can it be written?

use std::{fs, path::Path};

use domain::{Ctx, vitals};

use crate::{cli::backup::size, config::Config, open};

use super::Finding;

const ABOUT: &str = "database";

/// A write-ahead log beyond this, in bytes, is not brought into the file any more.
const LONG_LOG: u64 = 256 * 1000 * 1000;

/// Which engine answers.
pub(super) async fn engine(ctx: &Ctx) -> Vec<Finding> {
    let found = vitals::engine(ctx).await.map(|engine| {
        vec![Finding::ok(
            ABOUT,
            format!("It is {engine}, and it answers."),
        )]
    });
    Finding::of(ABOUT, found)
}

/// Whether every page and every reference is whole.
pub(super) async fn integrity(ctx: &Ctx) -> Vec<Finding> {
    if ctx.database().file().is_none() {
        return Vec::new();
    }
    let found = vitals::damage(ctx).await.map(|damage| {
        let mut found = Vec::new();
        if !damage.damages.is_empty() {
            let text = format!("It is damaged: {}.", damage.damages.join("; "));
            found.push(Finding::problem(ABOUT, text).advising(
                "Stop the server, keep a copy of the file, and restore the last good backup with `latchkey restore FILE`.",
            ));
        }
        if !damage.dangling.is_empty() {
            let text = format!("Rows of {} refer to rows that do not exist.", damage.dangling.join(", "));
            found.push(Finding::problem(ABOUT, text).advising(
                "Something other than Latchkey has written to it. Restore a backup from before, or delete those rows.",
            ));
        }
        if found.is_empty() {
            found.push(Finding::ok(ABOUT, "Every page and every reference in it is intact."));
        }
        found
    });
    match &found {
        Err(error) if error.is_damage() => vec![
            Finding::problem(ABOUT, format!("It is damaged: {error}.")).advising(
                "Stop the server, and restore the last good backup with `latchkey restore FILE`.",
            ),
        ],
        _ => Finding::of(ABOUT, found),
    }
}

/// Whether it takes changes, and how safely.
pub(super) async fn writing(ctx: &Ctx, config: &Config) -> Vec<Finding> {
    let mut found = vec![match vitals::require_writable(ctx).await {
        Ok(()) => Finding::ok(ABOUT, "It accepts changes."),
        Err(error) if error.is_busy() => {
            Finding::warning(ABOUT, "Another process has been writing for more than five seconds.")
                .advising("Try again. If it stays like this, find out which process has the database open.")
        }
        Err(error) if error.is_full() => {
            Finding::problem(ABOUT, format!("It accepts no changes, because the disk is full: {error}."))
                .advising("Free up space. A running server then recovers by itself; meanwhile, requests that only read are answered.")
        }
        Err(error) => Finding::problem(ABOUT, format!("It accepts no changes: {error}.")).advising(
            "Check the disk (full, or mounted read-only) and who owns the file. Meanwhile, requests that only read are answered.",
        ),
    }];
    match vitals::writing(ctx).await {
        Ok(Some(writing)) => found.extend(manner(&writing, ctx, config)),
        Ok(None) => {}
        Err(error) => found.push(Finding::problem(
            ABOUT,
            format!("This cannot be checked: {error}."),
        )),
    }
    found
}

fn manner(writing: &vitals::Writing, ctx: &Ctx, config: &Config) -> Vec<Finding> {
    let log = ctx.database().file().map_or(0, log_size);
    let text = format!(
        "{} in the file, {} of them unused, and {} in its write-ahead log.",
        size(writing.size),
        size(writing.unused),
        size(log)
    );
    let mut found = vec![if log > LONG_LOG {
        Finding::warning(ABOUT, text)
            .advising("Something has been reading for very long and keeps the log from being merged into the file. A restart ends it.")
    } else if writing.unused > writing.size / 2 && writing.unused > LONG_LOG {
        Finding::warning(ABOUT, text)
            .advising("A backup has no unused space: restoring one frees it.")
    } else {
        Finding::ok(ABOUT, text)
    }];
    if writing.journal_mode != "wal" && ctx.database().is_writable() {
        let text = format!(
            "Its journal mode is {}, but it should be wal.",
            writing.journal_mode
        );
        found.push(Finding::warning(ABOUT, text).advising("Starting the server sets it."));
    }
    found.push(safety(config));
    found
}

fn log_size(database: &Path) -> u64 {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    fs::metadata(path).map_or(0, |facts| facts.len())
}

/// As it is configured: that of the connection in hand says nothing of a running server's.
fn safety(config: &Config) -> Finding {
    if config.database_settings().is_fully_synchronous {
        return Finding::ok(ABOUT, "A power failure loses no change that was confirmed.");
    }
    Finding::ok(
        ABOUT,
        "A power failure can lose the last changes; a crash of the process loses none (`database_synchronous`).",
    )
}

/// Whether the schema is that of this version.
pub(super) async fn schema(ctx: &Ctx) -> Vec<Finding> {
    vec![
        match migrations::pending(ctx.database().for_migrations()).await {
            Ok(pending) if pending.is_empty() => {
                Finding::ok("schema", "It is the schema of this version.")
            }
            Ok(pending) => Finding::warning(
                "schema",
                format!(
                    "It lacks {}; what depends on it was not checked.",
                    pending.join(", ")
                ),
            )
            .advising(
                "Take a backup. The next start brings it up to date, or `latchkey migrate` does.",
            ),
            Err(error) => Finding::problem("schema", open::refused(error).to_string()),
        },
    ]
}
