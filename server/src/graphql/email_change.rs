//! Another address for an account: asked for, confirmed, undone.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use domain::accounts;

use super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    scalars::Secret,
    users::User,
};

/// The address to change to.
#[derive(Debug, InputObject)]
struct RequestEmailChangeInput {
    /// An address whose e-mail the person can read.
    email: String,
}

/// The secret of the e-mail to the new address.
#[derive(Debug, InputObject)]
struct ConfirmEmailChangeInput {
    /// The value of `token=` in the link of the e-mail.
    token: Secret,
}

/// The secret of the e-mail to the former address.
#[derive(Debug, InputObject)]
struct UndoEmailChangeInput {
    /// The value of `token=` in the link of the e-mail.
    token: Secret,
}

/// The result of `requestEmailChange`. The same whether or not the address has an account.
#[derive(Debug, SimpleObject)]
struct RequestEmailChangePayload {
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `confirmEmailChange`.
#[derive(Debug, SimpleObject)]
struct ConfirmEmailChangePayload {
    /// The person with the new address; null when something was refused.
    user: Option<User>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `undoEmailChange`.
#[derive(Debug, SimpleObject)]
struct UndoEmailChangePayload {
    /// The address that the account has again; null when something was refused.
    email: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// Changes of addresses.
#[derive(Debug, Default)]
pub(super) struct EmailChangeMutations;

#[Object]
impl EmailChangeMutations {
    /// Sends a link to a new address, valid for an hour; an older one stops working. For signed-in people who have proved who
    /// they are in the last ten minutes. Refused: `STEP_UP_REQUIRED`, `REQUIRED`, `INVALID_EMAIL`, `TOO_LONG`,
    /// `EMAIL_UNCHANGED`, `SIGN_UP_DOMAIN`, `RATE_LIMITED`.
    async fn request_email_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which address.")] input: RequestEmailChangeInput,
    ) -> Field<RequestEmailChangePayload> {
        let acting = Acting::of(context);
        let done =
            accounts::request_email_change(acting.ctx(), &acting.actor(), &input.email).await;
        let payload =
            |Settled { user_errors, .. }: Settled<()>| RequestEmailChangePayload { user_errors };
        Some(acting.settle(done).map(payload))
    }

    /// Uses the link of the e-mail to the new address, which becomes the account's; the former address gets an e-mail with
    /// which this can be undone for seven days. For the signed-in person who asked. Refused: `LINK_INVALID`, `LINK_EXPIRED`,
    /// `LINK_USED`, `EMAIL_TAKEN`.
    async fn confirm_email_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret of the e-mail.")] input: ConfirmEmailChangeInput,
    ) -> Field<ConfirmEmailChangePayload> {
        let acting = Acting::of(context);
        let token = input.token.expose();
        let done = accounts::confirm_email_change(acting.ctx(), &acting.actor(), token).await;
        let payload = |Settled { made, user_errors }| ConfirmEmailChangePayload {
            user: made.map(User::from),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Uses the link of the e-mail to the former address, which the account then has again. Every session of the person ends,
    /// and an e-mail with a link for a new password is sent to that address. Open to everybody who has the link. Refused:
    /// `LINK_INVALID`, `LINK_EXPIRED`, `LINK_USED`, `EMAIL_TAKEN`.
    async fn undo_email_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret of the e-mail.")] input: UndoEmailChangeInput,
    ) -> Field<UndoEmailChangePayload> {
        let acting = Acting::of(context);
        let done = accounts::undo_email_change(acting.ctx(), input.token.expose()).await;
        let payload = |Settled { made, user_errors }| UndoEmailChangePayload {
            email: made,
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }
}
