use clap::CommandFactory as _;

use super::*;
use crate::{cli::users::UserCommand, config::Mistakes};

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

fn command(line: &str) -> Option<Command> {
    parse(line).expect("it can be read").command
}

fn run_here(line: &str) -> Result<String, Fault> {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    run(
        parse(line).expect("it can be read"),
        std::iter::empty(),
        folder.path(),
    )
}

#[test]
fn the_commands_fit_together() {
    Cli::command().debug_assert();
}

#[test]
fn each_command_is_read() {
    assert_eq!(command("latchkey"), None);
    assert_eq!(command("latchkey serve"), Some(Command::Serve));
    assert_eq!(
        command("latchkey config check"),
        Some(Command::Config(ConfigCommand::Check))
    );
    assert_eq!(
        command("latchkey mail list --json"),
        Some(Command::Mail(mails::MailCommand::List { json: true }))
    );
    let create = UserCommand::Create {
        email: "a@b.test".to_owned(),
        name: "Ada".to_owned(),
        staff: true,
        password_stdin: false,
    };
    assert_eq!(
        command("latchkey user create --email a@b.test --name Ada --staff"),
        Some(Command::User(create))
    );
    let set = UserCommand::SetPassword {
        email: "a@b.test".to_owned(),
    };
    assert_eq!(
        command("latchkey user set-password --email a@b.test"),
        Some(Command::User(set))
    );
}

#[test]
fn what_is_missing_or_unknown_is_written_wrongly() {
    for line in [
        "latchkey user create --name Ada",
        "latchkey config",
        "latchkey swerve",
        "latchkey --listne x",
        "latchkey --secret-key x",
    ] {
        assert_eq!(
            parse(line).expect_err("it is wrong").exit_code(),
            2,
            "{line}"
        );
    }
}

#[test]
fn settings_can_stand_before_and_after_the_command() {
    for line in [
        "latchkey --listen 127.0.0.1:4000 config check",
        "latchkey config check --listen 127.0.0.1:4000",
    ] {
        let text = run_here(line).expect("it is a good configuration");
        assert!(
            text.contains("127.0.0.1:4000") && text.contains("--listen"),
            "{text}"
        );
    }
}

#[test]
fn the_short_help_has_the_commands_and_the_long_one_the_settings() {
    assert!(
        !Cli::command()
            .render_help()
            .to_string()
            .contains("--public-url")
    );
    assert!(
        Cli::command()
            .render_long_help()
            .to_string()
            .contains("--public-url")
    );
}

#[test]
fn mistakes_end_with_another_code_than_refusals() {
    let fault = run_here("latchkey config check --listen nowhere").expect_err("it is a mistake");
    assert!(
        matches!(&fault, Fault::Configuration(Mistakes(mistakes)) if mistakes.len() == 1),
        "{fault}"
    );
    assert_eq!(fault.exit_code(), 2);
    let refused = Fault::Domain(
        contract::Problem::new(contract::Code::EmailTaken)
            .on("email")
            .into(),
    );
    assert_eq!(refused.exit_code(), 1);
    assert_eq!(
        refused.to_string(),
        "EMAIL_TAKEN (email): There is an account with this address already."
    );
}

#[test]
fn an_operator_makes_and_lists_accounts() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let say = |line: &str| {
        let database = format!("sqlite://{}", folder.path().join("latchkey.db").display());
        let cost = [
            ("LATCHKEY_PASSWORD_MEMORY_KIB", "64"),
            ("LATCHKEY_PASSWORD_ITERATIONS", "1"),
            ("LATCHKEY_DATABASE_URL", &database),
        ];
        let environment = cost.map(|(name, value)| (name.to_owned(), value.to_owned()));
        run(
            parse(line).expect("it can be read"),
            environment.into_iter(),
            folder.path(),
        )
    };
    assert!(
        say("latchkey migrate")
            .expect("it migrates")
            .starts_with("Applied m20261123_000001_accounts.")
    );
    assert_eq!(
        say("latchkey migrate").expect("it migrates"),
        "The schema is up to date.\n"
    );
    assert!(
        say("latchkey user create --email ada@example.com --name Ada --staff")
            .expect("it is new")
            .starts_with("Made usr_")
    );
    let fault =
        say("latchkey user create --email ada@example.com --name Ada").expect_err("it is taken");
    assert!(
        fault.to_string().starts_with("EMAIL_TAKEN (email): "),
        "{fault}"
    );
    let list = say("latchkey user list").expect("it lists");
    assert!(
        list.starts_with("ID ") && list.contains("ada@example.com") && list.contains("staff"),
        "{list}"
    );
    let json = say("latchkey user list --json").expect("it lists");
    let users: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(users[0]["isStaff"], true, "{json}");
    assert_eq!(
        say("latchkey mail list").expect("it lists"),
        "All letters were sent.\n"
    );
    assert_eq!(
        say("latchkey mail retry").expect("it retries"),
        "No letter was given up.\n"
    );
}
