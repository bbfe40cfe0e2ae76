//! What staff do about letters.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use contract::MailId;
use domain::mail;

use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
};

/// Which letter is tried once more, and why.
#[derive(Debug, InputObject)]
struct RetryMailInput {
    /// Begins with `mai_`.
    mail_id: ID,
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// Why all letters that have failed are tried once more.
#[derive(Debug, InputObject)]
struct RetryDeadMailsInput {
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// Which letter is never sent, and why.
#[derive(Debug, InputObject)]
struct DiscardMailInput {
    /// Begins with `mai_`.
    mail_id: ID,
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// GraphQL knows no input without fields, so this one has what Relay once asked for.
#[derive(Debug, Default, InputObject)]
struct SendTestMailInput {
    /// Given back as it is.
    client_mutation_id: Option<String>,
}

/// What came of `retryMail`.
#[derive(Debug, SimpleObject)]
struct RetryMailPayload {
    /// The id of the letter, which waits again; null when something was refused.
    mail_id: Option<ID>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `retryDeadMails`.
#[derive(Debug, SimpleObject)]
struct RetryDeadMailsPayload {
    /// How many letters wait again; null when something was refused.
    retried_count: Option<u64>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `discardMail`.
#[derive(Debug, SimpleObject)]
struct DiscardMailPayload {
    /// The id of the letter that is no more; null when something was refused.
    mail_id: Option<ID>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `sendTestMail`.
#[derive(Debug, SimpleObject)]
struct SendTestMailPayload {
    /// Where the letter goes; null when something was refused.
    recipient: Option<String>,
    /// As it was given.
    client_mutation_id: Option<String>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// A malformed id is the id of nothing.
fn parsed(id: &ID) -> MailId {
    id.parse().unwrap_or(MailId::NOTHING)
}

/// What staff do about letters.
#[derive(Debug, Default)]
pub(in crate::graphql) struct MailMutations;

#[Object]
impl MailMutations {
    /// Has one letter that has failed tried at once, whether it was given up or waits for its next try. For staff. Refused:
    /// `STEP_UP_REQUIRED`, `NOT_FOUND`, `MAIL_NOT_DEAD` for one that is being sent or has not failed, `REQUIRED`, `TOO_LONG`,
    /// `INVALID_CHARACTERS`.
    async fn retry_mail(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RetryMailInput,
    ) -> Field<RetryMailPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.mail_id);
        let done = mail::retry(acting.ctx(), &acting.actor(), id, &input.reason).await;
        let payload = |Settled { made, user_errors }| RetryMailPayload {
            mail_id: made.map(|()| input.mail_id),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Has all letters that have failed tried at once, given up or waiting for their next try. For staff. Refused:
    /// `STEP_UP_REQUIRED`, `NOT_FOUND`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn retry_dead_mails(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Why.")] input: RetryDeadMailsInput,
    ) -> Field<RetryDeadMailsPayload> {
        let acting = Acting::of(context);
        let done = mail::retry_failed(acting.ctx(), &acting.actor(), &input.reason).await;
        let payload = |Settled { made, user_errors }| RetryDeadMailsPayload {
            retried_count: made,
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Takes a letter out of the queue, so that it is never sent. For staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`,
    /// `MAIL_UNDER_WAY`, `STAFF_PROTECTED` for a letter that tells somebody what staff did, `REQUIRED`, `TOO_LONG`,
    /// `INVALID_CHARACTERS`.
    async fn discard_mail(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: DiscardMailInput,
    ) -> Field<DiscardMailPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.mail_id);
        let done = mail::discard(acting.ctx(), &acting.actor(), id, &input.reason).await;
        let payload = |Settled { made, user_errors }| DiscardMailPayload {
            mail_id: made.map(|()| input.mail_id),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Sends a letter to whoever asks, to see whether letters arrive. For staff. Refused: `NOT_FOUND`, `RATE_LIMITED`.
    async fn send_test_mail(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<SendTestMailInput>,
    ) -> Field<SendTestMailPayload> {
        let acting = Acting::of(context);
        let done = mail::send_test(acting.ctx(), &acting.actor()).await;
        let payload = |Settled { made, user_errors }| SendTestMailPayload {
            recipient: made,
            client_mutation_id: input.unwrap_or_default().client_mutation_id,
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }
}
