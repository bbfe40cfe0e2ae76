//! Backup, restore, and the secret key, as commands.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::Installation;
use crate::{fault::Fault, lock::DatabaseLock};

impl Installation {
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    pub(super) fn with_ada() -> Self {
        let here = Self::new();
        here.done("latchkey user create --email ada@example.com --name Ada");
        here
    }

    /// The findings of the doctor, and whether all is well.
    pub(super) fn examined(&self, others: &[(&str, &str)]) -> (bool, Vec<Value>) {
        let (is_well, text) = match self.say_with("latchkey doctor --json", others) {
            Ok(text) => (true, text),
            Err(Fault::Unwell(text)) => (false, text),
            Err(fault) => panic!("{fault}"),
        };
        let report: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(report["isWell"], is_well);
        let findings = report["findings"].as_array().cloned();
        (is_well, findings.expect("a list"))
    }
}

/// What was found about something, as `level: text`.
pub(super) fn about(findings: &[Value], what: &str) -> Vec<String> {
    let told = |finding: &Value| {
        let (level, text) = (finding["level"].as_str(), finding["text"].as_str());
        format!(
            "{}: {}",
            level.unwrap_or_default(),
            text.unwrap_or_default()
        )
    };
    findings
        .iter()
        .filter(|finding| finding["about"] == what)
        .map(told)
        .collect()
}

#[test]
fn a_backup_is_told_with_what_was_checked_and_restored_to_what_it_was() {
    let here = Installation::with_ada();
    let backup = here.path("backup.db");
    let text = here.done(&format!("latchkey backup {backup}"));
    assert!(
        text.starts_with(&format!("Backed up to {backup}: ")),
        "{text}"
    );
    assert!(
        text.contains("among them 1 user, 0 organizations"),
        "{text}"
    );
    assert!(text.contains("The secret key is not included."), "{text}");
    let again = here.refused(&format!("latchkey backup {backup}"));
    assert!(
        again.ends_with("already exists. Give --force to replace it."),
        "{again}"
    );
    here.done(&format!("latchkey backup {backup} --force"));
    here.done("latchkey user create --email eve@example.com --name Eve");
    let text = here.done(&format!("latchkey restore {backup}"));
    assert!(
        text.contains("Restored ") && text.contains("latchkey.db.before-restore-"),
        "{text}"
    );
    let list = here.done("latchkey user list");
    assert!(
        list.contains("ada@example.com") && !list.contains("eve@example.com"),
        "{list}"
    );
}

#[test]
fn a_backup_is_put_where_there_was_no_database() {
    let (here, there) = (Installation::with_ada(), Installation::new());
    let backup = there.path("backup.db");
    here.done(&format!("latchkey backup {backup}"));
    fs::copy(here.file("secret.key"), there.file("secret.key")).expect("it can be copied");
    let text = there.done(&format!("latchkey restore {backup}"));
    assert!(
        text.ends_with("There was no previous database.\n"),
        "{text}"
    );
    assert!(there.done("latchkey user list").contains("ada@example.com"));
}

#[test]
fn a_backup_of_an_older_version_is_not_migrated_and_restoring_it_is() {
    let here = Installation::with_ada();
    let database = here.file("latchkey.db");
    sql(
        &database,
        "DELETE FROM seaql_migrations WHERE version LIKE '%_installation'; DROP TABLE installation",
    );
    let backup = here.path("backup.db");
    let before = here.done(&format!("latchkey backup {backup}"));
    let known = migrations::known().len();
    assert!(
        before.contains(&format!("its {} migrations", known - 1)),
        "{before}"
    );
    let text = here.done(&format!("latchkey restore {backup}"));
    assert!(
        text.contains("Migrated: ") && text.contains("_installation"),
        "{text}"
    );
    assert!(here.done("latchkey user list").contains("ada@example.com"));
}

/// Runs statements on a file past everything of ours.
pub(super) fn sql(database: &Path, statements: &str) {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(testkit::run_on_file(database, statements));
}

#[test]
fn a_backup_of_a_newer_version_is_refused_and_so_is_a_newer_database() {
    let here = Installation::with_ada();
    let backup = here.path("backup.db");
    here.done(&format!("latchkey backup {backup}"));
    let later =
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_later', 1)";
    sql(&here.file("backup.db"), later);
    let text = here.refused(&format!("latchkey restore {backup}"));
    assert!(
        text.contains("newer Latchkey") && text.contains("m20990101_000001_later"),
        "{text}"
    );
    assert!(
        here.done("latchkey user list").contains("ada@example.com"),
        "nothing has changed"
    );
    sql(&here.file("latchkey.db"), later);
    let text = here.refused("latchkey user list");
    assert!(text.contains("newer Latchkey"), "{text}");
    let (is_well, found) = here.examined(&[]);
    assert!(
        !is_well && about(&found, "schema")[0].contains("newer Latchkey"),
        "{found:?}"
    );
    here.done(&format!("latchkey backup {}", here.path("newer.db")));
}

#[test]
fn a_half_run_migration_is_told() {
    let here = Installation::with_ada();
    sql(
        &here.file("latchkey.db"),
        "DELETE FROM seaql_migrations WHERE version LIKE '%_installation'",
    );
    let text = here.refused("latchkey user list");
    assert!(
        text.contains("An earlier version started to migrate the database and did not finish"),
        "{text}"
    );
    let (_, found) = here.examined(&[]);
    assert!(
        about(&found, "schema")[0].starts_with("warning: It lacks "),
        "{found:?}"
    );
}

#[test]
fn a_damaged_database_is_told_and_kept_when_a_backup_takes_its_place() {
    let here = Installation::with_ada();
    let backup = here.path("backup.db");
    here.done(&format!("latchkey backup {backup}"));
    let junk = vec![0xA5; 100_000];
    fs::write(here.file("latchkey.db"), &junk).expect("it can be written");
    let text = here.refused("latchkey user list");
    assert!(
        text.contains("is damaged") && text.contains("latchkey restore FILE"),
        "{text}"
    );
    let text = here.refused(&format!("latchkey backup {}", here.path("other.db")));
    assert!(text.contains("is damaged"), "{text}");
    let (is_well, found) = here.examined(&[]);
    assert!(
        !is_well && about(&found, "database")[0].contains("is damaged"),
        "{found:?}"
    );
    here.done(&format!("latchkey restore {backup}"));
    assert!(here.done("latchkey user list").contains("ada@example.com"));
    let entries = fs::read_dir(here.0.path()).expect("it can be read");
    let kept = entries
        .map(|entry| entry.expect("it can be read").path())
        .find(|path| path.display().to_string().contains(".before-restore-"));
    assert_eq!(fs::read(kept.expect("it is kept")).ok(), Some(junk));
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let here = Installation::with_ada();
    let backup = here.path("backup.db");
    here.done(&format!("latchkey backup {backup}"));
    let whole = fs::read(&backup).expect("it can be read");
    fs::write(&backup, &whole[..whole.len() / 2]).expect("it can be written");
    let text = here.refused(&format!("latchkey restore {backup}"));
    assert!(text.contains("backup.db is damaged"), "{text}");
    assert!(here.done("latchkey user list").contains("ada@example.com"));
}

#[test]
fn another_secret_key_is_refused_before_anything_is_sealed_under_it() {
    let here = Installation::with_ada();
    let backup = here.path("backup.db");
    here.done(&format!("latchkey backup {backup}"));
    let own = fs::read_to_string(here.file("secret.key")).expect("it was made");
    let other = (
        "LATCHKEY_SECRET_KEY",
        "another-secret-key-of-thirty-two-characters",
    );
    let said = |line: &str, others: &[(&str, &str)]| {
        let fault = here.say_with(line, others).expect_err("it is refused");
        assert_eq!(fault.exit_code(), 1);
        fault.to_string()
    };
    let text = said("latchkey user list", &[other]);
    assert!(text.starts_with("The secret key is not the one"), "{text}");
    let (is_well, found) = here.examined(&[other]);
    assert!(
        !is_well && about(&found, "secret key")[0].starts_with("problem: "),
        "{found:?}"
    );
    let restore = format!("latchkey restore {backup}");
    let text = said(&restore, &[other]);
    assert!(
        text.contains("another secret key") && text.contains("Nothing was changed"),
        "{text}"
    );
    here.done("latchkey user list");
    let former = ("LATCHKEY_FORMER_SECRET_KEYS", own.trim());
    here.say_with("latchkey user list", &[other, former])
        .expect("the former one fits");
    let (is_well, found) = here.examined(&[other, former]);
    assert!(is_well, "{found:?}");
    assert_eq!(
        about(&found, "secret key"),
        [
            "ok: It is the one that this database is used with.",
            "warning: No former key is needed any longer."
        ]
    );
    here.say_with("latchkey user list", &[other])
        .expect("it is the database's now");
    here.say_with(&restore, &[other, former])
        .expect("the backup was made under the former one");
}

#[test]
fn a_lost_secret_key_is_given_up_only_when_that_is_meant() {
    let here = Installation::with_ada();
    let backup = here.path("backup.db");
    here.done(&format!("latchkey backup {backup}"));
    assert_eq!(
        here.done("latchkey secret-key accept"),
        "The secret key fits the database.\n"
    );
    fs::remove_file(here.file("secret.key")).expect("it was made");
    let text = here.refused("latchkey secret-key accept");
    assert!(
        text.contains("What is lost with the former key") && text.contains("--yes"),
        "{text}"
    );
    assert!(
        here.refused("latchkey user list")
            .starts_with("The secret key is not")
    );
    here.done("latchkey secret-key accept --yes");
    assert!(here.done("latchkey user list").contains("ada@example.com"));
    here.refused(&format!("latchkey restore {backup}"));
    here.done(&format!("latchkey restore {backup} --accept-other-key"));
    assert!(here.done("latchkey user list").contains("ada@example.com"));
}

#[test]
fn nobody_restores_under_a_server_and_commands_run_beside_it() {
    let here = Installation::with_ada();
    let backup = here.path("backup.db");
    let serving = DatabaseLock::to_serve(Some(&here.file("latchkey.db"))).expect("nobody has it");
    here.done(&format!("latchkey backup {backup}"));
    let text = here.refused(&format!("latchkey restore {backup}"));
    assert!(
        text.starts_with("A server (process ") && text.contains("Stop it first"),
        "{text}"
    );
    drop(serving);
    let restoring = DatabaseLock::alone(&here.file("latchkey.db")).expect("nobody has it");
    assert!(
        here.refused("latchkey user list")
            .contains("is being restored")
    );
    drop(restoring);
    here.done(&format!("latchkey restore {backup}"));
}

#[test]
fn what_root_makes_beside_a_database_is_of_who_has_the_folder() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let here = Installation::new();
    let somebody = 12_345;
    if chown(here.0.path(), Some(somebody), Some(somebody)).is_err() {
        // Only root can give a folder away.
        return;
    }
    here.done("latchkey user create --email ada@example.com --name Ada");
    let backup = here.path("backup.db");
    here.done(&format!("latchkey backup {backup}"));
    here.done(&format!("latchkey restore {backup}"));
    here.done("latchkey user list");
    DatabaseLock::to_serve(Some(&here.file("latchkey.db"))).expect("nobody has it");
    let entries = fs::read_dir(here.0.path()).expect("it can be read");
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.expect("it can be read");
        let (facts, name) = (entry.metadata().expect("it is there"), entry.file_name());
        assert_eq!((facts.uid(), facts.gid()), (somebody, somebody), "{name:?}");
        names.push(name.to_string_lossy().into_owned());
    }
    for name in [
        "backup.db",
        "latchkey.db",
        "latchkey.db-lock",
        "latchkey.db-serving",
        "secret.key",
    ] {
        assert!(names.iter().any(|other| other == name), "{name}: {names:?}");
    }
}

#[test]
fn a_restore_that_was_interrupted_is_to_be_run_again_before_anything_else() {
    let here = Installation::with_ada();
    let backup = here.path("backup.db");
    here.done(&format!("latchkey backup {backup}"));
    let mark = here.file("latchkey.db-restoring");
    fs::write(&mark, ".before-restore-20261129T112655Z\n").expect("it can be written");
    let kept = here.file("latchkey.db.before-restore-20261129T112655Z");
    for is_moved in [false, true] {
        if is_moved {
            fs::rename(here.file("latchkey.db"), &kept).expect("it is there");
        }
        for command in [
            "latchkey user list",
            "latchkey migrate",
            "latchkey secret-key accept --yes",
            &format!("latchkey backup {}", here.path("other.db")),
        ] {
            let text = here.refused(command);
            assert!(
                text.starts_with("A restore of ")
                    && text.contains("Run `latchkey restore FILE` again")
                    && text.contains("before-restore") == is_moved,
                "{command}: {text}"
            );
        }
        let (is_well, found) = here.examined(&[]);
        let told = about(&found, "database");
        assert!(
            !is_well && told.len() == 1 && told[0].starts_with("problem: A restore of "),
            "{found:?}"
        );
    }
    assert!(!here.file("latchkey.db").exists(), "nobody has made one");
    let text = here.done(&format!("latchkey restore {backup}"));
    assert!(text.contains(&kept.display().to_string()), "{text}");
    assert!(!mark.exists());
    assert!(here.done("latchkey user list").contains("ada@example.com"));
}

#[test]
fn postgresql_has_tools_of_its_own_and_is_told_which() {
    let here = Installation::new();
    let url = (
        "LATCHKEY_DATABASE_URL",
        "postgres://latchkey:hunter2@db.example.test/latchkey?sslmode=require",
    );
    for command in ["backup", "restore"] {
        let fault = here.say_with(&format!("latchkey {command} b.dump"), &[url]);
        let text = fault.expect_err("it is refused").to_string();
        assert!(
            text.contains("pg_dump --format=custom --file=b.dump 'postgres://latchkey@db.example.test/latchkey?sslmode=require'"),
            "{text}"
        );
        assert!(
            text.contains("pg_restore ") && !text.contains("hunter2"),
            "{text}"
        );
    }
}

#[test]
fn a_folder_for_backups_is_for_sqlite() {
    let here = Installation::new();
    let others = [
        (
            "LATCHKEY_DATABASE_URL",
            "postgres://latchkey@db.example.test/latchkey",
        ),
        ("LATCHKEY_BACKUP_FOLDER", "backups"),
    ];
    let fault = here
        .say_with("latchkey config check", &others)
        .expect_err("it is a mistake");
    assert!(
        fault
            .to_string()
            .contains("backup_folder (LATCHKEY_BACKUP_FOLDER): is for SQLite"),
        "{fault}"
    );
}

#[test]
fn where_there_is_no_database_none_is_made_by_looking() {
    let here = Installation::new();
    fs::write(here.file("latchkey.toml"), "").expect("it can be written");
    for command in [
        "backup backup.db",
        "secret-key accept --yes",
        "user list",
        "user suspend ada@example.com --reason spam",
        "organization list",
        "key verify",
        "audit verify",
        "mail list",
    ] {
        let text = here.refused(&format!("latchkey {command}"));
        let there_is_none = format!("There is no database {}.", here.path("latchkey.db"));
        assert!(text.starts_with(&there_is_none), "{command}: {text}");
        let read = format!("was read from {}.", here.path("latchkey.toml"));
        assert!(text.contains(&read), "{command}: {text}");
    }
    let names = fs::read_dir(here.0.path()).expect("it can be read");
    assert_eq!(names.count(), 1, "not even a lock is made");
    let (is_well, found) = here.examined(&[]);
    assert!(
        !is_well && about(&found, "database")[0].contains("There is no database"),
        "{found:?}"
    );
    assert!(!here.file("latchkey.db").exists() && !here.file("secret.key").exists());
}
