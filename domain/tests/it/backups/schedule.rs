//! Backups that are taken by themselves.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use domain::backups::{self, Schedule};
use testkit::{Kit, on_sqlite};

use super::{damage, folder, names, opened};

on_sqlite! {
    scheduled_backups_come_when_they_are_due_and_the_newest_stay,
    a_scheduled_backup_that_fails_deletes_nothing,
    a_clock_that_was_ahead_does_not_put_backups_off,
    backups_of_the_future_take_no_place_of_those_of_now,
    databases_of_one_name_keep_their_backups_in_one_folder,
    backups_from_before_names_told_databases_apart_go_when_they_are_old,
}

const HOUR: i64 = 60 * 60;

fn hourly(folder: &Path) -> Schedule {
    Schedule {
        folder: folder.join("backups"),
        every_seconds: HOUR,
        keep: 2,
    }
}

/// The names in a folder, without what tells the database from others of its name.
fn shown(folder: &Path) -> Vec<String> {
    let shown = |name: String| match name.split_once("Z-") {
        Some((before, mark)) if mark.len() == "1f3a9c04.db".len() => format!("{before}Z-….db"),
        _ => name,
    };
    names(folder).into_iter().map(shown).collect()
}

async fn scheduled_backups_come_when_they_are_due_and_the_newest_stay(kit: Kit) {
    let place = folder();
    let schedule = hourly(place.path());
    let keep_up = async || {
        let done = backups::keep_up(&kit.system(), &schedule).await;
        done.expect("the folder can be written").is_some()
    };
    assert!(keep_up().await, "the first is due at once");
    assert!(!keep_up().await);
    for name in [
        "notes.txt",
        "test-20261123T095959Z.db.1.unfinished",
        "test-wal.db",
    ] {
        fs::write(schedule.folder.join(name), "x").expect("it can be written");
    }
    for _ in 0..3 {
        kit.clock.advance(HOUR - 60);
        assert!(!keep_up().await, "a minute is left");
        kit.clock.advance(60);
        assert!(keep_up().await);
    }
    assert_eq!(
        shown(&schedule.folder),
        [
            "notes.txt",
            "test-20261123T120000Z-….db",
            "test-20261123T130000Z-….db",
            "test-wal.db"
        ],
        "the newest two stay, and what is not ours; what was not finished goes"
    );
    let mode = fs::metadata(&schedule.folder)
        .expect("it is there")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o700);
    backups::run(kit.system(), schedule.clone(), std::future::ready(())).await;
}

async fn a_scheduled_backup_that_fails_deletes_nothing(kit: Kit) {
    let place = folder();
    let database = place.path().join("copy.db");
    backups::take(&kit.system(), &database, false)
        .await
        .expect("it is taken");
    let schedule = hourly(place.path());
    let ctx = opened(&kit, &database).await;
    for _ in 0..2 {
        backups::keep_up(&ctx, &schedule)
            .await
            .expect("it is taken");
        kit.clock.advance(HOUR + 60);
    }
    let before = names(&schedule.folder);
    assert_eq!(before.len(), 2);
    damage(&database);
    let failed = backups::keep_up(&ctx, &schedule)
        .await
        .expect_err("it cannot be read");
    assert!(failed.to_string().contains("is damaged"), "{failed}");
    assert_eq!(names(&schedule.folder), before);
    backups::run(ctx, schedule.clone(), std::future::ready(())).await;
    assert_eq!(names(&schedule.folder), before);
}

async fn a_clock_that_was_ahead_does_not_put_backups_off(kit: Kit) {
    let place = folder();
    let schedule = hourly(place.path());
    let keep_up = async || backups::keep_up(&kit.system(), &schedule).await;
    kit.clock.advance(365 * 24 * HOUR);
    assert!(keep_up().await.is_ok_and(|taken| taken.is_some()));
    kit.clock.advance(-365 * 24 * HOUR);
    assert!(
        keep_up().await.is_ok_and(|taken| taken.is_some()),
        "it is not the last"
    );
    assert!(keep_up().await.is_ok_and(|taken| taken.is_none()));
}

async fn backups_of_the_future_take_no_place_of_those_of_now(kit: Kit) {
    let place = folder();
    let schedule = hourly(place.path());
    let takes = async || {
        let taken = backups::keep_up(&kit.system(), &schedule).await;
        let taken = taken.expect("the folder can be written");
        taken.expect("it is due").file
    };
    kit.clock.advance(365 * 24 * HOUR);
    let first_ahead = takes().await;
    kit.clock.advance(HOUR);
    let second_ahead = takes().await;
    kit.clock.advance(-366 * 24 * HOUR);
    let mut now = Vec::new();
    for _ in 0..3 {
        now.push(takes().await);
        kit.clock.advance(HOUR);
    }
    let mut expected = [&now[1], &now[2], &first_ahead, &second_ahead].map(|file| {
        let name = file.file_name().expect("it has a name");
        name.to_string_lossy().into_owned()
    });
    expected.sort_unstable();
    assert_eq!(names(&schedule.folder), expected);
}

async fn databases_of_one_name_keep_their_backups_in_one_folder(kit: Kit) {
    let place = folder();
    let schedule = hourly(place.path());
    let mut databases = Vec::new();
    for name in ["one", "other"] {
        let file = place.path().join(name).join("latchkey.db");
        fs::create_dir(place.path().join(name)).expect("its place is free");
        backups::take(&kit.system(), &file, false)
            .await
            .expect("it is taken");
        databases.push(opened(&kit, &file).await);
    }
    for _ in 0..4 {
        for ctx in &databases {
            let taken = backups::keep_up(ctx, &schedule).await;
            let taken = taken.expect("the folder can be written");
            assert!(taken.is_some(), "that of the other is none of this one");
        }
        kit.clock.advance(HOUR);
    }
    let mut marks: Vec<String> = names(&schedule.folder)
        .into_iter()
        .filter_map(|name| Some(name.split_once("Z-")?.1.to_owned()))
        .collect();
    marks.sort_unstable();
    assert_eq!(marks.len(), 4, "the newest two of each: {marks:?}");
    assert_eq!((&marks[0], &marks[2]), (&marks[1], &marks[3]));
    assert_ne!(marks[1], marks[2]);
}

async fn backups_from_before_names_told_databases_apart_go_when_they_are_old(kit: Kit) {
    let place = folder();
    let schedule = hourly(place.path());
    fs::create_dir(&schedule.folder).expect("its place is free");
    for hour in ["08", "09"] {
        let name = format!("test-20261123T{hour}3000Z.db");
        fs::write(schedule.folder.join(name), "x").expect("it can be written");
    }
    let keep_up = async || {
        let done = backups::keep_up(&kit.system(), &schedule).await;
        done.expect("the folder can be written").is_some()
    };
    assert!(!keep_up().await, "the last is half an hour old");
    kit.clock.advance(HOUR);
    assert!(keep_up().await);
    assert_eq!(
        shown(&schedule.folder),
        ["test-20261123T093000Z.db", "test-20261123T110000Z-….db"]
    );
    kit.clock.advance(HOUR);
    assert!(keep_up().await);
    assert_eq!(
        shown(&schedule.folder),
        ["test-20261123T110000Z-….db", "test-20261123T120000Z-….db"]
    );
}
