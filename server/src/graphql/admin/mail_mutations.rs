//! What staff do about letters.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use contract::MailId;
use domain::mail;

use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
};

/// Which e-mail to try again, and why.
#[derive(Debug, InputObject)]
struct RetryMailInput {
    /// Begins with `mai_`.
    mail_id: ID,
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// Why all e-mails that failed are retried.
#[derive(Debug, InputObject)]
struct RetryDeadMailsInput {
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// Which e-mail to discard, and why.
#[derive(Debug, InputObject)]
struct DiscardMailInput {
    /// Begins with `mai_`.
    mail_id: ID,
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct SendTestMailInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The result of `retryMail`.
#[derive(Debug, SimpleObject)]
struct RetryMailPayload {
    /// The id of the e-mail, which is waiting again; null when something was refused.
    mail_id: Option<ID>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `retryDeadMails`.
#[derive(Debug, SimpleObject)]
struct RetryDeadMailsPayload {
    /// How many e-mails are waiting again; null when something was refused.
    retried_count: Option<u64>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `discardMail`.
#[derive(Debug, SimpleObject)]
struct DiscardMailPayload {
    /// The id of the discarded e-mail; null when something was refused.
    mail_id: Option<ID>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `sendTestMail`.
#[derive(Debug, SimpleObject)]
struct SendTestMailPayload {
    /// Where the e-mail is sent; null when something was refused.
    recipient: Option<String>,
    /// Returned as it was given.
    client_mutation_id: Option<String>,
    /// What was refused, and why; empty on success.
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
    /// Retries an e-mail that failed right away, whether it was given up or waits for its next try. For staff. Refused:
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

    /// Retries all e-mails that failed right away, given up or waiting for their next try. For staff. Refused:
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

    /// Takes an e-mail out of the queue, so that it is never sent. For staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`,
    /// `MAIL_UNDER_WAY`, `STAFF_PROTECTED` for an e-mail that tells somebody what staff did, `REQUIRED`, `TOO_LONG`,
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

    /// Sends an e-mail to the caller, to check that e-mails arrive. For staff. Refused: `NOT_FOUND`, `RATE_LIMITED`.
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
