//! The command line: a face like any other. Each command calls one use case, as the operator.

mod audit;
pub(crate) mod backup;
mod doctor;
mod health;
mod keys;
mod mails;
mod organizations;
mod password;
mod restore;
mod secret_key;
mod seed;
pub(crate) mod table;
mod users;

use std::{
    ffi::OsString,
    future::Future,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use domain::{Ctx, Face, Origin};

use crate::{
    config::{self, Config, Flags, SYSTEM_FILE},
    fault::Fault,
    graphql,
    http::metrics,
    lock::DatabaseLock,
    logging, open, otlp, rest,
};

/// Accounts, organizations and API keys for every product, in one process with one database.
#[derive(Debug, Parser)]
#[command(
    name = "latchkey",
    version,
    after_help = "Without a command, it serves. `--help` lists the settings as well."
)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let words = command_line().try_get_matches_from(words)?;
        <Self as clap::FromArgMatches>::from_arg_matches(&words)
    }
}

/// Every command takes every setting. The help of those that are about something else does not list them all.
fn command_line() -> clap::Command {
    <Cli as clap::CommandFactory>::command().mut_subcommands(|command| match command.get_name() {
        "serve" | "config" => command,
        _ => listed_elsewhere(Flags::unlisted(command)),
    })
}

fn listed_elsewhere(command: clap::Command) -> clap::Command {
    command
        .after_help("Settings can be given too: `latchkey serve --help` lists them.")
        .mut_subcommands(listed_elsewhere)
}

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve pages and the API
    Serve,
    /// Ask the server on this machine whether it is ready
    Health,
    /// Bring the schema of the database up to date
    Migrate,
    /// Show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check everything that an installation needs, and say what to do
    Doctor(doctor::DoctorArgs),
    /// Back up a SQLite database, even while a server uses it
    Backup(backup::BackupArgs),
    /// Restore a SQLite database from a backup, while no server uses it
    Restore(restore::RestoreArgs),
    /// Manage the secret key of the installation
    #[command(subcommand)]
    SecretKey(secret_key::SecretKeyCommand),
    /// Print the GraphQL schema
    Schema,
    /// Print docs/metrics.md
    Metrics,
    /// Print the OpenAPI description of the endpoints below /v1
    Openapi,
    /// Create and change accounts
    #[command(subcommand)]
    User(users::UserCommand),
    /// Manage organizations
    #[command(subcommand)]
    Organization(organizations::OrganizationCommand),
    /// Check API keys
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// Read the audit log, and check that nobody has changed it
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Manage e-mails that have not been sent
    #[command(subcommand)]
    Mail(mails::MailCommand),
    /// Add made-up people and organizations, for tests and demonstrations
    Seed(seed::SeedArgs),
}

impl Command {
    /// Whether it is of use only with a database that is there; of the others some make one.
    fn needs_a_database(&self) -> bool {
        match self {
            Self::Backup(_)
            | Self::SecretKey(_)
            | Self::Organization(_)
            | Self::Key(_)
            | Self::Audit(_)
            | Self::Mail(_) => true,
            Self::User(command) => !matches!(command, users::UserCommand::Create { .. }),
            Self::Serve | Self::Migrate | Self::Restore(_) | Self::Seed(_) => false,
            Self::Health
            | Self::Config(_)
            | Self::Doctor(_)
            | Self::Schema
            | Self::Metrics
            | Self::Openapi => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Print the configuration in effect and where each value comes from, or every mistake in it
    Check,
    /// Print docs/configuration.md
    Reference,
}

/// Reads the command line, does what it says, and gives the exit code: 0 done, 1 refused or failed, 2 written wrongly.
pub fn main() -> ExitCode {
    let cli = Cli::read(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let environment = std::env::vars_os().map(|(name, value)| (lossy(&name), lossy(&value)));
    let folder = std::env::current_dir().unwrap_or_else(|_| ".".into());
    match run(cli, environment, &folder, Path::new(SYSTEM_FILE)) {
        Ok(text) => print(&text),
        Err(Fault::Unwell(report)) => {
            print(&report);
            ExitCode::FAILURE
        }
        Err(fault) => {
            let _ = writeln!(io::stderr().lock(), "latchkey: {fault}");
            ExitCode::from(fault.exit_code())
        }
    }
}

fn lossy(text: &std::ffi::OsStr) -> String {
    text.to_string_lossy().into_owned()
}

/// Whoever reads may have heard enough (`| head`), which is no failure.
fn print(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// Does what the command line says; gives what is to be printed.
fn run(
    cli: Cli,
    environment: impl Iterator<Item = (String, String)>,
    folder: &Path,
    system_file: &Path,
) -> Result<String, Fault> {
    let command = cli.command.unwrap_or(Command::Serve);
    match command {
        Command::Config(ConfigCommand::Reference) => return Ok(config::reference()),
        Command::Schema => return Ok(graphql::sdl()),
        Command::Openapi => return Ok(rest::document()),
        Command::Metrics => return Ok(metrics::reference()),
        _ => {}
    }
    let read = Config::read(&cli.flags, environment, folder, system_file);
    let config = match (read, &command) {
        (Err(mistakes), Command::Doctor(args)) => return doctor::of_mistakes(&mistakes, args),
        (read, _) => read?,
    };
    if command.needs_a_database() {
        open::require_database(&config)?;
    }
    match command {
        Command::Config(_) | Command::Schema | Command::Openapi | Command::Metrics => {
            Ok(config.describe())
        }
        Command::Serve => in_runtime(serve(config)).map(|()| String::new()),
        Command::Health => in_runtime(health::run(config.sections.network.listen)),
        Command::Migrate => {
            logging::start_for_command(&config);
            in_runtime(migrate(&config))
        }
        Command::Doctor(args) => {
            logging::start_for_command(&config);
            in_runtime(doctor::run(&config, args))
        }
        Command::Backup(args) => {
            backup::require_sqlite(&config, &args.file)?;
            on_database(&config, open::as_it_is(&config), async |ctx| {
                backup::run(ctx, args).await
            })
        }
        Command::Restore(args) => {
            logging::start_for_command(&config);
            in_runtime(restore::run(&config, &args))
        }
        Command::SecretKey(command) => {
            on_database(&config, open::open_under_any_key(&config), async |ctx| {
                secret_key::run(ctx, command).await
            })
        }
        Command::User(command) => as_operator(&config, async |ctx| users::run(ctx, command).await),
        Command::Organization(command) => {
            as_operator(&config, async |ctx| organizations::run(ctx, command).await)
        }
        Command::Seed(args) => as_operator(&config, async |ctx| {
            seed::run(ctx, args, config.is_production()).await
        }),
        Command::Key(command) => as_operator(&config, async |ctx| keys::run(ctx, command).await),
        Command::Audit(command) => as_operator(&config, async |ctx| audit::run(ctx, command).await),
        Command::Mail(command) => as_operator(&config, async |ctx| mails::run(ctx, command).await),
    }
}

/// Runs to the end of `work`, and leaves behind what still computes: it has nobody to answer.
fn in_runtime<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|error| Fault::Said(format!("The process cannot start threads: {error}.")))?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// Nobody restores the database meanwhile; a server may run beside it.
fn beside_a_server(config: &Config) -> Result<DatabaseLock, Fault> {
    let file = config.sections.database.database_url.file();
    DatabaseLock::beside(file.as_deref())
}

/// Serves, and exports traces meanwhile where that is configured.
async fn serve(config: Config) -> Result<(), Fault> {
    let export = otlp::start(&config.sections.traces)?;
    logging::start_for_server(&config, export.as_ref());
    let served = crate::serve::serve(config).await;
    if let Some(export) = export {
        export.finish().await;
    }
    served
}

async fn migrate(config: &Config) -> Result<String, Fault> {
    let _lock = beside_a_server(config)?;
    let database = open::database(config).await?;
    let done = open::migrate(&database).await;
    close(database).await;
    Ok(match done?.as_slice() {
        [] => "The schema is up to date.\n".to_owned(),
        names => names
            .iter()
            .map(|name| format!("Applied {name}.\n"))
            .collect(),
    })
}

/// Opens the database for one command, and closes it whatever came of it.
fn as_operator(
    config: &Config,
    work: impl AsyncFnOnce(&Ctx) -> Result<String, Fault>,
) -> Result<String, Fault> {
    on_database(config, open::open(config), work)
}

/// The same, over a database that is opened in another way.
fn on_database(
    config: &Config,
    opening: impl Future<Output = Result<Ctx, Fault>>,
    work: impl AsyncFnOnce(&Ctx) -> Result<String, Fault>,
) -> Result<String, Fault> {
    logging::start_for_command(config);
    in_runtime(async {
        let _lock = beside_a_server(config)?;
        let ctx = opening.await?.with_origin(Origin::of(Face::CommandLine));
        let done = work(&ctx).await;
        close(ctx.database().clone()).await;
        done
    })
}

async fn close(database: domain::database::Database) {
    if let Err(error) = database.close().await {
        tracing::warn!(%error, "the database could not be closed");
    }
}

#[cfg(test)]
mod tests;
