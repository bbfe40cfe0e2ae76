//! `latchkey key`.

use std::io::{self, IsTerminal as _};

use clap::Subcommand;
use contract::{api_keys::Scope, verification::VerifyKey};
use domain::{Actor, Ctx, verification};

use super::password;
use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum KeyCommand {
    /// Check whether a key is valid, without charging it; exits with 1 if not. The key is asked for, or read from standard input
    Verify {
        /// A scope that it must have; can be given several times
        #[arg(long = "scope")]
        scopes: Vec<String>,
        /// The IP address of the caller who uses it
        #[arg(long)]
        ip: Option<String>,
    },
}

pub(super) async fn run(ctx: &Ctx, command: KeyCommand) -> Result<String, Fault> {
    let KeyCommand::Verify { scopes, ip } = command;
    let question = VerifyKey {
        key: ask_or_read()?,
        scopes,
        // A process of its own does not know what a running server has charged.
        cost: Some(0),
        ip,
    };
    let answer = verification::verify(ctx, &Actor::Operator, &question).await?;
    verification::finish(ctx).await?;
    let mut text = format!("{}: {}\n", answer.code.as_str(), answer.message);
    if let (Some(key), Some(organization)) = (answer.key, answer.organization) {
        let scopes: Vec<&str> = answer.scopes.iter().map(Scope::as_str).collect();
        text.push_str(&format!(
            "{} “{}” of {}, with scopes: {}\n",
            key.id,
            key.name,
            organization.slug,
            if scopes.is_empty() {
                "none".to_owned()
            } else {
                scopes.join(", ")
            }
        ));
    }
    if answer.valid {
        Ok(text)
    } else {
        Err(Fault::Unwell(text))
    }
}

fn ask_or_read() -> Result<String, Fault> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password("Key: ")
            .map_err(|error| Fault::Said(format!("The key could not be read: {error}.")));
    }
    Ok(password::read(io::stdin().lock())?.expose().to_owned())
}
