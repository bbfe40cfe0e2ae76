//! Charges in files beside SQLite: counted once, whenever a process ends and whatever is left of its file.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use contract::{
    api_keys::{CreateApiKey, Expiry},
    usage::Interval,
    verification::{Verdict, VerifyKey},
};
use domain::{Ctx, verification};
use testkit::Kit;

use super::{acme, ask, key, plain};

/// There are none beside other databases.
macro_rules! on_sqlite {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $name() {
                    testkit::run(testkit::Backend::Sqlite, super::$name);
                }
            )+
        }
    };
}

on_sqlite! {
    a_file_is_there_until_it_is_counted,
    each_process_counts_its_own_and_what_the_dead_have_left,
    a_file_that_was_counted_and_is_still_there_counts_once,
    a_mark_stays_while_its_file_does,
    who_is_stopped_before_counting_is_counted_by_the_next,
    a_record_that_was_not_written_to_its_end_is_dropped,
    what_follows_a_damaged_record_is_kept_and_not_counted,
    a_damaged_file_that_was_counted_and_is_still_there_is_kept_too,
    a_length_that_was_changed_is_no_end,
    what_cannot_be_deleted_counts_once_and_holds_nothing_up,
    what_is_none_of_ours_is_left_alone,
    a_file_that_is_full_is_followed_by_another,
    a_month_that_ends_within_a_file_is_told_from_the_next,
}

/// Asks for this many units.
async fn charge(ctx: &Ctx, secret: &str, units: i64) {
    let question = VerifyKey {
        key: secret.to_owned(),
        cost: Some(units),
        ..VerifyKey::default()
    };
    assert_eq!(ask(ctx, &question).await.code, Verdict::Valid);
}

/// The secret of a key that does not end.
async fn secret(kit: &Kit) -> String {
    let (acme, [ada, ..]) = acme(kit).await;
    let input = CreateApiKey {
        expiry: Expiry::Never,
        ..plain("K")
    };
    key(kit, &acme, &ada, &input)
        .await
        .secret
        .expose()
        .to_owned()
}

async fn counts(ctx: &Ctx) {
    verification::fold(ctx).await.expect("it counts");
}

/// Requests and units that are counted.
async fn counted(kit: &Kit) -> (i64, i64) {
    let of = |column: &str| {
        let interval = Interval::Minute.number();
        format!(
            "SELECT CAST(COALESCE(SUM({column}), 0) AS BIGINT) FROM usage WHERE interval = {interval}"
        )
    };
    let (requests, units) = (of("requests"), of("units"));
    (kit.number(&requests).await, kit.number(&units).await)
}

fn only_file(kit: &Kit) -> PathBuf {
    let mut files = kit.charge_files();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

fn length(path: &Path) -> usize {
    fs::read(path).expect("it is there").len()
}

async fn a_file_is_there_until_it_is_counted(kit: Kit) {
    let secret = secret(&kit).await;
    assert_eq!(kit.charge_files().len(), 0, "nothing was charged yet");
    for units in [1, 2] {
        charge(&kit.ctx(), &secret, units).await;
    }
    only_file(&kit);
    assert_eq!(kit.count("charges").await, 0);
    verification::finish(&kit.ctx()).await.expect("it counts");
    assert_eq!((counted(&kit).await, kit.uncounted().await), ((2, 3), 0));
    charge(&kit.ctx(), &secret, 4).await;
    counts(&kit.ctx()).await;
    assert_eq!((counted(&kit).await, kit.uncounted().await), ((3, 7), 0));
}

async fn each_process_counts_its_own_and_what_the_dead_have_left(kit: Kit) {
    let secret = secret(&kit).await;
    charge(&kit.ctx(), &secret, 1).await;
    kit.dies();
    let (one, other) = (
        kit.started_again(|_| {}).await,
        kit.started_again(|_| {}).await,
    );
    charge(&one, &secret, 2).await;
    charge(&other, &secret, 4).await;
    assert_eq!(kit.charge_files().len(), 3);
    counts(&one).await;
    assert_eq!(counted(&kit).await, (2, 3));
    only_file(&kit);
    charge(&other, &secret, 8).await;
    counts(&other).await;
    assert_eq!((counted(&kit).await, kit.uncounted().await), ((4, 15), 0));
}

/// Has it counted as far as the rows of the journal, by a process that ends there. The file is gone; gives what was in it.
async fn counted_as_far_as_rows(kit: &Kit) -> (PathBuf, Vec<u8>) {
    kit.dies();
    let path = only_file(kit);
    let content = fs::read(&path).expect("it is there");
    kit.sql(
        "CREATE TRIGGER stop BEFORE DELETE ON charges BEGIN SELECT RAISE(ABORT, 'stopped'); END",
    )
    .await;
    let stopped = kit.started_again(|_| {}).await;
    assert!(verification::fold(&stopped).await.is_err());
    kit.sql("DROP TRIGGER stop").await;
    assert_eq!(kit.count("charges").await, 2, "charges and a mark");
    assert_eq!(counted(kit).await, (0, 0));
    (path, content)
}

async fn a_file_that_was_counted_and_is_still_there_counts_once(kit: Kit) {
    let secret = secret(&kit).await;
    for _ in 0..3 {
        charge(&kit.ctx(), &secret, 2).await;
    }
    let (path, content) = counted_as_far_as_rows(&kit).await;
    fs::write(&path, content).expect("its place is free");
    counts(&kit.started_again(|_| {}).await).await;
    assert_eq!((counted(&kit).await, kit.uncounted().await), ((3, 6), 0));
    counts(&kit.started_again(|_| {}).await).await;
    assert_eq!(counted(&kit).await, (3, 6));
    assert_eq!(kit.number("SELECT MAX(used) FROM quotas").await, 6);
}

async fn a_mark_stays_while_its_file_does(kit: Kit) {
    let secret = secret(&kit).await;
    charge(&kit.ctx(), &secret, 2).await;
    let (path, content) = counted_as_far_as_rows(&kit).await;
    fs::write(&path, content).expect("its place is free");
    let deleting = File::open(&path).expect("it is there");
    deleting.lock().expect("nobody has it");
    for _ in 0..2 {
        counts(&kit.started_again(|_| {}).await).await;
        assert_eq!(counted(&kit).await, (1, 2));
        assert_eq!(kit.count("charges").await, 1, "the mark");
    }
    drop(deleting);
    counts(&kit.started_again(|_| {}).await).await;
    assert_eq!((counted(&kit).await, kit.uncounted().await), ((1, 2), 0));
}

async fn who_is_stopped_before_counting_is_counted_by_the_next(kit: Kit) {
    let secret = secret(&kit).await;
    charge(&kit.ctx(), &secret, 2).await;
    let (path, _) = counted_as_far_as_rows(&kit).await;
    assert!(!path.exists());
    counts(&kit.started_again(|_| {}).await).await;
    assert_eq!((counted(&kit).await, kit.uncounted().await), ((1, 2), 0));
}

async fn a_record_that_was_not_written_to_its_end_is_dropped(kit: Kit) {
    let secret = secret(&kit).await;
    for _ in 0..3 {
        charge(&kit.ctx(), &secret, 2).await;
    }
    kit.dies();
    let path = only_file(&kit);
    let torn = File::options().write(true).open(&path);
    torn.and_then(|file| file.set_len(length(&path) as u64 - 3))
        .expect("it can be cut");
    counts(&kit.started_again(|_| {}).await).await;
    assert_eq!((counted(&kit).await, kit.uncounted().await), ((2, 4), 0));
}

async fn what_follows_a_damaged_record_is_kept_and_not_counted(kit: Kit) {
    let secret = secret(&kit).await;
    charge(&kit.ctx(), &secret, 2).await;
    let path = only_file(&kit);
    let first = length(&path);
    for _ in 0..2 {
        charge(&kit.ctx(), &secret, 2).await;
    }
    kit.dies();
    let mut content = fs::read(&path).expect("it is there");
    content[first + 12] ^= 1;
    fs::write(&path, &content).expect("it can be written");
    for _ in 0..2 {
        counts(&kit.started_again(|_| {}).await).await;
        assert_eq!(counted(&kit).await, (1, 2));
        assert_eq!(kit.count("charges").await, 0);
        let kept = only_file(&kit);
        assert!(kept.to_string_lossy().ends_with(".damaged"), "{kept:?}");
        assert_eq!(fs::read(&kept).ok().as_ref(), Some(&content));
    }
}

async fn a_damaged_file_that_was_counted_and_is_still_there_is_kept_too(kit: Kit) {
    let secret = secret(&kit).await;
    charge(&kit.ctx(), &secret, 2).await;
    let first = length(&only_file(&kit));
    for _ in 0..2 {
        charge(&kit.ctx(), &secret, 2).await;
    }
    let (path, mut content) = counted_as_far_as_rows(&kit).await;
    content[first + 12] ^= 1;
    fs::write(&path, &content).expect("its place is free");
    counts(&kit.started_again(|_| {}).await).await;
    assert_eq!(counted(&kit).await, (3, 6));
    let kept = only_file(&kit);
    assert!(kept.to_string_lossy().ends_with(".damaged"), "{kept:?}");
    assert_eq!(fs::read(&kept).ok(), Some(content));
}

async fn a_length_that_was_changed_is_no_end(kit: Kit) {
    let secret = secret(&kit).await;
    charge(&kit.ctx(), &secret, 2).await;
    let path = only_file(&kit);
    let first = length(&path);
    for _ in 0..2 {
        charge(&kit.ctx(), &secret, 2).await;
    }
    kit.dies();
    let mut content = fs::read(&path).expect("it is there");
    content[first + 2] ^= 1;
    fs::write(&path, &content).expect("it can be written");
    counts(&kit.started_again(|_| {}).await).await;
    assert_eq!(counted(&kit).await, (1, 2));
    let kept = only_file(&kit);
    assert!(kept.to_string_lossy().ends_with(".damaged"), "{kept:?}");
    assert_eq!(fs::read(&kept).ok(), Some(content));
}

async fn what_cannot_be_deleted_counts_once_and_holds_nothing_up(kit: Kit) {
    let secret = secret(&kit).await;
    charge(&kit.ctx(), &secret, 2).await;
    let folder = only_file(&kit).parent().map(Path::to_owned);
    let folder = folder.expect("it is in one");
    let set = |mode| {
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    set(0o500);
    let probe = folder.join("probe");
    if File::create(&probe).is_ok() {
        // Root deletes everywhere.
        set(0o700);
        fs::remove_file(probe).expect("it is there");
        counts(&kit.ctx()).await;
        return;
    }
    for _ in 0..2 {
        counts(&kit.ctx()).await;
        assert_eq!(counted(&kit).await, (1, 2));
        assert_eq!(kit.count("charges").await, 1, "the mark");
    }
    counts(&kit.started_again(|_| {}).await).await;
    assert_eq!(counted(&kit).await, (1, 2));
    set(0o700);
    counts(&kit.ctx()).await;
    assert_eq!((counted(&kit).await, kit.uncounted().await), ((1, 2), 0));
}

async fn what_is_none_of_ours_is_left_alone(kit: Kit) {
    let secret = secret(&kit).await;
    charge(&kit.ctx(), &secret, 2).await;
    let name = only_file(&kit).to_string_lossy().into_owned();
    let beginning = &name[..name.len() - 32];
    let (other, empty, folder) = (
        format!("{beginning}{:032x}", 1),
        format!("{beginning}{:032x}", 2),
        format!("{beginning}{:032x}", 3),
    );
    fs::write(&other, "a note").expect("its place is free");
    fs::write(&empty, "").expect("its place is free");
    fs::create_dir(&folder).expect("its place is free");
    for _ in 0..2 {
        counts(&kit.ctx()).await;
        assert_eq!(counted(&kit).await, (1, 2));
    }
    assert_eq!(fs::read(&other).ok().as_deref(), Some(&b"a note"[..]));
    assert!(Path::new(&folder).exists());
    assert!(!Path::new(&empty).exists(), "nothing was written to it");
}

async fn a_file_that_is_full_is_followed_by_another(kit: Kit) {
    let secret = secret(&kit).await;
    let question = VerifyKey {
        key: secret.clone(),
        cost: Some(0),
        ..VerifyKey::default()
    };
    let (many, mut asked) = (vec![question; 100], 1);
    while kit.charge_files().len() < 2 {
        let answers = verification::verify_many(&kit.ctx(), &domain::Actor::Service, &many).await;
        asked += i64::try_from(answers.expect("they are no more than 100").len()).expect("few");
        assert!(asked < 200_000, "it should be full");
    }
    charge(&kit.ctx(), &secret, 1).await;
    verification::finish(&kit.ctx()).await.expect("it counts");
    assert_eq!(
        (counted(&kit).await, kit.uncounted().await),
        ((asked, 1), 0)
    );
}

async fn a_month_that_ends_within_a_file_is_told_from_the_next(kit: Kit) {
    let secret = secret(&kit).await;
    let month = kit.ctx().now().month();
    kit.clock
        .set(contract::Timestamp::begin_of_month(month + 1).minus_seconds(1));
    charge(&kit.ctx(), &secret, 3).await;
    kit.clock.advance(2);
    charge(&kit.ctx(), &secret, 5).await;
    kit.dies();
    let again = kit.started_again(|_| {}).await;
    counts(&again).await;
    let mut used = Vec::new();
    for month in [month, month + 1] {
        let query = format!("SELECT MIN(used) FROM quotas WHERE month = {month}");
        used.push(kit.number(&query).await);
    }
    assert_eq!(used, [3, 5]);
    let question = VerifyKey {
        key: secret,
        ..VerifyKey::default()
    };
    let quota = ask(&again, &question).await.quota;
    assert_eq!(
        quota.map(|quota| quota.used),
        Some(6),
        "of this month alone"
    );
}
