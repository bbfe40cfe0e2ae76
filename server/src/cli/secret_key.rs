//! `latchkey secret-key`.

use clap::Subcommand;
use domain::{
    Actor, Ctx,
    installation::{self, Fit},
};

use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SecretKeyCommand {
    /// Continue with the configured key although the previous one is lost, and with it what it has sealed
    Accept {
        /// Confirm that it is really lost
        #[arg(long)]
        yes: bool,
    },
}

/// What is lost with a key.
const LOST: &str = "What is lost with the former key: authenticator apps (their owners sign in with a recovery code or a \
    passkey, or you reset them), waiting e-mails, cursors and forms in use, and API keys that were created without \
    `key_peppers`, which have to be created again. Entries of the audit log that it has bound can no longer be checked.";

pub(super) async fn run(ctx: &Ctx, command: SecretKeyCommand) -> Result<String, Fault> {
    let SecretKeyCommand::Accept { yes } = command;
    match installation::settle_key(ctx).await? {
        Fit::New | Fit::Same => Ok("The secret key fits the database.\n".to_owned()),
        Fit::Changed => Ok(
            "The secret key fits the database: the previous one is among the former ones.\n"
                .to_owned(),
        ),
        Fit::Foreign if yes => {
            installation::accept_key(ctx, &Actor::Operator).await?;
            Ok(format!(
                "From now on, the database uses the secret key of the configuration. {LOST}\n"
            ))
        }
        Fit::Foreign => Err(Fault::said(format!(
            "The secret key is not the one that this database was used with. {LOST} Give --yes if that is what you want."
        ))),
    }
}
