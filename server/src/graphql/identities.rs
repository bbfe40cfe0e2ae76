//! Identities: accounts elsewhere that sign people in.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use contract::{IdentityId, Timestamp, identities as shared};
use domain::{accounts, identities};

use super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    scalars::{DateTime, Secret},
};

/// A provider that vouches for somebody.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "shared::Provider")]
enum IdentityProviderKind {
    /// Google.
    Google,
    /// GitHub, or a GitHub Enterprise.
    #[graphql(name = "GITHUB")]
    GitHub,
    /// The OpenID Connect provider of the operator's choice.
    #[graphql(name = "OPENID_CONNECT")]
    Oidc,
}

/// A provider that people can sign in with here, in a browser.
#[derive(Debug, SimpleObject)]
struct IdentityProvider {
    /// Which one.
    kind: IdentityProviderKind,
    /// What it is called on buttons.
    name: String,
    /// The page that starts a sign-in with it; add `?next=` and a path to return there afterwards. It is for browsers: a
    /// program cannot sign in with a provider.
    sign_in_url: String,
}

/// A connected account elsewhere that can sign its owner in. Readable only by that person.
#[derive(Debug, SimpleObject)]
pub(super) struct Identity {
    /// Begins with `idn_`, and never changes.
    id: ID,
    /// The provider that vouches for it.
    provider: IdentityProviderKind,
    /// The address by which the provider is known.
    issuer: String,
    /// The address or the name that its owner has there.
    label: String,
    /// When it was connected.
    created_at: DateTime,
    /// When it last signed its owner in; null if it never has.
    last_used_at: Option<DateTime>,
}

impl From<shared::Identity> for Identity {
    fn from(identity: shared::Identity) -> Self {
        Self {
            id: identity.id.to_string().into(),
            provider: identity.provider.into(),
            issuer: identity.issuer,
            label: identity.label,
            created_at: identity.created_at.into(),
            last_used_at: identity.last_used_at.map(Timestamp::into),
        }
    }
}

/// The identities of who asks.
pub(super) async fn own(acting: &Acting, actor: &domain::Actor) -> Field<Vec<Identity>> {
    let found = identities::list(acting.ctx(), actor).await;
    acting.seen(found.map(|all| all.into_iter().map(Identity::from).collect()))
}

/// One of one's own identities.
#[derive(Debug, InputObject)]
struct UnlinkIdentityInput {
    /// The id of the identity.
    identity_id: ID,
}

/// The result of `unlinkIdentity`.
#[derive(Debug, SimpleObject)]
struct UnlinkIdentityPayload {
    /// The id of the disconnected identity.
    identity_id: Option<ID>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// A password for somebody who has none.
#[derive(Debug, InputObject)]
struct SetFirstPasswordInput {
    /// The password.
    new_password: Secret,
}

/// The result of `setFirstPassword`.
#[derive(Debug, SimpleObject)]
struct SetFirstPasswordPayload {
    /// The token under which the session continues, for a program; the previous one no longer works. Null for a browser, which
    /// gets a cookie, and when something was refused.
    token: Option<String>,
    /// When the session ends, however much it is used.
    expires_at: Option<DateTime>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// Questions about identities.
#[derive(Debug, Default)]
pub(super) struct IdentityQueries;

#[Object]
impl IdentityQueries {
    /// The providers that people can sign in with here, in the order of the buttons. Open to everybody.
    async fn identity_providers(&self, context: &Context<'_>) -> Vec<IdentityProvider> {
        let ctx = Acting::of(context).ctx();
        let told = |offered: shared::OfferedProvider| IdentityProvider {
            kind: offered.provider.into(),
            sign_in_url: ctx.settings().page(&offered.path()),
            name: offered.name,
        };
        identities::offered(ctx).into_iter().map(told).collect()
    }
}

/// Changes to identities.
#[derive(Debug, Default)]
pub(super) struct IdentityMutations;

#[Object]
impl IdentityMutations {
    /// Disconnects one's own identity, which can no longer be used to sign in. A new one is connected in a browser, under
    /// Security. For signed-in people who have proved who they are in the last ten minutes. Refused: `STEP_UP_REQUIRED`,
    /// `NOT_FOUND`, `LAST_WAY_IN` when the person has no other way to sign in.
    async fn unlink_identity(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UnlinkIdentityInput,
    ) -> Field<UnlinkIdentityPayload> {
        let acting = Acting::of(context);
        let done = async {
            let id: IdentityId = input.identity_id.parse()?;
            identities::unlink(acting.ctx(), &acting.actor(), id).await
        };
        let payload =
            |Settled { made, user_errors }: Settled<shared::Identity>| UnlinkIdentityPayload {
                identity_id: made.map(|identity| identity.id.to_string().into()),
                user_errors,
            };
        Some(acting.settle(done.await).map(payload))
    }

    /// Sets a password for somebody who has signed up with a provider and has none. Every other session ends, and this one
    /// continues under a new token. For signed-in people who have proved who they are in the last ten minutes. Refused:
    /// `STEP_UP_REQUIRED`, `PASSWORD_ON`, and what `signUp` refuses in a password.
    async fn set_first_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The password.")] input: SetFirstPasswordInput,
    ) -> Field<SetFirstPasswordPayload> {
        let acting = Acting::of(context);
        let password = input.new_password.into();
        let done = accounts::set_first_password(acting.ctx(), &acting.actor(), &password).await;
        let payload = |Settled { made, user_errors }: Settled<domain::sessions::Opened>| {
            SetFirstPasswordPayload {
                token: made
                    .as_ref()
                    .and_then(|opened| acting.renewed(context, opened)),
                expires_at: made.map(|opened| opened.session.expires_at.into()),
                user_errors,
            }
        };
        Some(acting.settle(done).map(payload))
    }
}
