//! Second factors: setting them up, and the second step of signing in.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use contract::{
    Timestamp,
    second_factors::{AppSetUp, RecoveryCode},
};
use domain::{
    actor::SignedIn,
    passkeys,
    second_factors::{self, Confirmed, Factor},
    sessions::{self, Challenge, Completed},
};

use super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    passkeys::{Passkey, PasskeyAnswerInput},
    scalars::{DateTime, Secret},
    sessions::owner,
    users::User,
};

/// What somebody has set up besides a password.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct SecondFactors {
    /// Since when a code from an authenticator app is asked for at sign-in; null if it is not.
    app_since: Option<DateTime>,
    /// Recovery codes that have not been used.
    recovery_codes_left: u32,
}

impl From<contract::second_factors::SecondFactors> for SecondFactors {
    fn from(factors: contract::second_factors::SecondFactors) -> Self {
        Self {
            app_since: factors.app_since.map(Timestamp::into),
            recovery_codes_left: factors.recovery_codes_left,
        }
    }
}

#[ComplexObject]
impl SecondFactors {
    /// The passkeys, oldest first; at most 20.
    async fn passkeys(&self, context: &Context<'_>) -> Field<Vec<Passkey>> {
        let acting = Acting::of(context);
        let found = passkeys::list(acting.ctx(), &acting.actor()).await;
        acting.seen(found.map(|all| all.into_iter().map(Passkey::from).collect()))
    }
}

/// A sign-in whose first step succeeded.
#[derive(Debug, SimpleObject)]
pub(super) struct SecondFactorChallenge {
    /// What `completeSecondFactor` takes, besides a code. Valid for nothing else.
    token: String,
    /// When it ends: ten minutes after the first step.
    expires_at: DateTime,
}

impl From<Challenge> for SecondFactorChallenge {
    fn from(challenge: Challenge) -> Self {
        Self {
            token: challenge.token.expose().to_owned(),
            expires_at: challenge.expires_at.into(),
        }
    }
}

/// The second step of signing in.
#[derive(Debug, InputObject)]
struct CompleteSecondFactorInput {
    /// The token of the challenge that `signIn` returned.
    challenge: Secret,
    /// Six digits from the authenticator app, or a recovery code.
    code: Option<Secret>,
    /// In place of a code: what a passkey answered to `beginPasskeySecondStep`.
    passkey: Option<PasskeyAnswerInput>,
}

/// The result of `completeSecondFactor`.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
struct CompleteSecondFactorPayload {
    /// The session's secret, to be sent as `Authorization: Bearer …`. Shown here once.
    token: Option<String>,
    /// When the session ends, however much it is used. If it is not used for 30 days, it ends earlier.
    expires_at: Option<DateTime>,
    /// How many recovery codes are left, when one was used.
    recovery_codes_left: Option<u32>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    signed_in: Option<SignedIn>,
}

#[ComplexObject]
impl CompleteSecondFactorPayload {
    /// Who has signed in.
    async fn user(&self, context: &Context<'_>) -> Field<User> {
        User::of_new_session(context, self.signed_in.clone()).await
    }
}

/// The result of `enrolTotp`.
#[derive(Debug, SimpleObject)]
struct EnrolTotpPayload {
    /// The key to type into an app, in Base32 (RFC 4648). Shown until `confirmTotp`, and never again.
    secret: Option<String>,
    /// The same as an `otpauth:` address, to be shown as a QR code.
    uri: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The first code.
#[derive(Debug, InputObject)]
struct ConfirmTotpInput {
    /// The six digits that the app shows.
    code: Secret,
}

/// A proof that the owner of the app is the one who turns it off.
#[derive(Debug, InputObject)]
struct DisableTotpInput {
    /// Six digits from the app, or a recovery code.
    code: Option<Secret>,
    /// In place of a code: what a passkey answered to `beginPasskeyConfirmation`.
    passkey: Option<PasskeyAnswerInput>,
}

/// A proof that the owner of the codes is the one who replaces them.
#[derive(Debug, InputObject)]
struct RegenerateRecoveryCodesInput {
    /// Six digits from the app, or one of the previous codes.
    code: Option<Secret>,
    /// In place of a code: what a passkey answered to `beginPasskeyConfirmation`.
    passkey: Option<PasskeyAnswerInput>,
}

/// The result of `confirmTotp`.
#[derive(Debug, SimpleObject)]
struct ConfirmTotpPayload {
    /// Ten codes, each of which can replace the app once, if this is the first second factor. Shown here once.
    recovery_codes: Option<Vec<String>>,
    /// The token under which the session continues, for a program; the previous one no longer works. Null for a browser, which
    /// gets a cookie, and when something was refused.
    token: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `disableTotp`.
#[derive(Debug, SimpleObject)]
struct DisableTotpPayload {
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `regenerateRecoveryCodes`.
#[derive(Debug, SimpleObject)]
struct RegenerateRecoveryCodesPayload {
    /// Ten codes that replace the previous ones. Shown here once.
    recovery_codes: Option<Vec<String>>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct EnrolTotpInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The passkey, where both are given; where neither is, a code that is missing.
fn factor(code: Option<&Secret>, passkey: Option<PasskeyAnswerInput>) -> Factor {
    match passkey {
        Some(answer) => answer.into(),
        None => code.map(Secret::expose).unwrap_or_default().into(),
    }
}

pub(super) fn shown(codes: &[RecoveryCode]) -> Vec<String> {
    codes.iter().map(ToString::to_string).collect()
}

/// Changes to second factors.
#[derive(Debug, Default)]
pub(super) struct SecondFactorMutations;

#[Object]
impl SecondFactorMutations {
    /// The second step after `signIn` returned a challenge: opens the session and returns its bearer token. Open to whoever has
    /// the challenge. Refused: `CHALLENGE_EXPIRED` (then sign in again), `CODE_WRONG`, `INVALID_CODE`, `REQUIRED`,
    /// `PASSKEY_WRONG`, `RATE_LIMITED`.
    async fn complete_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The challenge, and the proof.")] input: CompleteSecondFactorInput,
    ) -> Field<CompleteSecondFactorPayload> {
        let acting = Acting::of(context);
        let factor = factor(input.code.as_ref(), input.passkey);
        let challenge = input.challenge.expose();
        let done = sessions::complete_second_factor(acting.ctx(), challenge, &factor, false).await;
        let payload = |Settled { made, user_errors }: Settled<Completed>| {
            let opened = made.as_ref().map(|done| &done.opened);
            CompleteSecondFactorPayload {
                token: opened.map(|opened| opened.token.expose().to_owned()),
                expires_at: opened.map(|opened| opened.session.expires_at.into()),
                recovery_codes_left: made.as_ref().and_then(|done| done.recovery_codes_left),
                user_errors,
                signed_in: opened.map(owner),
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Creates a secret for an authenticator app; it is asked for only after `confirmTotp`. For signed-in people who have
    /// proved who they are in the last ten minutes. Refused: `STEP_UP_REQUIRED`, `APP_ON`.
    async fn enrol_totp(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<EnrolTotpInput>,
    ) -> Field<EnrolTotpPayload> {
        let acting = Acting::of(context);
        drop(input);
        let done = second_factors::begin_app(acting.ctx(), &acting.actor()).await;
        let payload = |Settled { made, user_errors }: Settled<AppSetUp>| {
            let (secret, uri) = made.map(|app| (app.secret, app.uri)).unzip();
            EnrolTotpPayload {
                secret,
                uri,
                user_errors,
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Takes a first code from the app: from now on signing in asks for one. The session continues under a new token, and no
    /// browser is trusted any longer. For signed-in people who have proved who they are in the last ten minutes. Refused:
    /// `STEP_UP_REQUIRED`, `CODE_WRONG`, `INVALID_CODE`, `REQUIRED`, `APP_ON`, `APP_OFF`.
    async fn confirm_totp(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code that the app shows.")] input: ConfirmTotpInput,
    ) -> Field<ConfirmTotpPayload> {
        let acting = Acting::of(context);
        let code = input.code.expose();
        let done = second_factors::confirm_app(acting.ctx(), &acting.actor(), code).await;
        let payload = |Settled { made, user_errors }: Settled<Confirmed>| ConfirmTotpPayload {
            token: made
                .as_ref()
                .and_then(|done| acting.renewed(context, &done.opened)),
            recovery_codes: made.and_then(|done| done.recovery_codes.as_deref().map(shown)),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Turns the app off, and forgets trusted browsers, and recovery codes if no passkey is left. For signed-in people who have
    /// proved who they are in the last ten minutes. Refused: `STEP_UP_REQUIRED`, `CODE_WRONG`, `INVALID_CODE`, `REQUIRED`,
    /// `PASSKEY_WRONG`, `CHALLENGE_EXPIRED`, `APP_OFF`, `RATE_LIMITED`.
    async fn disable_totp(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A code from the app, a recovery code, or a passkey.")]
        input: DisableTotpInput,
    ) -> Field<DisableTotpPayload> {
        let acting = Acting::of(context);
        let factor = factor(input.code.as_ref(), input.passkey);
        let done = second_factors::remove_app(acting.ctx(), &acting.actor(), &factor).await;
        let payload = |settled: Settled<()>| DisableTotpPayload {
            user_errors: settled.user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Creates ten new recovery codes; the previous ones no longer work. For signed-in people who have proved who they are in
    /// the last ten minutes. Refused: `STEP_UP_REQUIRED`, `CODE_WRONG`, `INVALID_CODE`, `REQUIRED`, `PASSKEY_WRONG`,
    /// `CHALLENGE_EXPIRED`, `APP_OFF`, `RATE_LIMITED`.
    async fn regenerate_recovery_codes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A code from the app, or one of the previous codes.")]
        input: RegenerateRecoveryCodesInput,
    ) -> Field<RegenerateRecoveryCodesPayload> {
        let acting = Acting::of(context);
        let factor = factor(input.code.as_ref(), input.passkey);
        let actor = acting.actor();
        let done = second_factors::replace_recovery_codes(acting.ctx(), &actor, &factor);
        let payload =
            |Settled { made, user_errors }: Settled<Vec<_>>| RegenerateRecoveryCodesPayload {
                recovery_codes: made.map(|codes| shown(&codes)),
                user_errors,
            };
        Some(acting.settle(done.await).map(payload))
    }
}
