//! `latchkey secret-key`.

use clap::Subcommand;
use domain::{
    Actor, Ctx,
    installation::{self, Fit},
};

use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SecretKeyCommand {
    /// Go on with the configured key although the one before is lost, and with it what it has sealed
    Accept {
        /// It is really lost
        #[arg(long)]
        yes: bool,
    },
}

/// What is lost with a key.
const LOST: &str = "Lost with the former key are: authenticator apps (their owners sign in with a recovery code or a passkey, or you reset \
    them), letters that wait, cursors and forms on their way, and API keys that were made without `key_peppers`, which have to be made anew. \
    Entries of the audit log that it has bound cannot be checked any more.";

pub(super) async fn run(ctx: &Ctx, command: SecretKeyCommand) -> Result<String, Fault> {
    let SecretKeyCommand::Accept { yes } = command;
    match installation::settle_key(ctx).await? {
        Fit::New | Fit::Same => Ok("The secret key fits the database.\n".to_owned()),
        Fit::Changed => Ok(
            "The secret key fits the database: the one before is among the former ones.\n"
                .to_owned(),
        ),
        Fit::Foreign if yes => {
            installation::accept_key(ctx, &Actor::Operator).await?;
            Ok(format!(
                "The secret key of the configuration is the database's from now on. {LOST}\n"
            ))
        }
        Fit::Foreign => Err(Fault::said(format!(
            "The secret key is not the one that this database was used with. {LOST} Give --yes if that is what you want."
        ))),
    }
}
