mod console;
mod doctor;
mod operating;

use clap::CommandFactory as _;

use super::*;
use crate::{cli::users::UserCommand, config::Mistakes};

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::read(line.split_whitespace().map(Into::into))
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
        &folder.path().join("system.toml"),
    )
}

#[test]
fn the_commands_fit_together() {
    command_line().debug_assert();
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
        "latchkey user suspend a@b.test",
        "latchkey user restore --reason x",
        "latchkey organization set-plan acme",
        "latchkey organization set-plan acme --tier gold",
        "latchkey organization set-plan acme --seats many",
        "latchkey organization set-plan --tier pro",
        "latchkey seed --users -1",
        "latchkey audit list --since yesterday",
        "latchkey backup",
        "latchkey restore",
        "latchkey doctor --send-test",
        "latchkey secret-key",
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
fn the_help_of_a_command_lists_what_is_its_own() {
    let mut line = command_line();
    line.build();
    let mut help = |path: &str| {
        let mut command = &mut line;
        for name in path.split(' ') {
            command = command.find_subcommand_mut(name).expect("there is one");
        }
        command.render_long_help().to_string()
    };
    for (path, own) in [("mail retry", "--reason"), ("backup", "--force")] {
        let text = help(path);
        assert!(text.contains(own) && text.contains("--config"), "{text}");
        assert!(!text.contains("--public-url"), "{text}");
        assert!(text.contains("latchkey serve --help"), "{text}");
    }
    for path in ["serve", "config check"] {
        assert!(help(path).contains("--public-url"), "{path}");
    }
    let text = run_here("latchkey user list --password-min-length many");
    assert_eq!(text.expect_err("it is taken").exit_code(), 2);
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
        "EMAIL_TAKEN (email): There is already an account with this address."
    );
}

/// An installation in a folder of its own, whose hashes cost next to nothing.
struct Installation(tempfile::TempDir);

impl Installation {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("the temporary folder can be written"))
    }

    fn say(&self, line: &str) -> Result<String, Fault> {
        self.say_with(line, &[])
    }

    /// With other settings besides.
    fn say_with(&self, line: &str, others: &[(&str, &str)]) -> Result<String, Fault> {
        let folder = self.0.path();
        let database = format!("sqlite://{}", folder.join("latchkey.db").display());
        let environment = [
            ("LATCHKEY_PASSWORD_MEMORY_KIB", "64"),
            ("LATCHKEY_PASSWORD_ITERATIONS", "1"),
            ("LATCHKEY_DATABASE_URL", &database),
        ];
        let environment = environment.iter().chain(others);
        run(
            parse(line).expect("it can be read"),
            environment.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
            folder,
            &folder.join("system.toml"),
        )
    }

    fn done(&self, line: &str) -> String {
        self.say(line)
            .unwrap_or_else(|fault| panic!("{line}: {fault}"))
    }

    fn refused(&self, line: &str) -> String {
        let fault = self.say(line).expect_err("it is to be refused");
        assert_eq!(fault.exit_code(), 1, "{line}");
        fault.to_string()
    }

    fn json(&self, line: &str) -> serde_json::Value {
        serde_json::from_str(&self.done(line)).expect("JSON")
    }
}

#[test]
fn an_operator_makes_and_lists_accounts() {
    let here = Installation::new();
    assert!(
        here.done("latchkey migrate")
            .starts_with("Applied m20261123_000001_accounts.")
    );
    assert_eq!(here.done("latchkey migrate"), "The schema is up to date.\n");
    let create = "latchkey user create --email ada@example.com --name Ada";
    let made = here.done(&format!("{create} --staff"));
    assert!(
        made.starts_with("Created usr_")
            && made.contains(" http://localhost:3000/forgot-password "),
        "{made}"
    );
    let fault = here.refused(create);
    assert!(fault.starts_with("EMAIL_TAKEN (email): "), "{fault}");
    let list = here.done("latchkey user list");
    assert!(
        list.starts_with("ID ") && list.contains("ada@example.com") && list.contains("staff"),
        "{list}"
    );
    assert_eq!(here.json("latchkey user list --json")[0]["isStaff"], true);
    assert_eq!(
        here.done("latchkey mail list"),
        "All e-mails have been sent.\n"
    );
    assert_eq!(here.done("latchkey mail retry"), "No e-mail has failed.\n");
}

#[test]
fn an_operator_suspends_and_restores_accounts() {
    let here = Installation::new();
    here.done("latchkey user create --email ada@example.com --name Ada");
    assert_eq!(
        here.done("latchkey user suspend Ada@example.com --reason spam"),
        "ada@example.com is suspended, and all sessions have ended.\n"
    );
    assert!(here.done("latchkey user list").contains("suspended"));
    assert_eq!(
        here.done("latchkey user restore ada@example.com --reason sorry"),
        "ada@example.com is no longer suspended.\n"
    );
    assert!(!here.done("latchkey user list").contains("suspended"));
    for (line, beginning) in [
        ("suspend eve@example.com --reason x", "NOT_FOUND (email): "),
        ("restore eve@example.com --reason x", "NOT_FOUND (email): "),
        ("suspend ada --reason x", "INVALID_EMAIL (email): "),
        ("suspend ada@example.com --reason=", "REQUIRED (reason): "),
    ] {
        let fault = here.refused(&format!("latchkey user {line}"));
        assert!(fault.starts_with(beginning), "{fault}");
    }
}

#[test]
fn the_last_owner_is_not_suspended_and_the_refusal_names_the_organization() {
    let here = Installation::new();
    let made = here
        .json("latchkey seed --users 3 --organizations 1 --memberships 1 --invitations 0 --json");
    let owner = made["largest"]["owner"].as_str().expect("an address");
    let fault = here.refused(&format!("latchkey user suspend {owner} --reason spam"));
    let name = here.json("latchkey organization list --json")[0]["name"].clone();
    let name = name.as_str().expect("a name");
    assert!(
        fault.starts_with("LAST_OWNER: ") && fault.contains(name),
        "{fault}"
    );
}

#[test]
fn an_operator_sets_what_an_organization_has_paid_for() {
    let here = Installation::new();
    here.done("latchkey seed --users 3 --organizations 2 --memberships 4 --largest 3");
    let all = here.json("latchkey organization list --json");
    let slug = all[0]["slug"].as_str().expect("a slug");
    for (what, answer) in [
        (
            "--tier Pro --quota 50000 --seats 20",
            "has the tier pro, 50000 units a month and 20 seats",
        ),
        (
            "--seats 1",
            "has the tier pro, 50000 units a month and 1 seat",
        ),
        (
            "--seats none --tier free",
            "has the tier free, 50000 units a month and any number of seats",
        ),
    ] {
        assert_eq!(
            here.done(&format!("latchkey organization set-plan {slug} {what}")),
            format!("{slug} {answer}.\n")
        );
    }
    let after = &here.json("latchkey organization list --json")[0];
    assert_eq!(
        (&after["subscriptionTier"], &after["quotaLimit"]),
        (&"free".into(), &50_000.into())
    );
    assert!(after["seats"].is_null() && after["deletedAt"].is_null());
    for (line, beginning) in [
        ("no-such-one --tier pro".to_owned(), "NOT_FOUND (slug): "),
        (format!("{slug} --quota=-1"), "OUT_OF_RANGE (quotaLimit): "),
    ] {
        let fault = here.refused(&format!("latchkey organization set-plan {line}"));
        assert!(fault.starts_with(beginning), "{fault}");
    }
}

#[test]
fn an_operator_reads_the_log_and_has_it_checked() {
    let here = Installation::new();
    here.done("latchkey migrate");
    let told = here.done("latchkey audit verify");
    assert!(told.ends_with("\nEvery log is intact.\n"), "{told}");
    here.done("latchkey seed --users 3 --organizations 2 --memberships 4 --largest 3");
    let slug = here.json("latchkey organization list --json")[0]["slug"].clone();
    let slug = slug.as_str().expect("a slug");
    here.done(&format!("latchkey organization set-plan {slug} --tier pro"));
    let told = here.done("latchkey audit list");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 5, "{told}");
    assert!(
        lines[1].contains("Operator  set the plan of ") && lines[2].contains("installation.seeded"),
        "{told}"
    );
    let of_one = format!("latchkey audit list --organization {slug} --action organization. --json");
    let entry = &here.json(&of_one)[0];
    assert_eq!(
        (&entry["action"], &entry["through"], &entry["seq"]),
        (
            &"organization.plan_set".into(),
            &"command_line".into(),
            &2.into()
        )
    );
    assert_eq!(
        here.done("latchkey audit list --since 2999-01-01"),
        "No entries match.\n"
    );
    assert_eq!(
        here.json("latchkey audit list --most 1 --json")
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let fault = here.refused("latchkey audit list --organization no-such-one");
    assert!(fault.starts_with("NOT_FOUND (slug): "), "{fault}");
    let told = here.done("latchkey audit verify");
    assert_eq!(
        told,
        "3 entries of 2 organizations checked; 0 lost something when a person was erased.\nEvery log is intact.\n"
    );
}

#[test]
fn organizations_are_listed_as_a_table_and_as_json() {
    let here = Installation::new();
    here.done("latchkey migrate");
    assert_eq!(
        here.json("latchkey organization list --json"),
        serde_json::json!([])
    );
    here.done("latchkey seed --users 40 --organizations 3 --memberships 60 --largest 33");
    let text = here.done("latchkey organization list");
    let (head, rows) = text.split_once('\n').expect("a head and rows");
    assert_eq!(
        head.split_whitespace().collect::<Vec<_>>(),
        [
            "ID", "SLUG", "NAME", "MEMBERS", "TIER", "CREATED", "DELETED"
        ]
    );
    assert!(rows.lines().count() == 3 && rows.contains(" 33 "), "{text}");
    let all = here.json("latchkey organization list --json");
    let made = |index: usize| all[index]["createdAt"].as_str().expect("a time").to_owned();
    assert!(made(0) < made(1) && made(1) < made(2), "oldest first");
}

#[test]
fn a_database_with_users_is_seeded_only_when_that_is_meant() {
    let here = Installation::new();
    let seed = "latchkey seed --users 20 --organizations 4 --memberships 30 --invitations 8";
    let text = here.done(seed);
    assert!(
        text.starts_with(
            "Created 20 users, 4 organizations, 30 memberships, 8 invitations and 16 API keys.\nEverybody's password: "
        ) && text.contains("\nThe largest organization: /o/"),
        "{text}"
    );
    assert_eq!(
        here.refused(seed),
        "NOT_EMPTY: This database already has 20 users. Give --add to add made-up ones to them."
    );
    let fault = here.refused(&format!("{seed} --add"));
    assert!(
        fault.contains("has 20 users, ") && fault.contains("--yes"),
        "{fault}"
    );
    here.done(&format!("{seed} --add --yes"));
    let users = here.json("latchkey user list --json");
    assert_eq!(users.as_array().map(Vec::len), Some(40));
    let fault = here.refused("latchkey seed --add --yes --largest 1001");
    assert_eq!(
        fault.lines().next(),
        Some("OUT_OF_RANGE (largest): Choose a number from 1 to 1000.")
    );
}

#[test]
fn what_is_seeded_for_load_is_in_a_file_of_its_own() {
    let here = Installation::new();
    let path = here.0.path().join("secrets.json");
    let seed = "latchkey seed --users 20 --organizations 4 --memberships 30 --keys 50 --quota 777";
    assert!(parse(&format!("{seed} --sessions 3")).is_err());
    let seed = format!("{seed} --secrets {}", path.display());
    let fault = here.refused(&format!("{seed} --sessions 21"));
    assert!(fault.starts_with("OUT_OF_RANGE (sessions)"), "{fault}");
    let seed = format!("{seed} --sessions 3");
    let text = here.done(&seed);
    assert!(
        text.contains("\nThe secrets of the keys and 3 bearer tokens: "),
        "{text}"
    );
    let file = std::fs::read_to_string(&path).expect("it was written");
    let secrets: serde_json::Value = serde_json::from_str(&file).expect("it is JSON");
    assert_eq!(secrets["sessions"].as_array().map(Vec::len), Some(3));
    let keys = secrets["keys"].as_array().expect("a list");
    assert_eq!(keys.len(), 50);
    let good = keys.iter().find(|key| key["status"] == "active");
    let secret = good.expect("most are")["secret"].as_str().expect("a text");
    assert!(secret.starts_with("lk_org_"), "{secret}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    let fault = here.refused(&format!("{seed} --add --yes"));
    assert!(
        fault.contains("cannot be written"),
        "nothing is overwritten: {fault}"
    );
    assert_eq!(std::fs::read_to_string(&path).ok(), Some(file));
    let other = here.0.path().join("other.json");
    let fault = here.refused(&format!("latchkey seed --secrets {}", other.display()));
    assert!(fault.starts_with("NOT_EMPTY"), "{fault}");
    assert!(!other.exists(), "a file without secrets does not stay");
}
