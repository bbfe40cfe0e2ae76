//! What the doctor finds.

use std::fs;

use super::{
    Installation,
    operating::{about, sql},
};

#[test]
fn the_doctor_finds_a_new_installation_well() {
    let here = Installation::with_ada();
    let (is_well, found) = here.examined(&[]);
    assert!(is_well, "{found:?}");
    for what in [
        "configuration",
        "permissions",
        "disk",
        "backups",
        "server",
        "mail",
        "database",
        "schema",
        "secret key",
        "clock",
    ] {
        assert!(!about(&found, what).is_empty(), "{what}: {found:?}");
    }
    assert_eq!(
        about(&found, "permissions"),
        ["ok: Only their owner and group can read secrets and data."]
    );
    assert!(
        about(&found, "database")
            .iter()
            .any(|line| line == "ok: Every page and every reference in it is intact.")
    );
    let text = here.done("latchkey doctor");
    assert!(text.contains("ok       schema"), "{text}");
}

#[test]
fn the_doctor_tells_all_mistakes_of_a_configuration() {
    let here = Installation::new();
    let (is_well, found) = here.examined(&[
        ("LATCHKEY_LISTEN", "nowhere"),
        ("LATCHKEY_SIGN_UP", "perhaps"),
    ]);
    assert!(!is_well);
    assert_eq!(about(&found, "configuration").len(), 2, "{found:?}");
    assert_eq!(found[0]["level"], "problem");
}

#[test]
fn the_doctor_tells_weak_choices_in_production_and_a_mail_server_that_is_away() {
    let here = Installation::with_ada();
    let key = fs::read_to_string(here.file("secret.key")).expect("it was made");
    let production = [
        ("LATCHKEY_PUBLIC_URL", "https://accounts.example.test"),
        ("LATCHKEY_SECRET_KEY", key.trim()),
        ("LATCHKEY_SMTP_URL", "smtp://127.0.0.1:1"),
        ("LATCHKEY_PASSWORD_MEMORY_KIB", "19456"),
        ("LATCHKEY_PASSWORD_ITERATIONS", "2"),
        ("LATCHKEY_LOG", "debug"),
    ];
    let (is_well, found) = here.examined(&production);
    assert!(!is_well, "{found:?}");
    let weak = about(&found, "configuration").join(" ");
    for words in [
        "/metrics",
        "No proxy is trusted",
        "The log is very detailed",
    ] {
        assert!(weak.contains(words), "{words}: {weak}");
    }
    assert_eq!(
        about(&found, "backups"),
        ["warning: No backups are taken automatically."]
    );
    assert!(
        about(&found, "mail")[0].starts_with("problem: The mail server"),
        "{found:?}"
    );
}

#[test]
fn the_doctor_tells_how_old_backups_are() {
    let here = Installation::with_ada();
    let folder = here.path("backups");
    let setting = [("LATCHKEY_BACKUP_FOLDER", folder.as_str())];
    let (is_well, found) = here.examined(&setting);
    assert!(
        is_well && about(&found, "backups")[0].contains("There is no backup in "),
        "{found:?}"
    );
    fs::create_dir_all(&folder).expect("it can be made");
    here.done(&format!(
        "latchkey backup {folder}/latchkey-20200101T000000Z.db"
    ));
    let (is_well, found) = here.examined(&setting);
    let told = about(&found, "backups");
    assert!(
        !is_well && told[0].starts_with("problem: The newest in ") && told[0].contains(" days old"),
        "{told:?}"
    );
    assert!(told[1].contains("on the same disk"), "{told:?}");
}

#[test]
fn the_doctor_tells_what_is_wrong_in_the_rows() {
    let here = Installation::with_ada();
    sql(
        &here.file("latchkey.db"),
        "UPDATE audit_events SET at = at + 90000000; PRAGMA foreign_keys = OFF; UPDATE profiles SET user_id = x'00112233445566778899aabbccddeeff'",
    );
    let (is_well, found) = here.examined(&[]);
    assert!(!is_well);
    assert!(
        about(&found, "clock")[0].starts_with("problem: It says "),
        "{found:?}"
    );
    assert!(
        about(&found, "database")
            .iter()
            .any(|line| line.contains("Rows of profiles refer")),
        "{found:?}"
    );
    let text = here.done(&format!("latchkey backup {}", here.path("backup.db")));
    assert!(text.contains("Warning: rows of profiles"), "{text}");
}

#[test]
fn the_doctor_sees_a_database_that_takes_no_changes() {
    let here = Installation::with_ada();
    let url = format!("sqlite://{}?mode=ro", here.path("latchkey.db"));
    let (is_well, found) = here.examined(&[("LATCHKEY_DATABASE_URL", &url)]);
    assert!(!is_well);
    let told = about(&found, "database").join(" ");
    assert!(told.contains("problem: It accepts no changes"), "{told}");
}

#[test]
fn the_doctor_goes_on_without_a_lock_that_cannot_be_had_and_tells_of_it() {
    let here = Installation::with_ada();
    let lock = here.file("latchkey.db-lock");
    fs::remove_file(&lock).expect("it was made");
    fs::create_dir(&lock).expect("it is free");
    let (is_well, found) = here.examined(&[]);
    let told = about(&found, "database").join(" ");
    assert!(
        !is_well && told.contains("latchkey.db-lock cannot be locked"),
        "{told}"
    );
    assert_eq!(about(&found, "schema").len(), 1, "{found:?}");
}

#[test]
fn the_doctor_tells_what_is_closed_to_who_has_the_folder() {
    use std::os::unix::fs::chown;
    let here = Installation::with_ada();
    let somebody = 12_345;
    if chown(here.0.path(), Some(somebody), Some(somebody)).is_err() {
        // Only root can give a folder away.
        return;
    }
    let (is_well, found) = here.examined(&[]);
    let told = about(&found, "permissions").join(" ");
    assert!(
        !is_well && told.contains("problem: User 12345 has the database"),
        "{told}"
    );
    for name in ["latchkey.db", "secret.key"] {
        assert!(told.contains(&here.path(name)), "{name}: {told}");
        chown(here.file(name), Some(somebody), Some(somebody)).expect("root may");
    }
    let (is_well, found) = here.examined(&[]);
    assert!(is_well, "{found:?}");
}
