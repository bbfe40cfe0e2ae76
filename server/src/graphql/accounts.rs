//! Accounts: how one is made, proved, changed and recovered.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use contract::accounts::{self as input, Theme as ContractTheme};
use domain::accounts;

use super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    scalars::{DateTime, Secret},
    users::{Notification, Theme, User},
};

/// The account to create.
#[derive(Debug, InputObject)]
struct SignUpInput {
    /// The person's name: one line of at most 100 characters. May be left out.
    name: Option<String>,
    /// An address whose e-mail the person can read.
    email: String,
    /// At least 15 characters (or as the operator says), at most 128; not a common one, and not based on the person's or the
    /// product's names.
    password: Secret,
}

/// The secret of a verification e-mail.
#[derive(Debug, InputObject)]
struct VerifyEmailInput {
    /// The value of `token=` in the link of the e-mail.
    token: Secret,
}

/// The address that waits for a verification e-mail.
#[derive(Debug, InputObject)]
struct ResendVerificationInput {
    /// The address that was signed up with.
    email: String,
}

/// The address whose password was forgotten.
#[derive(Debug, InputObject)]
struct RequestPasswordResetInput {
    /// The address of the account.
    email: String,
}

/// The secret of a password reset e-mail, and the new password.
#[derive(Debug, InputObject)]
struct ResetPasswordInput {
    /// The value of `token=` in the link of the e-mail.
    token: Secret,
    /// The same rules as at sign-up.
    new_password: Secret,
}

/// The current password, and the new one.
#[derive(Debug, InputObject)]
struct ChangePasswordInput {
    /// Asked for again, however recently the person signed in.
    current_password: Secret,
    /// The same rules as at sign-up; not the current one.
    new_password: Secret,
}

/// What to change. A field that is left out stays the same.
#[derive(Debug, InputObject)]
struct UpdateProfileInput {
    /// One line of at most 100 characters; an empty one removes the name. Null keeps it.
    name: Option<String>,
    /// 3 to 32 letters a–z and digits, with single dots, hyphens or underscores between them. Null keeps it.
    username: Option<String>,
    /// With country code, like `+44 20 7946 0000`. Null removes it.
    phone: MaybeUndefined<String>,
}

/// What to change. A field that is left out, or null, stays the same.
#[derive(Debug, InputObject)]
struct UpdatePreferencesInput {
    /// A name of the IANA time zone database, like `Europe/Berlin`.
    time_zone: Option<String>,
    /// A BCP 47 tag, like `en` or `pt-BR`.
    language: Option<String>,
    /// How pages are coloured.
    theme: Option<Theme>,
    /// The e-mails that are turned off; those that are not in the list are turned on.
    muted_notifications: Option<Vec<Notification>>,
}

impl From<SignUpInput> for input::SignUp {
    fn from(given: SignUpInput) -> Self {
        Self {
            name: given.name.unwrap_or_default(),
            email: given.email,
            password: given.password.into(),
        }
    }
}

impl From<UpdateProfileInput> for input::UpdateProfile {
    fn from(given: UpdateProfileInput) -> Self {
        let phone = match given.phone {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(String::new()),
            MaybeUndefined::Value(phone) => Some(phone),
        };
        Self {
            name: given.name,
            username: given.username,
            phone,
        }
    }
}

impl From<UpdatePreferencesInput> for input::UpdatePreferences {
    fn from(given: UpdatePreferencesInput) -> Self {
        let theme = given
            .theme
            .map(|theme| ContractTheme::from(theme).as_str().to_owned());
        Self {
            time_zone: given.time_zone,
            language: given.language,
            theme,
            muted: given
                .muted_notifications
                .map(|kinds| kinds.into_iter().map(Into::into).collect()),
        }
    }
}

/// Payloads that say only whether something was refused.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, SimpleObject)]
            struct $name {
                /// What was refused, and why; empty on success.
                user_errors: Vec<UserError>,
            }

            impl From<Settled<()>> for $name {
                fn from(settled: Settled<()>) -> Self {
                    Self { user_errors: settled.user_errors }
                }
            }
        )*
    };
}

payloads! {
    /// The result of `signUp`. The same whether or not the address is known; the e-mail differs.
    SignUpPayload;
    /// The result of `verifyEmail`.
    VerifyEmailPayload;
    /// The result of `resendVerification`. The same whether or not the address is known.
    ResendVerificationPayload;
    /// The result of `requestPasswordReset`. The same whether or not the address is known.
    RequestPasswordResetPayload;
    /// The result of `resetPassword`.
    ResetPasswordPayload;
}

/// The result of `changePassword`.
#[derive(Debug, SimpleObject)]
struct ChangePasswordPayload {
    /// The token under which the session continues, for a program; the previous one no longer works. Null for a browser, which
    /// gets a cookie, and when something was refused.
    token: Option<String>,
    /// When the session ends, however much it is used.
    expires_at: Option<DateTime>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `updateProfile`.
#[derive(Debug, SimpleObject)]
struct UpdateProfilePayload {
    /// The person after the change; null when something was refused, in which case nothing has changed.
    user: Option<User>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `updatePreferences`.
#[derive(Debug, SimpleObject)]
struct UpdatePreferencesPayload {
    /// The person after the change; null when something was refused, in which case nothing has changed.
    user: Option<User>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// Changes to accounts.
#[derive(Debug, Default)]
pub(super) struct AccountMutations;

#[Object]
impl AccountMutations {
    /// Asks for an account and sends an e-mail to verify the address. Open to everybody. Refused: `REQUIRED`, `INVALID_EMAIL`,
    /// `TOO_LONG`, `INVALID_CHARACTERS`, `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `PASSWORD_COMMON`, `PASSWORD_CONTEXT`,
    /// `SIGN_UP_CLOSED`, `SIGN_UP_DOMAIN`, `RATE_LIMITED`.
    async fn sign_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who wants an account.")] input: SignUpInput,
    ) -> Field<SignUpPayload> {
        let acting = Acting::of(context);
        let done = accounts::sign_up(acting.ctx(), input.into()).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Uses the link of a verification e-mail. Open to everybody who has it; signs nobody in. Refused: `LINK_INVALID`,
    /// `LINK_EXPIRED`, `LINK_USED`.
    async fn verify_email(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret of the e-mail.")] input: VerifyEmailInput,
    ) -> Field<VerifyEmailPayload> {
        let acting = Acting::of(context);
        let done = accounts::verify_email(acting.ctx(), input.token.expose()).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Sends the verification e-mail again; the older link stops working. Open to everybody. Refused: `REQUIRED`,
    /// `INVALID_EMAIL`, `RATE_LIMITED`.
    async fn resend_verification(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which address.")] input: ResendVerificationInput,
    ) -> Field<ResendVerificationPayload> {
        let acting = Acting::of(context);
        let done = accounts::resend_verification(acting.ctx(), &input.email).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Sends an e-mail with a link to set a new password; the older link stops working. Open to everybody. Refused: `REQUIRED`,
    /// `INVALID_EMAIL`, `RATE_LIMITED`.
    async fn request_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose password.")] input: RequestPasswordResetInput,
    ) -> Field<RequestPasswordResetPayload> {
        let acting = Acting::of(context);
        let done = accounts::request_password_reset(acting.ctx(), &input.email).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Uses the link of a password reset e-mail and sets the password. Ends every session of the person and signs nobody in.
    /// Open to everybody who has the link. Refused: `LINK_INVALID`, `LINK_EXPIRED`, `LINK_USED`, and what `signUp` refuses in a
    /// password.
    async fn reset_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret of the e-mail, and the new password.")]
        input: ResetPasswordInput,
    ) -> Field<ResetPasswordPayload> {
        let acting = Acting::of(context);
        let done = accounts::reset_password(
            acting.ctx(),
            input.token.expose(),
            &input.new_password.into(),
        )
        .await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Sets a new password. Every other session of the person ends, and this one continues under a new token. For signed-in
    /// people. Refused: `PASSWORD_WRONG`, `PASSWORD_UNCHANGED`, `RATE_LIMITED`, and what `signUp` refuses in a password.
    async fn change_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The current password and the new one.")] input: ChangePasswordInput,
    ) -> Field<ChangePasswordPayload> {
        let acting = Acting::of(context);
        let (current, new) = (input.current_password.into(), input.new_password.into());
        let done = accounts::change_password(acting.ctx(), &acting.actor(), &current, &new).await;
        let payload = |Settled { made, user_errors }| ChangePasswordPayload {
            token: made
                .as_ref()
                .and_then(|opened| acting.renewed(context, opened)),
            expires_at: made.map(|opened| opened.session.expires_at.into()),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Changes name, username and phone number. For signed-in people, for themselves. Refused: `TOO_LONG`,
    /// `INVALID_CHARACTERS`, `INVALID_USERNAME`, `USERNAME_RESERVED`, `USERNAME_TAKEN`, `INVALID_PHONE`.
    async fn update_profile(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateProfileInput,
    ) -> Field<UpdateProfilePayload> {
        let acting = Acting::of(context);
        let done = accounts::update_profile(acting.ctx(), &acting.actor(), input.into()).await;
        let payload = |Settled { made, user_errors }| UpdateProfilePayload {
            user: made.map(User::from),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Changes time zone, language, theme and which e-mails are sent. For signed-in people, for themselves. Refused:
    /// `INVALID_TIME_ZONE`, `INVALID_LANGUAGE`.
    async fn update_preferences(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdatePreferencesInput,
    ) -> Field<UpdatePreferencesPayload> {
        let acting = Acting::of(context);
        let done = accounts::update_preferences(acting.ctx(), &acting.actor(), input.into()).await;
        let payload = |Settled { made, user_errors }| UpdatePreferencesPayload {
            user: made.map(User::from),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }
}
