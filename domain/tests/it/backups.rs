//! Backups: whole or not there, taken while others write, and put back without losing what was there.

mod schedule;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use contract::{Password, accounts::SignUp, sessions::SignIn};
use domain::{
    Actor, Ctx, accounts,
    backups::{self, Trouble},
    database::url_of,
    sessions::Client,
};
use testkit::{Kit, on_sqlite};

on_sqlite! {
    a_backup_under_load_is_whole_and_holds_what_was_there,
    a_backup_is_its_owners_alone_and_replaces_nothing_unasked,
    a_backup_is_written_into_nothing_that_somebody_has_put_there,
    what_is_restored_elsewhere_is_what_was_backed_up,
    what_a_restore_replaces_is_kept_with_all_that_belongs_to_it,
    a_restore_that_was_interrupted_is_gone_on_with,
    a_backup_that_is_none_or_damaged_is_told_and_changes_nothing,
    a_backup_that_was_copied_with_its_journal_is_restored_with_it,
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("the temporary folder can be written")
}

async fn opened(kit: &Kit, file: &Path) -> Ctx {
    kit.started_on(&url_of(file).expect("its path is UTF-8"))
        .await
}

async fn emails(ctx: &Ctx) -> Vec<String> {
    let all = accounts::list(ctx, &Actor::Operator, None, 10_000).await;
    let mut emails: Vec<String> = all
        .expect("operators see everybody")
        .into_iter()
        .map(|user| user.email.clone())
        .collect();
    emails.sort_unstable();
    emails
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("it can be read")
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort_unstable();
    names
}

/// Makes every page but the first two of a file into nonsense.
fn damage(file: &Path) {
    let mut bytes = fs::read(file).expect("it can be read");
    bytes[8192..].fill(0xA5);
    fs::write(file, bytes).expect("it can be written");
}

async fn a_backup_under_load_is_whole_and_holds_what_was_there(kit: Kit) {
    let place = folder();
    let is_over = AtomicBool::new(false);
    kit.person("ada").await;
    let write = async {
        let mut count = 0;
        while !is_over.load(Ordering::Relaxed) {
            kit.person(&format!("writer-{count}")).await;
            count += 1;
        }
        count
    };
    let back_up = async {
        let mut taken = Vec::new();
        for number in 0..5 {
            let before = emails(&kit.system()).await;
            let file = place.path().join(format!("{number}.db"));
            let backup = backups::take(&kit.system(), &file, false).await;
            let after = kit.count("users").await;
            taken.push((backup.expect("others only write"), before, after));
        }
        is_over.store(true, Ordering::Relaxed);
        taken
    };
    let (written, taken) = tokio::join!(write, back_up);
    assert!(written > 0, "others wrote meanwhile");
    for (backup, before, after) in taken {
        let users = backup.contents.count("users");
        assert!(
            users >= before.len() as u64 && users <= after.unsigned_abs(),
            "{users}"
        );
        assert_eq!(
            users,
            backup.contents.count("profiles"),
            "a person comes whole"
        );
        let found = emails(&opened(&kit, &backup.file).await).await;
        assert!(before.iter().all(|email| found.contains(email)));
        assert_eq!(found.len() as u64, users);
    }
    kit.discards_mail().await;
}

async fn a_backup_is_its_owners_alone_and_replaces_nothing_unasked(kit: Kit) {
    let place = folder();
    let file = place.path().join("backup.db");
    let taken = backups::take(&kit.system(), &file, false)
        .await
        .expect("it is taken");
    assert_eq!(names(place.path()), ["backup.db"], "nothing else is left");
    let facts = fs::metadata(&file).expect("it is there");
    assert_eq!(facts.permissions().mode() & 0o777, 0o600);
    assert_eq!(facts.len(), taken.bytes);
    let again = backups::take(&kit.system(), &file, false).await;
    assert!(matches!(again, Err(Trouble::Exists(_))), "{again:?}");
    kit.person("ada").await;
    let again = backups::take(&kit.system(), &file, true)
        .await
        .expect("it is replaced");
    assert_eq!(
        [taken.contents.count("users"), again.contents.count("users")],
        [0, 1]
    );
    let itself = kit.system().database().file().map(Path::to_owned);
    let itself = itself.expect("it is a file");
    let over = backups::take(&kit.system(), &itself, true).await;
    assert!(matches!(over, Err(Trouble::Itself(_))), "{over:?}");
    let nowhere = backups::take(&kit.system(), &place.path().join("no/such.db"), false).await;
    let told = nowhere.expect_err("there is no folder").to_string();
    assert!(
        told.starts_with("Writing ") && told.contains("no/such.db"),
        "{told}"
    );
}

async fn a_backup_is_written_into_nothing_that_somebody_has_put_there(kit: Kit) {
    let place = folder();
    let file = place.path().join("backup.db");
    let other = place.path().join("other");
    fs::write(&other, "theirs").expect("it can be written");
    let draft = format!("backup.db.{}.unfinished", std::process::id());
    std::os::unix::fs::symlink(&other, place.path().join(draft)).expect("the name is free");
    backups::take(&kit.system(), &file, false)
        .await
        .expect("the folder can be written");
    assert_eq!(fs::read(&other).expect("it is there"), b"theirs");
    let facts = fs::symlink_metadata(&file).expect("it is there");
    assert!(facts.is_file());
    assert_eq!(facts.permissions().mode() & 0o777, 0o600);
    assert_eq!(names(place.path()), ["backup.db", "other"]);
}

async fn what_is_restored_elsewhere_is_what_was_backed_up(kit: Kit) {
    let (here, there) = (folder(), folder());
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let file = here.path().join("backup.db");
    let taken = backups::take(&kit.system(), &file, false)
        .await
        .expect("it is taken");
    let database = there.path().join("latchkey.db");
    let prepared = backups::prepare(&file, &database)
        .await
        .expect("it is whole");
    assert_eq!(prepared.contents(), &taken.contents);
    assert!(!database.exists(), "it is only prepared");
    let kept = prepared
        .move_in(kit.system().now())
        .await
        .expect("it moves in");
    assert_eq!(kept, None);
    assert_eq!(names(there.path()), ["latchkey.db"]);
    let contents = backups::look(&database).await.expect("it is whole");
    assert_eq!(contents, taken.contents, "every table has its rows");
    let restored = opened(&kit, &database).await;
    assert_eq!(emails(&restored).await, emails(&kit.system()).await);
    let again = SignIn {
        remember: true,
        ..ada.credentials()
    };
    testkit::sign_in(&restored, again, Client::Browser)
        .await
        .expect("the password is the same");
    kit.discards_mail().await;
}

async fn what_a_restore_replaces_is_kept_with_all_that_belongs_to_it(kit: Kit) {
    let place = folder();
    let backup = place.path().join("backup.db");
    backups::take(&kit.system(), &backup, false)
        .await
        .expect("it is taken");
    let database = place.path().join("latchkey.db");
    fs::copy(&backup, &database).expect("it can be copied");
    fs::write(place.path().join("latchkey.db-charges-1"), "x").expect("it can be written");
    fs::write(place.path().join("latchkey.db-lock"), "").expect("it can be written");
    let former = opened(&kit, &database).await;
    accounts::sign_up(&former, grace())
        .await
        .expect("it is open to all");
    former.database().clone().close().await.expect("it closes");
    let prepared = backups::prepare(&backup, &database)
        .await
        .expect("it is whole");
    let kept = prepared
        .move_in(kit.system().now())
        .await
        .expect("it moves in");
    let kept = kept.expect("there was one");
    let name = kept
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.expect("it has a name");
    assert!(
        name.starts_with("latchkey.db.before-restore-20261123T10"),
        "{name}"
    );
    assert_eq!(
        names(place.path()),
        [
            "backup.db".to_owned(),
            "latchkey.db".to_owned(),
            "latchkey.db-lock".to_owned(),
            name.clone(),
            format!("{name}-charges-1"),
        ]
    );
    assert_eq!(
        emails(&opened(&kit, &database).await).await,
        Vec::<String>::new()
    );
    assert_eq!(
        emails(&opened(&kit, &kept).await).await,
        ["grace@example.test"]
    );
}

async fn a_restore_that_was_interrupted_is_gone_on_with(kit: Kit) {
    let place = folder();
    let at = |name: &str| place.path().join(name);
    let (backup, database) = (at("backup.db"), at("latchkey.db"));
    backups::take(&kit.system(), &backup, false)
        .await
        .expect("it is taken");
    fs::copy(&backup, &database).expect("it can be copied");
    let former = opened(&kit, &database).await;
    accounts::sign_up(&former, grace())
        .await
        .expect("it is open to all");
    former.database().clone().close().await.expect("it closes");
    backups::require_settled(&database).expect("nothing was begun");

    // The process has ended after the first step.
    let kept = at("latchkey.db.before-restore-20261123T100000Z");
    fs::write(at("latchkey.db-charges-1"), "x").expect("it can be written");
    fs::write(
        at("latchkey.db-restoring"),
        ".before-restore-20261123T100000Z\n",
    )
    .expect("it can be written");
    fs::rename(&database, &kept).expect("it is there");
    let refused = backups::require_settled(&database);
    assert!(
        matches!(&refused, Err(Trouble::Interrupted { kept: Some(told), .. }) if *told == kept),
        "{refused:?}"
    );

    let prepared = backups::prepare(&backup, &database)
        .await
        .expect("it is whole");
    let moved = prepared.move_in(kit.system().now()).await;
    assert_eq!(moved.expect("it moves in"), Some(kept.clone()));
    backups::require_settled(&database).expect("it is over");
    assert_eq!(
        names(place.path()),
        [
            "backup.db",
            "latchkey.db",
            "latchkey.db.before-restore-20261123T100000Z",
            "latchkey.db.before-restore-20261123T100000Z-charges-1",
        ]
    );
    assert_eq!(
        emails(&opened(&kit, &database).await).await,
        Vec::<String>::new()
    );
    assert_eq!(
        emails(&opened(&kit, &kept).await).await,
        ["grace@example.test"]
    );
}

fn grace() -> SignUp {
    SignUp {
        email: "grace@example.test".to_owned(),
        name: "Grace".to_owned(),
        password: Password::new("nineteen quiet lanterns burn"),
    }
}

async fn a_backup_that_is_none_or_damaged_is_told_and_changes_nothing(kit: Kit) {
    let place = folder();
    let database = place.path().join("latchkey.db");
    let at = |name: &str| place.path().join(name);
    backups::take(&kit.system(), &at("good.db"), false)
        .await
        .expect("it is taken");
    fs::copy(at("good.db"), &database).expect("it can be copied");
    fs::write(at("text.db"), "not a database, but long enough for one").expect("it can be written");
    fs::write(at("empty.db"), "").expect("it can be written");
    let whole = fs::read(at("good.db")).expect("it can be read");
    fs::write(at("half.db"), &whole[..whole.len() / 2]).expect("it can be written");
    fs::copy(at("good.db"), at("damaged.db")).expect("it can be copied");
    damage(&at("damaged.db"));
    testkit::run_on_file(&at("foreign.db"), "CREATE TABLE recipes (id integer)").await;
    let before = names(place.path());
    for (name, words) in [
        ("missing.db", "There is no file"),
        ("text.db", "is not a SQLite database"),
        ("empty.db", "is not a SQLite database"),
        ("half.db", "is damaged"),
        ("damaged.db", "is damaged"),
        ("foreign.db", "not one of Latchkey"),
        ("latchkey.db", "is the database itself"),
    ] {
        let told = backups::prepare(&at(name), &database).await;
        let told = told.expect_err(name).to_string();
        assert!(
            told.contains(words) && told.contains(name),
            "{name}: {told}"
        );
    }
    assert_eq!(names(place.path()), before, "no copy is left");
    assert_eq!(fs::read(&database).ok(), Some(whole), "nothing has changed");
}

async fn a_backup_that_was_copied_with_its_journal_is_restored_with_it(kit: Kit) {
    let place = folder();
    kit.person("ada").await;
    let source = kit.system().database().file().map(Path::to_owned);
    let source = source.expect("it is a file");
    let journal = PathBuf::from(format!("{}-wal", source.display()));
    let copy = place.path().join("copy.db");
    fs::copy(&source, &copy).expect("it can be copied");
    fs::copy(&journal, place.path().join("copy.db-wal")).expect("it can be copied");
    let database = place.path().join("latchkey.db");
    let prepared = backups::prepare(&copy, &database)
        .await
        .expect("it is whole");
    prepared
        .move_in(kit.system().now())
        .await
        .expect("it moves in");
    assert_eq!(
        emails(&opened(&kit, &database).await).await,
        ["ada@example.test"]
    );
    kit.discards_mail().await;
}
