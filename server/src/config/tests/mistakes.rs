//! What is refused, and how that is told.

use super::{SECRET, production, refusal, written};

#[test]
fn all_mistakes_are_told_at_once_each_with_its_place() {
    let mistakes = written()
        .file("latchkey.toml", "listen = 3000\nprodukt_name = \"x\"")
        .var("LATCHKEY_PASSWORD_MIN_LENGTH", "8")
        .var("LATCHKEY_LOGS", "debug")
        .flag("--sign-up", "maybe")
        .mistakes();
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let begins = [
        "produkt_name (latchkey.toml): there is no such setting. Expected: perhaps product_name.",
        "LATCHKEY_LOGS (environment): there is no such setting. Expected: perhaps LATCHKEY_LOG.",
        "listen (latchkey.toml): \"3000\" is not an IP address with a port. Expected: an IP address",
        "sign_up (--sign-up): \"maybe\" is not one of them. Expected: `open`, `closed`",
        "password_min_length (LATCHKEY_PASSWORD_MIN_LENGTH): \"8\" is allowed only where a second factor is forced",
    ];
    assert_eq!(told.len(), begins.len(), "{told:#?}");
    for (told, begin) in told.iter().zip(begins) {
        assert!(told.starts_with(begin), "{told}");
    }
}

#[test]
fn variables_of_others_are_no_mistakes() {
    let others = written()
        .var("LATCHKEY_PORT", "tcp://10.0.0.1:3000")
        .var("LATCHKEY_SERVICE_HOST", "10.0.0.1")
        .var("LATCHKEY_PORT_3000_TCP_ADDR", "10.0.0.1")
        .var("LATCHKEY_CACHE", "somewhere")
        .var("PATH", "/usr/bin");
    others.config();
    assert!(
        refusal("LATCHKEY_PORT", "3000")
            .contains("no such setting. Expected: a name of `latchkey config reference`.")
    );
}

#[test]
fn a_broken_file_is_told_by_its_line_without_showing_it() {
    let mistake = written()
        .file(
            "latchkey.toml",
            "listen = \"127.0.0.1:1\"\nsecret_key = \"hunter2\n",
        )
        .mistake();
    assert!(
        mistake.starts_with("config (latchkey.toml, line 2): "),
        "{mistake}"
    );
    assert!(!mistake.contains("hunter2"), "{mistake}");
}

#[test]
fn secrets_are_never_shown() {
    let config = production()
        .var(
            "LATCHKEY_DATABASE_URL",
            "postgres://latchkey:hunter2@db/latchkey?sslpassword=hunter2",
        )
        .config();
    for shown in [config.describe(), format!("{config:?}")] {
        assert!(
            !shown.contains("hunter2") && !shown.contains(SECRET),
            "{shown}"
        );
    }
    assert!(
        config
            .describe()
            .contains("smtps://latchkey:hidden@mail.example.com")
    );
    for (variable, value) in [
        ("LATCHKEY_SECRET_KEY", "hunter2"),
        ("LATCHKEY_SMTP_URL", "hunter2"),
        ("LATCHKEY_DATABASE_URL", "x://a:hunter2@b"),
    ] {
        let mistake = refusal(variable, value);
        assert!(!mistake.contains("hunter2"), "{mistake}");
    }
}

#[test]
fn what_each_setting_refuses() {
    for (variable, value, reason) in [
        (
            "LATCHKEY_LISTEN",
            "localhost:3000",
            "is not an IP address with a port",
        ),
        (
            "LATCHKEY_PUBLIC_URL",
            "http://accounts.example.com",
            "is not encrypted",
        ),
        (
            "LATCHKEY_PUBLIC_URL",
            "https://example.com/accounts",
            "has more than",
        ),
        (
            "LATCHKEY_PUBLIC_URL",
            "https://me@example.com",
            "has more than",
        ),
        (
            "LATCHKEY_PUBLIC_URL",
            "https://example.com?a",
            "has more than",
        ),
        (
            "LATCHKEY_PUBLIC_URL",
            "ftp://example.com",
            "is neither http nor https",
        ),
        ("LATCHKEY_PUBLIC_URL", "example.com", "is not a URL"),
        (
            "LATCHKEY_TRUSTED_PROXIES",
            "10.0.0.0/8,proxy",
            "which is neither an address nor a network",
        ),
        (
            "LATCHKEY_TRUSTED_PROXIES",
            "0.0.0.0/0",
            "anybody could then claim",
        ),
        (
            "LATCHKEY_METRICS_LISTEN",
            "127.0.0.1:3000",
            "is the address of the main listener",
        ),
        ("LATCHKEY_SHUTDOWN_GRACE_SECONDS", "-1", "is too small"),
        (
            "LATCHKEY_SHUTDOWN_GRACE_SECONDS",
            "99999999999",
            "is too large",
        ),
        (
            "LATCHKEY_PRODUCT_NAME",
            "a\nb",
            "is too long, or contains characters",
        ),
        (
            "LATCHKEY_SIGN_UP",
            "domains:example",
            "which is not a domain",
        ),
        ("LATCHKEY_INTROSPECTION", "yes", "is neither"),
        (
            "LATCHKEY_DATABASE_URL",
            "mysql://host/name",
            "is neither SQLite nor PostgreSQL",
        ),
        (
            "LATCHKEY_DATABASE_URL",
            "sqlite::memory:",
            "is a database in memory",
        ),
        ("LATCHKEY_DATABASE_URL", "sqlite://", "has no file"),
        (
            "LATCHKEY_DATABASE_URL",
            "postgres://host",
            "does not name a database",
        ),
        ("LATCHKEY_DATABASE_SYNCHRONOUS", "off", "is not one of them"),
        ("LATCHKEY_SECRET_KEY", "short", "has only 5 characters"),
        (
            "LATCHKEY_SECRET_KEY",
            "00000000000000000000000000000000",
            "has only 1 different character",
        ),
        (
            "LATCHKEY_SMTP_URL",
            "mail.example.com:25",
            "is not the address of a mail server",
        ),
        ("LATCHKEY_MAIL_FROM", "Latchkey", "is not an e-mail address"),
        (
            "LATCHKEY_MAIL_FROM",
            "a@b.test, c@d.test",
            "is not an e-mail address",
        ),
        (
            "LATCHKEY_PASSWORD_MIN_LENGTH",
            "14",
            "is allowed only where a second factor is forced",
        ),
        ("LATCHKEY_PASSWORD_MIN_LENGTH", "7", "is too small"),
        ("LATCHKEY_PASSWORD_MIN_LENGTH", "65", "is too large"),
        (
            "LATCHKEY_PASSWORD_MEMORY_KIB",
            "lots",
            "is not a whole number",
        ),
        ("LATCHKEY_PASSWORD_ITERATIONS", "0", "is too small"),
        ("LATCHKEY_LOG", "info,=what=", "is not understood"),
        ("LATCHKEY_LOG_FORMAT", "xml", "is not one of them"),
    ] {
        let mistake = refusal(variable, value);
        assert!(mistake.contains(reason), "{variable}={value}: {mistake}");
    }
    let lanes = written()
        .var("LATCHKEY_PASSWORD_MEMORY_KIB", "8")
        .var("LATCHKEY_PASSWORD_PARALLELISM", "2")
        .mistake();
    assert!(lanes.contains("8 KiB are too few for 2 lanes"), "{lanes}");
}

#[test]
fn a_server_for_others_is_started_with_care_or_not_at_all() {
    assert!(production().config().is_production());
    for (variable, reason) in [
        ("LATCHKEY_SECRET_KEY", "could get lost"),
        ("LATCHKEY_SMTP_URL", "e-mails would go nowhere"),
    ] {
        let mistake = production().without(variable).mistake();
        assert!(mistake.contains(reason), "{mistake}");
    }
    let mistake = production()
        .without("LATCHKEY_PUBLIC_URL")
        .var("LATCHKEY_LISTEN", "0.0.0.0:3000")
        .mistake();
    assert!(
        mistake.contains("public_url (not given): is needed"),
        "{mistake}"
    );
    let names: Vec<String> = written()
        .var("LATCHKEY_LISTEN", "[::]:3000")
        .mistakes()
        .into_iter()
        .map(|mistake| mistake.name)
        .collect();
    assert_eq!(names, ["public_url", "secret_key", "smtp_url"]);
}

#[test]
fn cheap_hashing_is_for_tests_alone() {
    written()
        .var("LATCHKEY_PASSWORD_MEMORY_KIB", "64")
        .var("LATCHKEY_PASSWORD_ITERATIONS", "1")
        .config();
    for (memory, iterations, is_taken) in [
        ("19456", "2", true),
        ("47104", "1", true),
        ("19455", "2", false),
        ("47103", "1", false),
    ] {
        let read = production()
            .var("LATCHKEY_PASSWORD_MEMORY_KIB", memory)
            .var("LATCHKEY_PASSWORD_ITERATIONS", iterations)
            .read();
        assert_eq!(
            read.is_ok(),
            is_taken,
            "{memory} KiB, {iterations}: {read:?}"
        );
    }
}
