//! `latchkey mail`.

use clap::Subcommand;
use contract::text::counted;
use domain::{
    Actor, Ctx,
    mail::{self, QueuedMail},
};
use serde_json::json;

use super::table;
use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum MailCommand {
    /// List e-mails that are waiting or were given up, newest first, at most 100
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Retry the e-mails that failed right away, whether given up or waiting for their next try; a running server sends them
    Retry {
        /// The reason, for the audit log
        #[arg(long, default_value = "retried from the command line")]
        reason: String,
    },
}

pub(super) async fn run(ctx: &Ctx, command: MailCommand) -> Result<String, Fault> {
    match command {
        MailCommand::List { json } => {
            let mails = mail::list_unsent(ctx, &Actor::Operator).await?;
            Ok(if json {
                as_json(&mails)
            } else {
                as_text(&mails)
            })
        }
        MailCommand::Retry { reason } => {
            let count = mail::retry_failed(ctx, &Actor::Operator, &reason).await?;
            Ok(match count {
                0 => "No e-mail has failed.\n".to_owned(),
                count => format!(
                    "{} queued again.\n",
                    counted(count, "e-mail is", "e-mails are")
                ),
            })
        }
    }
}

fn as_text(mails: &[QueuedMail]) -> String {
    if mails.is_empty() {
        return "All e-mails have been sent.\n".to_owned();
    }
    let row = |mail: &QueuedMail| {
        let error = mail
            .last_error
            .clone()
            .unwrap_or_default()
            .replace(char::is_control, " ");
        [
            mail.created_at.to_string(),
            mail.status.as_str().to_owned(),
            mail.template.clone(),
            mail.recipient.clone(),
            mail.attempts.to_string(),
            error,
        ]
    };
    table::aligned(
        ["QUEUED", "STATUS", "ABOUT", "TO", "ATTEMPTS", "LAST ERROR"],
        mails.iter().map(row),
    )
}

fn as_json(mails: &[QueuedMail]) -> String {
    let mail = |mail: &QueuedMail| {
        json!({
            "id": mail.id,
            "template": mail.template,
            "recipient": mail.recipient,
            "status": mail.status,
            "attempts": mail.attempts,
            "lastError": mail.last_error,
            "createdAt": mail.created_at.to_string(),
            "nextAttemptAt": mail.next_attempt_at.to_string(),
        })
    };
    let mails: Vec<_> = mails.iter().map(mail).collect();
    format!("{:#}\n", serde_json::Value::from(mails))
}
