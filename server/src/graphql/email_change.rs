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
    /// An address that the person can read the mail of.
    email: String,
}

/// The secret of the letter to the new address.
#[derive(Debug, InputObject)]
struct ConfirmEmailChangeInput {
    /// What stands behind `token=` in the letter's link.
    token: Secret,
}

/// The secret of the letter to the former address.
#[derive(Debug, InputObject)]
struct UndoEmailChangeInput {
    /// What stands behind `token=` in the letter's link.
    token: Secret,
}

/// What came of `requestEmailChange`. The same whether or not the address is somebody's.
#[derive(Debug, SimpleObject)]
struct RequestEmailChangePayload {
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `confirmEmailChange`.
#[derive(Debug, SimpleObject)]
struct ConfirmEmailChangePayload {
    /// The person with the new address; null when something was refused.
    user: Option<User>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `undoEmailChange`.
#[derive(Debug, SimpleObject)]
struct UndoEmailChangePayload {
    /// The address that the account has again; null when something was refused.
    email: Option<String>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of addresses.
#[derive(Debug, Default)]
pub(super) struct EmailChangeMutations;

#[Object]
impl EmailChangeMutations {
    /// Sends a link to a new address, good for an hour; an older one dies. For signed-in people who have proved who they are
    /// within ten minutes. Refused: `STEP_UP_REQUIRED`, `REQUIRED`, `INVALID_EMAIL`, `TOO_LONG`, `EMAIL_UNCHANGED`,
    /// `SIGN_UP_DOMAIN`, `RATE_LIMITED`.
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

    /// Spends the link of the letter to the new address, which is the account's from now on; the former one gets a letter with
    /// which it can be undone for seven days. For the signed-in person who asked. Refused: `LINK_INVALID`, `LINK_EXPIRED`,
    /// `LINK_USED`, `EMAIL_TAKEN`.
    async fn confirm_email_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The letter's secret.")] input: ConfirmEmailChangeInput,
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

    /// Spends the link of the letter to the former address, which the account has again then. Every session of the person
    /// ends, and a letter with a link for a new password goes to that address. Open to everybody who has the link. Refused:
    /// `LINK_INVALID`, `LINK_EXPIRED`, `LINK_USED`, `EMAIL_TAKEN`.
    async fn undo_email_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The letter's secret.")] input: UndoEmailChangeInput,
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
