//! Letters that were not sent, in the schema.

use async_graphql::{Enum, ID, SimpleObject};
use contract::admin;

use crate::graphql::scalars::DateTime;

/// The state of an e-mail that has not been sent.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "admin::MailStatus")]
pub(super) enum MailStatus {
    /// It waits to be sent, or to be tried again.
    Queued,
    /// It was given up.
    Dead,
}

/// An e-mail that has not been sent. What it says is sealed, even from staff.
#[derive(Debug, SimpleObject)]
pub(super) struct QueuedMail {
    /// Begins with `mai_`.
    id: ID,
    /// What it is about, like `verify_email`.
    template: String,
    /// To whom.
    recipient: String,
    /// Its state.
    status: MailStatus,
    /// How many times it was tried.
    attempts: u32,
    /// The error of the last attempt.
    last_error: Option<String>,
    /// When it was written.
    created_at: DateTime,
    /// When it is tried next, if it waits.
    next_attempt_at: DateTime,
}

impl From<&admin::QueuedMail> for QueuedMail {
    fn from(mail: &admin::QueuedMail) -> Self {
        Self {
            id: mail.id.to_string().into(),
            template: mail.template.clone(),
            recipient: mail.recipient.clone(),
            status: mail.status.into(),
            attempts: mail.attempts,
            last_error: mail.last_error.clone(),
            created_at: mail.created_at.into(),
            next_attempt_at: mail.next_attempt_at.into(),
        }
    }
}
