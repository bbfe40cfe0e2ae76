mod providers;
mod retention;
mod traces;

use clap::Parser as _;
use domain::{context::SystemRandom, settings::SignUpMode};
use tempfile::TempDir;

use super::{definition::Standard, *};
use crate::cli::Cli;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A configuration in the making: an empty folder, variables, flags.
struct Written {
    folder: TempDir,
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
}

fn written() -> Written {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    Written {
        folder,
        environment: Vec::new(),
        arguments: vec!["latchkey".to_owned()],
    }
}

/// What a server for others needs.
fn production() -> Written {
    written()
        .var("LATCHKEY_PUBLIC_URL", "https://accounts.example.com")
        .var("LATCHKEY_SECRET_KEY", SECRET)
        .var(
            "LATCHKEY_SMTP_URL",
            "smtps://latchkey:hunter2@mail.example.com",
        )
}

impl Written {
    fn var(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        self
    }

    fn flag(mut self, name: &str, value: &str) -> Self {
        self.arguments.extend([name.to_owned(), value.to_owned()]);
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text)
            .expect("the temporary folder can be written");
        self
    }

    fn read(&self) -> Result<Config, Mistakes> {
        let cli = Cli::try_parse_from(&self.arguments).expect("the flags exist");
        Config::read(&cli.flags, self.environment.clone(), self.folder.path())
    }

    fn config(&self) -> Config {
        self.read().expect("there is no mistake in it")
    }

    fn mistakes(&self) -> Vec<Mistake> {
        self.read().expect_err("there is a mistake in it").0
    }

    /// The one mistake, as it is printed.
    fn mistake(&self) -> String {
        let mistakes = self.mistakes();
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        mistakes[0].to_string()
    }
}

/// Why a value of a setting is refused on a developer's machine.
fn refusal(variable: &str, value: &str) -> String {
    written().var(variable, value).mistake()
}

#[test]
fn nothing_is_needed_on_a_machine_of_ones_own() {
    let config = written().config();
    assert_eq!(config.sections.network.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url().as_str(), "http://localhost:3000/");
    assert_eq!(
        config.mail_from().to_string(),
        "\"Latchkey\" <accounts@localhost>"
    );
    assert!(!config.is_production());
    assert!(config.chosen_log_filter().is_none());
}

#[test]
fn every_default_is_a_value_that_would_be_taken() {
    for setting in definition::all() {
        let Standard::Text(text) = setting.default else {
            continue;
        };
        let config = written()
            .file("latchkey.toml", &format!("{} = {text:?}", setting.name))
            .read();
        assert!(config.is_ok(), "{}: {config:?}", setting.name);
    }
    assert_eq!(
        written().config().sections.passwords.password_min_length.0,
        contract::password::SHORTEST
    );
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let all = written()
        .file(
            "latchkey.toml",
            "listen = \"127.0.0.1:1\"\nproduct_name = \"File\"\ndatabase_connections = 3",
        )
        .var("LATCHKEY_LISTEN", "127.0.0.1:2")
        .var("LATCHKEY_PRODUCT_NAME", "Environment")
        .flag("--listen", "127.0.0.1:3");
    let sections = all.config().sections;
    assert_eq!(sections.network.listen.port(), 3);
    assert_eq!(sections.product.product_name.0, "Environment");
    assert_eq!(sections.database.database_connections.0, 3);
}

#[test]
fn the_file_can_be_named_by_a_flag_or_a_variable() {
    let two = written()
        .file("one.toml", "product_name = \"One\"")
        .file("two.toml", "product_name = \"Two\"")
        .var("LATCHKEY_CONFIG", "one.toml");
    assert_eq!(two.config().sections.product.product_name.0, "One");
    assert_eq!(
        two.flag("--config", "two.toml")
            .config()
            .sections
            .product
            .product_name
            .0,
        "Two"
    );
    assert!(
        written()
            .flag("--config", "none.toml")
            .mistake()
            .contains("none.toml): cannot be read")
    );
}

#[test]
fn an_empty_variable_counts_as_not_given() {
    let config = written()
        .var("LATCHKEY_SMTP_URL", "")
        .var("LATCHKEY_PRODUCT_NAME", "")
        .config();
    assert!(config.sections.mail.smtp_url.is_none());
    assert_eq!(config.sections.product.product_name.0, "Latchkey");
}

#[test]
fn text_that_looks_like_a_number_stays_text() {
    assert_eq!(
        written()
            .var("LATCHKEY_PRODUCT_NAME", "007")
            .config()
            .sections
            .product
            .product_name
            .0,
        "007"
    );
}

#[test]
fn lists_are_taken_in_both_forms() {
    let list = written()
        .var("LATCHKEY_TRUSTED_PROXIES", "10.0.0.7, 192.168.0.0/16")
        .config();
    let toml = written()
        .file(
            "latchkey.toml",
            "trusted_proxies = [\"10.0.0.7\", \"192.168.0.0/16\"]",
        )
        .config();
    assert_eq!(
        list.sections.network.trusted_proxies,
        toml.sections.network.trusted_proxies
    );
    assert_eq!(list.sections.network.trusted_proxies.len(), 2);
}

#[test]
fn a_secret_can_be_kept_in_a_file() {
    let kept = written()
        .file("secret", &format!("{SECRET}\n"))
        .var("LATCHKEY_SECRET_KEY_FILE", "secret");
    assert!(kept.config().sections.secrets.secret_key.is_some());
    assert!(
        kept.config()
            .describe()
            .contains("LATCHKEY_SECRET_KEY_FILE")
    );
    assert!(
        kept.var("LATCHKEY_SECRET_KEY", SECRET)
            .mistake()
            .contains("LATCHKEY_SECRET_KEY is given too")
    );
    assert!(refusal("LATCHKEY_SECRET_KEY_FILE", "missing").contains("missing cannot be read"));
    assert!(refusal("LATCHKEY_LISTEN_FILE", "x").contains("no such setting"));
}

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
        "sign_up (--sign-up): \"maybe\" is none of them. Expected: `open`, `closed`",
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
            "says more than",
        ),
        (
            "LATCHKEY_PUBLIC_URL",
            "https://me@example.com",
            "says more than",
        ),
        (
            "LATCHKEY_PUBLIC_URL",
            "https://example.com?a",
            "says more than",
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
            "is too long, or holds characters",
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
        ("LATCHKEY_DATABASE_URL", "sqlite://", "names no file"),
        (
            "LATCHKEY_DATABASE_URL",
            "postgres://host",
            "names no database",
        ),
        ("LATCHKEY_DATABASE_SYNCHRONOUS", "off", "is none of them"),
        ("LATCHKEY_SECRET_KEY", "short", "has only 5 characters"),
        (
            "LATCHKEY_SECRET_KEY",
            "00000000000000000000000000000000",
            "has only 1 different characters",
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
        ("LATCHKEY_LOG_FORMAT", "xml", "is none of them"),
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
        ("LATCHKEY_SMTP_URL", "mail would go nowhere"),
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

#[test]
fn who_may_sign_up_is_read() {
    let mode = |text: &str| {
        written()
            .var("LATCHKEY_SIGN_UP", text)
            .config()
            .sections
            .product
            .sign_up
    };
    assert_eq!(mode("invite-only"), SignUpMode::InviteOnly);
    assert_eq!(mode("closed"), SignUpMode::Closed);
    assert_eq!(
        mode("domains:Example.com, @example.org"),
        SignUpMode::Domains(vec!["example.com".to_owned(), "example.org".to_owned()])
    );
}

#[tokio::test]
async fn every_sender_that_is_taken_is_one_that_mail_can_be_sent_from() {
    for from in [
        "accounts@example.com",
        "Acme, Inc. <a@example.com>",
        "\"Acme\" <a@example.com>",
        "Ключ <a@localhost>",
        "a \"b\" \\c <a@b.test>",
    ] {
        let config = written().var("LATCHKEY_MAIL_FROM", from).config();
        let smtp = domain::mail::Smtp::new("smtp://localhost", &config.mail_from().to_string());
        assert!(smtp.is_ok(), "{from}: {smtp:?}");
    }
    let derived = production()
        .var("LATCHKEY_PRODUCT_NAME", "Acme, \"Inc.\"")
        .config()
        .mail_from()
        .to_string();
    assert_eq!(
        derived,
        "\"Acme, \\\"Inc.\\\"\" <accounts@accounts.example.com>"
    );
    assert!(domain::mail::Smtp::new("smtp://localhost", &derived).is_ok());
}

#[test]
fn a_developers_secret_is_made_once_and_kept_for_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let url = format!(
        "sqlite://{}",
        folder.path().join("data/latchkey.db").display()
    );
    let file = written()
        .var("LATCHKEY_DATABASE_URL", &url)
        .config()
        .secret_key()
        .expect_err("none is configured");
    assert_eq!(file.0, folder.path().join("data/secret.key"));
    assert!(file.open(&SystemRandom).expect("it can be made").1);
    let made = std::fs::read_to_string(&file.0).expect("it was made");
    assert!(!file.open(&SystemRandom).expect("it can be read").1);
    assert_eq!(std::fs::read_to_string(&file.0).expect("it is there"), made);
    assert_eq!(made.len(), 64);
    let mode = std::fs::metadata(&file.0)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        std::fs::read_dir(folder.path().join("data"))
            .expect("it is there")
            .count(),
        1,
        "no draft is left"
    );
    std::fs::write(&file.0, "short").expect("it can be written");
    assert!(file.open(&SystemRandom).is_err());
}

#[test]
fn the_port_that_was_bound_is_the_one_that_browsers_are_told() {
    let config = written()
        .var("LATCHKEY_LISTEN", "127.0.0.1:0")
        .config()
        .bound_to(([127, 0, 0, 1], 4321).into());
    assert_eq!(config.public_url().as_str(), "http://localhost:4321/");
}

#[test]
fn the_reference_is_fresh_and_names_every_setting() {
    let page = reference();
    for setting in definition::all() {
        assert!(
            page.contains(&format!("| `{}` |", setting.name)),
            "{}",
            setting.name
        );
    }
    let committed = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/configuration.md"
    ))
    .unwrap_or_default();
    assert!(
        page == committed,
        "docs/configuration.md is not what `latchkey config reference` prints: run `make generated`"
    );
}
