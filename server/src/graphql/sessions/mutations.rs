//! Changes to sessions.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, OneofObject, SimpleObject};
use contract::{SessionId, sessions::SignIn};
use domain::{
    actor::SignedIn,
    sessions::{self, Client, Entered, Opened, Proof},
};

use super::owner;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    passkeys::PasskeyAnswerInput,
    scalars::{DateTime, Secret},
    second_factors::SecondFactorChallenge,
    users::User,
};

/// The credentials to sign in with.
#[derive(Debug, InputObject)]
struct SignInInput {
    /// The address of the account.
    email: String,
    /// The password of the account.
    password: Secret,
}

/// The password again, or a second factor in its place.
#[derive(Debug, OneofObject)]
enum ConfirmPasswordInput {
    /// The password of the account.
    Password(Secret),
    /// Six digits from the authenticator app, or a recovery code.
    Code(Secret),
    /// What a passkey answered to `beginPasskeyConfirmation`.
    Passkey(PasskeyAnswerInput),
}

/// One of one's own sessions.
#[derive(Debug, InputObject)]
struct RevokeSessionInput {
    /// The id of the session.
    session_id: ID,
}

/// The result of `revokeSession`.
#[derive(Debug, SimpleObject)]
struct RevokeSessionPayload {
    /// The id of the session that has ended.
    session_id: Option<ID>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct SignOutInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct RevokeOtherSessionsInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct StopImpersonationInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The result of `stopImpersonation`.
#[derive(Debug, SimpleObject)]
struct StopImpersonationPayload {
    /// Returned as it was given.
    client_mutation_id: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `signIn`.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
struct SignInPayload {
    /// The session's secret, to be sent as `Authorization: Bearer …`. Shown here once. Null if a second step is asked for.
    token: Option<String>,
    /// When the session ends, however much it is used. If it is not used for 30 days, it ends earlier.
    expires_at: Option<DateTime>,
    /// What `completeSecondFactor` takes, if the password alone opens no session.
    second_factor: Option<SecondFactorChallenge>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    signed_in: Option<SignedIn>,
}

#[ComplexObject]
impl SignInPayload {
    /// Who has signed in.
    async fn user(&self, context: &Context<'_>) -> Field<User> {
        User::of_new_session(context, self.signed_in.clone()).await
    }
}

/// The result of `confirmPassword`.
#[derive(Debug, SimpleObject)]
struct ConfirmPasswordPayload {
    /// The token under which the session continues, for a program; the previous one no longer works. Null for a browser, which
    /// gets a cookie, and when something was refused.
    token: Option<String>,
    /// When the session ends, however much it is used.
    expires_at: Option<DateTime>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `signOut`.
#[derive(Debug, SimpleObject)]
struct SignOutPayload {
    /// Returned as it was given.
    client_mutation_id: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `revokeOtherSessions`.
#[derive(Debug, SimpleObject)]
struct RevokeOtherSessionsPayload {
    /// How many sessions ended.
    revoked_count: Option<u64>,
    /// Returned as it was given.
    client_mutation_id: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// Changes to sessions.
#[derive(Debug, Default)]
pub(in crate::graphql) struct SessionMutations;

#[Object]
impl SessionMutations {
    /// Opens a session for a program and returns its bearer token; never sets a cookie. Open to everybody. A wrong password, an
    /// unknown address, an unverified account and a suspended one are refused alike. Where a second factor is set up there is
    /// no session yet, but a challenge, for `completeSecondFactor`. Refused: `INVALID_CREDENTIALS`, `REQUIRED`,
    /// `INVALID_EMAIL`, `PASSWORD_TOO_LONG`, `RATE_LIMITED`.
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
        let payload = |Settled { made, user_errors }: Settled<Entered>| {
            let (opened, second_factor) = match made {
                Some(Entered::Opened(opened)) => (Some(opened), None),
                Some(Entered::Challenged(challenge)) => (None, Some(challenge.into())),
                None => (None, None),
            };
            SignInPayload {
                token: opened
                    .as_ref()
                    .map(|opened| opened.token.expose().to_owned()),
                expires_at: opened
                    .as_ref()
                    .map(|opened| opened.session.expires_at.into()),
                second_factor,
                user_errors,
                signed_in: opened.as_deref().map(owner),
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Takes the password again, or a second factor in its place: for ten minutes the session, under a new token, may do what
    /// `STEP_UP_REQUIRED` refuses. For signed-in people. Refused: `FACTOR_NEEDED` for a password where a second factor is set up,
    /// `PASSWORD_WRONG`, `CODE_WRONG`, `INVALID_CODE`, `REQUIRED`, `PASSKEY_WRONG`, `CHALLENGE_EXPIRED`, `PASSWORD_TOO_LONG`,
    /// `RATE_LIMITED`.
    async fn confirm_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proof.")] input: ConfirmPasswordInput,
    ) -> Field<ConfirmPasswordPayload> {
        let acting = Acting::of(context);
        let proof = match input {
            ConfirmPasswordInput::Password(password) => Proof::Password(password.into()),
            ConfirmPasswordInput::Code(code) => Proof::Factor(code.expose().into()),
            ConfirmPasswordInput::Passkey(answer) => Proof::Factor(answer.into()),
        };
        let done = sessions::step_up(acting.ctx(), &acting.actor(), &proof).await;
        let payload = |Settled { made, user_errors }: Settled<Opened>| ConfirmPasswordPayload {
            token: made
                .as_ref()
                .and_then(|opened| acting.renewed(context, opened)),
            expires_at: made.map(|opened| opened.session.expires_at.into()),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Ends the caller's session; its token no longer works. For signed-in people.
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

    /// Ends the impersonation of the caller: the browser gets back the cookie of the session that it came from, if that still
    /// exists. The rest of the same request acts as nobody. Impersonation is started only in the console. For staff who act as
    /// somebody else; refused to everybody else: `NOT_FOUND`.
    async fn stop_impersonation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<StopImpersonationInput>,
    ) -> Field<StopImpersonationPayload> {
        let acting = Acting::of(context);
        let done = sessions::stop_impersonating(acting.ctx(), &acting.actor()).await;
        let payload = |Settled { made, user_errors }: Settled<Option<Opened>>| {
            if let Some(back) = made {
                acting.handed_back(context, back.as_ref());
            }
            StopImpersonationPayload {
                client_mutation_id: input.unwrap_or_default().client_mutation_id,
                user_errors,
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Ends one of the person's sessions at once. For signed-in people who have proved who they are in the last ten minutes;
    /// the caller's own session may always be ended. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`.
    async fn revoke_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RevokeSessionInput,
    ) -> Field<RevokeSessionPayload> {
        let acting = Acting::of(context);
        let actor = acting.actor();
        let done = async {
            let id: SessionId = input.session_id.parse()?;
            sessions::revoke(acting.ctx(), &actor, id).await?;
            Ok(id)
        };
        let done = done.await;
        let payload = |Settled { made, user_errors }: Settled<SessionId>| {
            let own = actor.signed_in().map(|user| user.session_id).ok();
            if made.is_some() && made == own {
                acting.signed_out(context);
            }
            RevokeSessionPayload {
                session_id: made.map(|id| id.to_string().into()),
                user_errors,
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Ends every session of the person except the caller's. For signed-in people who have given their password in the last ten
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
