mod mistakes;
mod providers;
mod retention;
mod sources;
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
        let folder = self.folder.path();
        Config::read(
            &cli.flags,
            self.environment.clone(),
            folder,
            &folder.join("system.toml"),
        )
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
