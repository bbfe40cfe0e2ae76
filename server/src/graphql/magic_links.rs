//! Signing in by a link in a letter.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use domain::{
    accounts,
    actor::SignedIn,
    sessions::{Entered, Kind},
};

use super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    scalars::{DateTime, Secret},
    second_factors::SecondFactorChallenge,
    sessions::owner,
    users::User,
};

/// Who wants a link.
#[derive(Debug, InputObject)]
struct RequestMagicLinkInput {
    /// The address of the account.
    email: String,
}

/// The secret of the e-mail.
#[derive(Debug, InputObject)]
struct SignInWithMagicLinkInput {
    /// The value of `token=` in the link of the e-mail.
    token: Secret,
}

/// The result of `requestMagicLink`. The same whether or not the address is known.
#[derive(Debug, SimpleObject)]
struct RequestMagicLinkPayload {
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `signInWithMagicLink`.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
struct SignInWithMagicLinkPayload {
    /// The session's secret, to be sent as `Authorization: Bearer …`. Shown here once. Null if a second step is asked for.
    token: Option<String>,
    /// When the session ends, however much it is used. If it is not used for 30 days, it ends earlier.
    expires_at: Option<DateTime>,
    /// What `completeSecondFactor` takes, if the link alone opens no session.
    second_factor: Option<SecondFactorChallenge>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    signed_in: Option<SignedIn>,
}

#[ComplexObject]
impl SignInWithMagicLinkPayload {
    /// Who has signed in.
    async fn user(&self, context: &Context<'_>) -> Field<User> {
        User::of_new_session(context, self.signed_in.clone()).await
    }
}

/// Links that sign in.
#[derive(Debug, Default)]
pub(super) struct MagicLinkMutations;

#[Object]
impl MagicLinkMutations {
    /// Sends a link that signs in, valid for 15 minutes; the older link stops working. Open to everybody, where the operator
    /// has not turned it off. Refused: `REQUIRED`, `INVALID_EMAIL`, `TOO_LONG`, `RATE_LIMITED`, `MAGIC_LINKS_OFF`.
    async fn request_magic_link(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who wants it.")] input: RequestMagicLinkInput,
    ) -> Field<RequestMagicLinkPayload> {
        let acting = Acting::of(context);
        let done = accounts::request_magic_link(acting.ctx(), &input.email, "/").await;
        let payload =
            |Settled { user_errors, .. }: Settled<()>| RequestMagicLinkPayload { user_errors };
        Some(acting.settle(done).map(payload))
    }

    /// Uses the link and opens a session for a program; never sets a cookie. Where a second factor is set up there is no
    /// session yet, but a challenge, for `completeSecondFactor`. Open to everybody who has the link. Refused: `LINK_INVALID`,
    /// `LINK_EXPIRED`, `LINK_USED`, `MAGIC_LINKS_OFF`.
    async fn sign_in_with_magic_link(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret of the e-mail.")] input: SignInWithMagicLinkInput,
    ) -> Field<SignInWithMagicLinkPayload> {
        let acting = Acting::of(context);
        let token = input.token.expose();
        let done = accounts::sign_in_with_link(acting.ctx(), token, Kind::Program).await;
        let payload = |Settled { made, user_errors }: Settled<(Entered, String)>| {
            let (opened, second_factor) = match made.map(|(entered, _)| entered) {
                Some(Entered::Opened(opened)) => (Some(opened), None),
                Some(Entered::Challenged(challenge)) => (None, Some(challenge.into())),
                None => (None, None),
            };
            SignInWithMagicLinkPayload {
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
}
