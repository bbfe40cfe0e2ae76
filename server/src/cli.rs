//! The command line: a face like any other. Each command calls one use case, as the operator.

mod keys;
mod mails;
mod organizations;
mod password;
mod seed;
pub(crate) mod table;
mod users;

use std::{
    future::Future,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use domain::{Ctx, Face, Origin};

use crate::{
    config::{self, Config, Flags},
    fault::Fault,
    graphql, logging, open, rest, serve,
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

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve pages and the API
    Serve,
    /// Bring the schema of the database up to date
    Migrate,
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the GraphQL schema
    Schema,
    /// Print the OpenAPI description of the endpoints below /v1
    Openapi,
    /// Make and change accounts
    #[command(subcommand)]
    User(users::UserCommand),
    /// Look after organizations
    #[command(subcommand)]
    Organization(organizations::OrganizationCommand),
    /// Look at API keys
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// Look after letters that were not sent
    #[command(subcommand)]
    Mail(mails::MailCommand),
    /// Make up people and organizations, for tests and demonstrations
    Seed(seed::SeedArgs),
}

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Print the configuration in effect and the source of each value, or every mistake
    Check,
    /// Print docs/configuration.md
    Reference,
}

/// Reads the command line, does what it says, and gives the exit code: 0 done, 1 refused or failed, 2 written wrongly.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let environment = std::env::vars_os().map(|(name, value)| (lossy(&name), lossy(&value)));
    let folder = std::env::current_dir().unwrap_or_else(|_| ".".into());
    match run(cli, environment, &folder) {
        Ok(text) => print(&text),
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
) -> Result<String, Fault> {
    let command = cli.command.unwrap_or(Command::Serve);
    match command {
        Command::Config(ConfigCommand::Reference) => return Ok(config::reference()),
        Command::Schema => return Ok(graphql::sdl()),
        Command::Openapi => return Ok(rest::document()),
        _ => {}
    }
    let config = Config::read(&cli.flags, environment, folder)?;
    match command {
        Command::Config(_) | Command::Schema | Command::Openapi => Ok(config.describe()),
        Command::Serve => {
            logging::start_for_server(&config);
            in_runtime(serve::serve(config)).map(|()| String::new())
        }
        Command::Migrate => {
            logging::start_for_command(&config);
            in_runtime(migrate(&config))
        }
        Command::User(command) => as_operator(&config, async |ctx| users::run(ctx, command).await),
        Command::Organization(command) => {
            as_operator(&config, async |ctx| organizations::run(ctx, command).await)
        }
        Command::Seed(args) => as_operator(&config, async |ctx| {
            seed::run(ctx, args, config.is_production()).await
        }),
        Command::Key(command) => as_operator(&config, async |ctx| keys::run(ctx, command).await),
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

async fn migrate(config: &Config) -> Result<String, Fault> {
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
    logging::start_for_command(config);
    in_runtime(async {
        let ctx = open::open(config)
            .await?
            .with_origin(Origin::of(Face::CommandLine));
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
