//! Passkeys: setting them up, and what they answer.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use contract::{PasskeyId, Timestamp};
use domain::{
    actor::SignedIn,
    passkeys::{self, Answer, Asked, Registered},
    second_factors::Factor,
    sessions::{self, Client, Opened},
};

use super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    scalars::{DateTime, Json, Secret},
    second_factors::shown,
    sessions::owner,
    users::User,
};

/// A key that a device or a password manager keeps for one person, and that signs in on its own. Readable only by that person.
#[derive(Debug, SimpleObject)]
pub(super) struct Passkey {
    /// Begins with `pky_`, and never changes.
    id: ID,
    /// What its owner calls it.
    name: String,
    /// Whether a password manager syncs it to other devices.
    is_synced: bool,
    /// When it was set up.
    created_at: DateTime,
    /// When it last answered; null if it never has.
    last_used_at: Option<DateTime>,
}

impl From<contract::passkeys::Passkey> for Passkey {
    fn from(passkey: contract::passkeys::Passkey) -> Self {
        Self {
            id: passkey.id.to_string().into(),
            name: passkey.name,
            is_synced: passkey.is_synced,
            created_at: passkey.created_at.into(),
            last_used_at: passkey.last_used_at.map(Timestamp::into),
        }
    }
}

/// What a passkey answered.
#[derive(Debug, InputObject)]
pub(super) struct PasskeyAnswerInput {
    /// The token that the options came with. It is valid for ten minutes, once, and only for what was started.
    token: Secret,
    /// What `PublicKeyCredential.toJSON()` returns in a browser: `RegistrationResponseJSON` or `AuthenticationResponseJSON` of
    /// Web Authentication Level 3.
    response: Json,
}

impl From<PasskeyAnswerInput> for Answer {
    fn from(input: PasskeyAnswerInput) -> Self {
        Self {
            token: input.token.expose().to_owned(),
            response: input.response.0,
        }
    }
}

impl From<PasskeyAnswerInput> for Factor {
    fn from(input: PasskeyAnswerInput) -> Self {
        Self::Passkey(input.into())
    }
}

/// Payloads of mutations that ask a passkey: the schema names each by its mutation.
macro_rules! questions {
    ($($(#[$doc:meta])* $Payload:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, SimpleObject)]
            struct $Payload {
                /// The token to send back with the answer.
                token: Option<String>,
                /// For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` in a browser:
                /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` of Web
                /// Authentication Level 3.
                options: Option<Json>,
                /// What was refused, and why; empty on success.
                user_errors: Vec<UserError>,
            }

            impl From<Settled<Asked>> for $Payload {
                fn from(Settled { made, user_errors }: Settled<Asked>) -> Self {
                    let (token, options) = made.map(|asked| (asked.token, Json(asked.options))).unzip();
                    Self {
                        token,
                        options,
                        user_errors,
                    }
                }
            }
        )+
    };
}

questions! {
    /// What to ask a new passkey for.
    BeginPasskeyRegistrationPayload;
    /// What to ask a passkey for in order to sign in.
    BeginPasskeySignInPayload;
    /// What to ask a passkey for as the second step.
    BeginPasskeySecondStepPayload;
    /// What to ask a passkey for as a proof.
    BeginPasskeyConfirmationPayload;
}

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct BeginPasskeyRegistrationInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct BeginPasskeySignInInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct BeginPasskeyConfirmationInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A sign-in that waits for its second step.
#[derive(Debug, InputObject)]
struct BeginPasskeySecondStepInput {
    /// The token of the challenge that `signIn` returned.
    challenge: Secret,
}

/// A new passkey.
#[derive(Debug, InputObject)]
struct RegisterPasskeyInput {
    /// What to call it: 1 to 60 characters.
    name: String,
    /// What it answered to `beginPasskeyRegistration`.
    passkey: PasskeyAnswerInput,
}

/// The result of `registerPasskey`.
#[derive(Debug, SimpleObject)]
struct RegisterPasskeyPayload {
    /// The passkey.
    passkey: Option<Passkey>,
    /// Ten codes, each of which can replace it once, if this is the first second factor. Shown here once.
    recovery_codes: Option<Vec<String>>,
    /// The token under which the session continues, for a program; the previous one no longer works. Null for a browser, which
    /// gets a cookie, and when something was refused.
    token: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// A new name for one's own passkey.
#[derive(Debug, InputObject)]
struct RenamePasskeyInput {
    /// The id of the passkey.
    passkey_id: ID,
    /// What to call it: 1 to 60 characters.
    name: String,
}

/// The result of `renamePasskey`.
#[derive(Debug, SimpleObject)]
struct RenamePasskeyPayload {
    /// The passkey.
    passkey: Option<Passkey>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// One of one's own passkeys.
#[derive(Debug, InputObject)]
struct RemovePasskeyInput {
    /// The id of the passkey.
    passkey_id: ID,
}

/// The result of `removePasskey`.
#[derive(Debug, SimpleObject)]
struct RemovePasskeyPayload {
    /// The id of the removed passkey.
    passkey_id: Option<ID>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// A passkey that signs in.
#[derive(Debug, InputObject)]
struct SignInWithPasskeyInput {
    /// What it answered to `beginPasskeySignIn`.
    passkey: PasskeyAnswerInput,
}

/// The result of `signInWithPasskey`.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
struct SignInWithPasskeyPayload {
    /// The session's secret, to be sent as `Authorization: Bearer …`. Shown here once.
    token: Option<String>,
    /// When the session ends, however much it is used. If it is not used for 30 days, it ends earlier.
    expires_at: Option<DateTime>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    signed_in: Option<SignedIn>,
}

#[ComplexObject]
impl SignInWithPasskeyPayload {
    /// Who has signed in.
    async fn user(&self, context: &Context<'_>) -> Field<User> {
        User::of_new_session(context, self.signed_in.clone()).await
    }
}

/// Changes to passkeys.
#[derive(Debug, Default)]
pub(super) struct PasskeyMutations;

#[Object]
impl PasskeyMutations {
    /// Asks for a new passkey. For signed-in people who have proved who they are in the last ten minutes. Refused:
    /// `STEP_UP_REQUIRED`, `PASSKEYS_OFF`, `TOO_MANY_PASSKEYS`.
    async fn begin_passkey_registration(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<BeginPasskeyRegistrationInput>,
    ) -> Field<BeginPasskeyRegistrationPayload> {
        let acting = Acting::of(context);
        drop(input);
        let done = passkeys::begin_registration(acting.ctx(), &acting.actor()).await;
        Some(
            acting
                .settle(done)
                .map(BeginPasskeyRegistrationPayload::from),
        )
    }

    /// Sets up a passkey, which signs in on its own from now on; after a password or a link a second step is asked for. The
    /// session continues under a new token, and no browser is trusted any longer. For signed-in people who have proved who they
    /// are in the last ten minutes. Refused: `STEP_UP_REQUIRED`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`,
    /// `CHALLENGE_EXPIRED`, `PASSKEY_WRONG`, `PASSKEY_KNOWN`, `TOO_MANY_PASSKEYS`, `PASSKEYS_OFF`.
    async fn register_passkey(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The passkey.")] input: RegisterPasskeyInput,
    ) -> Field<RegisterPasskeyPayload> {
        let acting = Acting::of(context);
        let (actor, answer) = (acting.actor(), input.passkey.into());
        let done = passkeys::register(acting.ctx(), &actor, &answer, &input.name).await;
        let payload = |Settled { made, user_errors }: Settled<Registered>| RegisterPasskeyPayload {
            token: made
                .as_ref()
                .and_then(|done| acting.renewed(context, &done.opened)),
            recovery_codes: made
                .as_ref()
                .and_then(|done| done.recovery_codes.as_deref().map(shown)),
            passkey: made.map(|done| done.passkey.into()),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Renames one's own passkey. For signed-in people. Refused: `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`, `NOT_FOUND`.
    async fn rename_passkey(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and its name.")] input: RenamePasskeyInput,
    ) -> Field<RenamePasskeyPayload> {
        let acting = Acting::of(context);
        let done = async {
            let id: PasskeyId = input.passkey_id.parse()?;
            passkeys::rename(acting.ctx(), &acting.actor(), id, &input.name).await
        };
        let payload = |Settled { made, user_errors }| RenamePasskeyPayload {
            passkey: made.map(Passkey::from),
            user_errors,
        };
        Some(acting.settle(done.await).map(payload))
    }

    /// Removes one's own passkey, which can no longer be used to sign in. With the last second factor, the recovery codes stop
    /// working; no browser is trusted any longer. For signed-in people who have proved who they are in the last ten minutes.
    /// Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `LAST_WAY_IN`.
    async fn remove_passkey(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RemovePasskeyInput,
    ) -> Field<RemovePasskeyPayload> {
        let acting = Acting::of(context);
        let done = async {
            let id: PasskeyId = input.passkey_id.parse()?;
            passkeys::remove(acting.ctx(), &acting.actor(), id).await
        };
        let payload = |Settled { made, user_errors }: Settled<contract::passkeys::Passkey>| {
            RemovePasskeyPayload {
                passkey_id: made.map(|passkey| passkey.id.to_string().into()),
                user_errors,
            }
        };
        Some(acting.settle(done.await).map(payload))
    }

    /// Asks any passkey for an answer. Open to everybody. Refused: `PASSKEYS_OFF`.
    async fn begin_passkey_sign_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<BeginPasskeySignInInput>,
    ) -> Field<BeginPasskeySignInPayload> {
        let acting = Acting::of(context);
        drop(input);
        let done = sessions::begin_passkey_sign_in(acting.ctx()).await;
        Some(acting.settle(done).map(BeginPasskeySignInPayload::from))
    }

    /// Opens a session for a program with only a passkey, and returns its bearer token; never sets a cookie. Open to everybody.
    /// An unknown passkey, a wrong answer and a suspended account are refused alike. Refused: `PASSKEY_WRONG`,
    /// `CHALLENGE_EXPIRED`, `PASSKEYS_OFF`, `RATE_LIMITED`.
    async fn sign_in_with_passkey(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proof.")] input: SignInWithPasskeyInput,
    ) -> Field<SignInWithPasskeyPayload> {
        let acting = Acting::of(context);
        let answer = input.passkey.into();
        let done =
            sessions::sign_in_with_passkey(acting.ctx(), &answer, Client::Program, false).await;
        let payload = |Settled { made, user_errors }: Settled<Opened>| SignInWithPasskeyPayload {
            token: made.as_ref().map(|opened| opened.token.expose().to_owned()),
            expires_at: made.as_ref().map(|opened| opened.session.expires_at.into()),
            user_errors,
            signed_in: made.as_ref().map(owner),
        };
        Some(acting.settle(done).map(payload))
    }

    /// Asks for a passkey as the second step, for `completeSecondFactor`. Open to whoever has the challenge. Refused:
    /// `CHALLENGE_EXPIRED`, `PASSKEYS_OFF`.
    async fn begin_passkey_second_step(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The challenge.")] input: BeginPasskeySecondStepInput,
    ) -> Field<BeginPasskeySecondStepPayload> {
        let acting = Acting::of(context);
        let challenge = input.challenge.expose();
        let done = sessions::begin_second_step_with_passkey(acting.ctx(), challenge).await;
        Some(acting.settle(done).map(BeginPasskeySecondStepPayload::from))
    }

    /// Asks one's own passkeys for a proof, for `confirmPassword`, `disableTotp` and
    /// `regenerateRecoveryCodes`. For signed-in people. Refused:
    /// `PASSKEYS_OFF`.
    async fn begin_passkey_confirmation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<BeginPasskeyConfirmationInput>,
    ) -> Field<BeginPasskeyConfirmationPayload> {
        let acting = Acting::of(context);
        drop(input);
        let done = passkeys::begin_confirmation(acting.ctx(), &acting.actor()).await;
        Some(
            acting
                .settle(done)
                .map(BeginPasskeyConfirmationPayload::from),
        )
    }
}
