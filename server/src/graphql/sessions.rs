//! Sessions: signing in, confirming, signing out.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use contract::sessions::SignIn;
use domain::{
    Actor, accounts,
    actor::SignedIn,
    sessions::{self, Client, Opened},
};

use super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    scalars::{DateTime, Secret},
    users::User,
};

/// What is typed to sign in.
#[derive(Debug, InputObject)]
struct SignInInput {
    /// The address of the account.
    email: String,
    /// The password of the account.
    password: Secret,
}

/// The password once more.
#[derive(Debug, InputObject)]
struct ConfirmPasswordInput {
    /// The password of the account.
    password: Secret,
}

/// GraphQL knows no input without fields, so this one has what Relay once asked for.
#[derive(Debug, Default, InputObject)]
struct SignOutInput {
    /// Given back as it is.
    client_mutation_id: Option<String>,
}

/// GraphQL knows no input without fields, so this one has what Relay once asked for.
#[derive(Debug, Default, InputObject)]
struct RevokeOtherSessionsInput {
    /// Given back as it is.
    client_mutation_id: Option<String>,
}

/// What came of `signIn`.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
struct SignInPayload {
    /// The session's secret, to be sent as `Authorization: Bearer …`. Shown here once.
    token: Option<String>,
    /// When the session ends, however much it is used. Unused for 30 days, it ends before.
    expires_at: Option<DateTime>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    signed_in: Option<SignedIn>,
}

#[ComplexObject]
impl SignInPayload {
    /// Who has signed in.
    async fn user(&self, context: &Context<'_>) -> Field<User> {
        let acting = Acting::of(context);
        let signed_in = self.signed_in.clone()?;
        let id = signed_in.user_id;
        let found = accounts::get(acting.ctx(), &Actor::User(signed_in), id).await;
        Some(found.map(User::from).map_err(|error| acting.error(&error)))
    }
}

/// What came of `confirmPassword`.
#[derive(Debug, SimpleObject)]
struct ConfirmPasswordPayload {
    /// The token that the session goes on under, for a program; the one before is dead. Null for a browser, which gets a
    /// cookie, and when something was refused.
    token: Option<String>,
    /// When the session ends, however much it is used.
    expires_at: Option<DateTime>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `signOut`.
#[derive(Debug, SimpleObject)]
struct SignOutPayload {
    /// As it was given.
    client_mutation_id: Option<String>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `revokeOtherSessions`.
#[derive(Debug, SimpleObject)]
struct RevokeOtherSessionsPayload {
    /// How many sessions ended.
    revoked_count: Option<u64>,
    /// As it was given.
    client_mutation_id: Option<String>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes to sessions.
#[derive(Debug, Default)]
pub(super) struct SessionMutations;

#[Object]
impl SessionMutations {
    /// Opens a session for a program and gives its bearer token; never sets a cookie. Open to everybody. A wrong password, an
    /// unknown address, an unverified account and a suspended one are refused alike. Refused: `INVALID_CREDENTIALS`,
    /// `REQUIRED`, `INVALID_EMAIL`, `PASSWORD_TOO_LONG`, `RATE_LIMITED`.
    async fn sign_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who, and the proof.")] input: SignInInput,
    ) -> Field<SignInPayload> {
        let acting = Acting::of(context);
        let input = SignIn {
            email: input.email,
            password: input.password.into(),
            remember: false,
        };
        let done = sessions::sign_in(acting.ctx(), input, Client::Program).await;
        let payload = |Settled { made, user_errors }: Settled<Opened>| SignInPayload {
            token: made.as_ref().map(|opened| opened.token.expose().to_owned()),
            expires_at: made.as_ref().map(|opened| opened.session.expires_at.into()),
            user_errors,
            signed_in: made.as_ref().map(owner),
        };
        Some(acting.settle(done).map(payload))
    }

    /// Takes the password again: for ten minutes the session may do what `STEP_UP_REQUIRED` refuses, under a new token. For
    /// signed-in people. Refused: `PASSWORD_WRONG`, `REQUIRED`, `PASSWORD_TOO_LONG`, `RATE_LIMITED`.
    async fn confirm_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proof.")] input: ConfirmPasswordInput,
    ) -> Field<ConfirmPasswordPayload> {
        let acting = Acting::of(context);
        let done = sessions::step_up(acting.ctx(), &acting.actor(), &input.password.into()).await;
        let payload = |Settled { made, user_errors }: Settled<Opened>| ConfirmPasswordPayload {
            token: made
                .as_ref()
                .and_then(|opened| acting.renewed(context, opened)),
            expires_at: made.map(|opened| opened.session.expires_at.into()),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Ends the session that asks; its token is dead from then on. For signed-in people.
    async fn sign_out(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<SignOutInput>,
    ) -> Field<SignOutPayload> {
        let acting = Acting::of(context);
        let done = sessions::sign_out(acting.ctx(), &acting.actor()).await;
        let payload = |Settled { made, user_errors }: Settled<()>| {
            if made.is_some() {
                acting.signed_out(context);
            }
            SignOutPayload {
                client_mutation_id: input.unwrap_or_default().client_mutation_id,
                user_errors,
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Ends every session of the person but the one that asks. For signed-in people who have given their password within ten
    /// minutes. Refused: `STEP_UP_REQUIRED`; then `confirmPassword` first.
    async fn revoke_other_sessions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<RevokeOtherSessionsInput>,
    ) -> Field<RevokeOtherSessionsPayload> {
        let acting = Acting::of(context);
        let done = sessions::revoke_others(acting.ctx(), &acting.actor()).await;
        let payload = |Settled { made, user_errors }| RevokeOtherSessionsPayload {
            revoked_count: made,
            client_mutation_id: input.unwrap_or_default().client_mutation_id,
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }
}

/// The person of a new session, with no more rights than to read.
pub(super) fn owner(opened: &Opened) -> SignedIn {
    SignedIn {
        user_id: opened.user_id,
        session_id: opened.session.id,
        is_staff: false,
        signed_in_at: opened.session.created_at,
        authenticated_at: opened.session.created_at,
    }
}
