//! Changes to keys.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use contract::{
    ApiKeyId, OrganizationId,
    api_keys::{self as input, Expiry},
};
use domain::api_keys::{self, Created};

use super::ApiKey;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    scalars::{DateTime, SafeInt},
};

/// How often a key may be verified.
#[derive(Clone, Copy, Debug, InputObject)]
struct RateLimitInput {
    /// This many at once, and this many again spread over each period: 1 to 1,000,000.
    limit: i64,
    /// The period in seconds: 1 to 86,400.
    period_seconds: i64,
}

/// The key to create.
#[derive(Debug, InputObject)]
struct CreateApiKeyInput {
    /// The organization it will belong to.
    organization_id: ID,
    /// One line of at most 80 characters.
    name: String,
    /// Some of `apiKeyScopes`. None by default.
    #[graphql(default)]
    scopes: Vec<String>,
    /// When it stops working: at most ten years from now. If left out, 90 days from now; null for never.
    expires_at: MaybeUndefined<DateTime>,
    /// IP addresses and networks (CIDR) that it can be used from, at most 50. None for any.
    #[graphql(default)]
    allowed_ips: Vec<String>,
    /// Its own limit. If left out or null, the limit of the installation.
    rate_limit: Option<RateLimitInput>,
    /// Its own quota of units per month. If left out or null, only the organization's quota applies.
    quota: Option<SafeInt>,
}

/// What to change. What is left out stays the same.
#[derive(Debug, InputObject)]
struct UpdateApiKeyInput {
    /// Which key.
    id: ID,
    /// One line of at most 80 characters.
    name: Option<String>,
    /// All scopes that it will have.
    scopes: Option<Vec<String>>,
    /// When it stops working; null for never.
    expires_at: MaybeUndefined<DateTime>,
    /// All IP addresses and networks that it can be used from; none for any.
    allowed_ips: Option<Vec<String>>,
    /// Its own limit; null for the limit of the installation.
    rate_limit: MaybeUndefined<RateLimitInput>,
    /// Its own quota of units per month; null for none.
    quota: MaybeUndefined<SafeInt>,
}

/// How long the previous secret keeps working.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "input::Overlap")]
enum RotationOverlap {
    /// It ends at once.
    None,
    /// An hour.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
}

/// Which key gets a new secret.
#[derive(Debug, InputObject)]
struct RotateApiKeyInput {
    /// Which key.
    id: ID,
    /// How long the previous secret keeps working, though never longer than the key.
    #[graphql(default_with = "RotationOverlap::Day")]
    overlap: RotationOverlap,
}

/// Which key.
#[derive(Debug, InputObject)]
struct EndApiKeyRotationInput {
    /// Which key.
    id: ID,
}

/// Which key.
#[derive(Debug, InputObject)]
struct PauseApiKeyInput {
    /// Which key.
    id: ID,
}

/// Which key.
#[derive(Debug, InputObject)]
struct ResumeApiKeyInput {
    /// Which key.
    id: ID,
}

/// Which key, and why.
#[derive(Debug, InputObject)]
struct RevokeApiKeyInput {
    /// Which key.
    id: ID,
    /// The reason, in at most 200 characters.
    #[graphql(default)]
    reason: String,
}

/// Payloads that give a key with its new secret.
macro_rules! with_secret {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, SimpleObject)]
            struct $name {
                /// The key; null when something was refused, in which case nothing has changed.
                api_key: Option<ApiKey>,
                /// The secret itself, shown only now: keep it where only the program that uses it can read it.
                secret: Option<String>,
                /// What was refused, and why; empty on success.
                user_errors: Vec<UserError>,
            }

            impl $name {
                fn of(acting: &Acting, Settled { made, user_errors }: Settled<Created>) -> Self {
                    Self {
                        secret: made.as_ref().map(|made| made.secret.expose().to_owned()),
                        api_key: made.map(|made| ApiKey::of(acting, &made.key)),
                        user_errors,
                    }
                }
            }
        )*
    };
}

with_secret! {
    /// The result of `createApiKey`.
    CreateApiKeyPayload;
    /// The result of `rotateApiKey`.
    RotateApiKeyPayload;
}

/// Payloads that give a key after a change.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, SimpleObject)]
            struct $name {
                /// The key after the change; null when something was refused, in which case nothing has changed.
                api_key: Option<ApiKey>,
                /// What was refused, and why; empty on success.
                user_errors: Vec<UserError>,
            }

            impl $name {
                fn of(acting: &Acting, settled: Settled<input::ApiKey>) -> Self {
                    Self {
                        api_key: settled.made.map(|key| ApiKey::of(acting, &key)),
                        user_errors: settled.user_errors,
                    }
                }
            }
        )*
    };
}

payloads! {
    /// The result of `updateApiKey`.
    UpdateApiKeyPayload;
    /// The result of `endApiKeyRotation`.
    EndApiKeyRotationPayload;
    /// The result of `pauseApiKey`.
    PauseApiKeyPayload;
    /// The result of `resumeApiKey`.
    ResumeApiKeyPayload;
    /// The result of `revokeApiKey`.
    RevokeApiKeyPayload;
}

/// A malformed id is the id of nothing.
fn parsed(id: &ID) -> ApiKeyId {
    id.parse().unwrap_or(ApiKeyId::NOTHING)
}

fn expiry(asked: &MaybeUndefined<DateTime>) -> Option<Expiry> {
    match asked {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(Expiry::Never),
        MaybeUndefined::Value(at) => Some(Expiry::At(at.0)),
    }
}

fn rate(asked: RateLimitInput) -> (i64, i64) {
    (asked.limit, asked.period_seconds)
}

/// `None` where nothing is said.
fn said<T>(asked: MaybeUndefined<T>) -> Option<Option<T>> {
    match asked {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// Changes to keys.
#[derive(Debug, Default)]
pub(in crate::graphql) struct KeyMutations;

#[Object]
impl KeyMutations {
    /// Creates a key and returns its secret. For admins and owners who have given their password in the last ten minutes; the
    /// owners are told. Refused: `NOT_FOUND`, `STEP_UP_REQUIRED`, `PENDING_DELETION`, `REQUIRED`, `TOO_LONG`,
    /// `INVALID_CHARACTERS`, `INVALID_SCOPE`, `UNKNOWN_SCOPE`, `INVALID_EXPIRY`, `INVALID_IP`, `OUT_OF_RANGE`, `RATE_LIMITED`,
    /// `TOO_MANY_KEYS`.
    async fn create_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key to create.")] input: CreateApiKeyInput,
    ) -> Field<CreateApiKeyPayload> {
        let acting = Acting::of(context);
        let organization = input.organization_id.parse();
        let organization = organization.unwrap_or(OrganizationId::NOTHING);
        let asked = input::CreateApiKey {
            name: input.name,
            scopes: input.scopes,
            expiry: expiry(&input.expires_at).unwrap_or_default(),
            allowed_ips: input.allowed_ips.join(" "),
            rate_limit: input.rate_limit.map(rate),
            quota: input.quota.map(|quota| quota.0),
        };
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let done = api_keys::create(ctx, &actor, organization, &asked).await;
        let settled = acting.settle(done);
        Some(settled.map(|settled| CreateApiKeyPayload::of(acting, settled)))
    }

    /// Changes name, scopes, expiry and limits. For admins and owners, and keys with `keys:write`, which cannot give a scope that
    /// they do not have. Refused: `NOT_FOUND`, `PENDING_DELETION`, `KEY_REVOKED`, `SCOPE_TOO_HIGH`, and what `createApiKey` refuses.
    async fn update_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key, and what to change.")] input: UpdateApiKeyInput,
    ) -> Field<UpdateApiKeyPayload> {
        let acting = Acting::of(context);
        let asked = input::UpdateApiKey {
            name: input.name,
            scopes: input.scopes,
            expiry: expiry(&input.expires_at),
            allowed_ips: input.allowed_ips.map(|all| all.join(" ")),
            rate_limit: said(input.rate_limit).map(|asked| asked.map(rate)),
            quota: said(input.quota).map(|asked| asked.map(|quota| quota.0)),
        };
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let done = api_keys::update(ctx, &actor, parsed(&input.id), &asked).await;
        let settled = acting.settle(done);
        Some(settled.map(|settled| UpdateApiKeyPayload::of(acting, settled)))
    }

    /// Gives a key another secret; its id, name, scopes, limits and history stay. For admins and owners who have given their
    /// password in the last ten minutes; the owners are told. Refused: `NOT_FOUND`, `STEP_UP_REQUIRED`, `PENDING_DELETION`,
    /// `KEY_REVOKED`, `KEY_EXPIRED`, `KEY_ROTATING`.
    async fn rotate_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key, and for how long its current secret keeps working.")]
        input: RotateApiKeyInput,
    ) -> Field<RotateApiKeyPayload> {
        let acting = Acting::of(context);
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let overlap = input.overlap.into();
        let done = api_keys::rotate(ctx, &actor, parsed(&input.id), overlap).await;
        let settled = acting.settle(done);
        Some(settled.map(|settled| RotateApiKeyPayload::of(acting, settled)))
    }

    /// Ends the previous secret now. For admins and owners, and keys with `keys:write`. Refused: `NOT_FOUND`,
    /// `PENDING_DELETION`, `KEY_REVOKED`, `KEY_NOT_ROTATING`.
    async fn end_api_key_rotation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key.")] input: EndApiKeyRotationInput,
    ) -> Field<EndApiKeyRotationPayload> {
        let acting = Acting::of(context);
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let done = api_keys::end_rotation(ctx, &actor, parsed(&input.id)).await;
        let settled = acting.settle(done);
        Some(settled.map(|settled| EndApiKeyRotationPayload::of(acting, settled)))
    }

    /// Pauses a key: it is refused until it is resumed. For admins and owners, and keys with `keys:write`. Refused:
    /// `NOT_FOUND`, `PENDING_DELETION`, `KEY_REVOKED`, `KEY_EXPIRED`, `KEY_PAUSED`.
    async fn pause_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key.")] input: PauseApiKeyInput,
    ) -> Field<PauseApiKeyPayload> {
        let acting = Acting::of(context);
        let done = api_keys::pause(acting.ctx(), &acting.actor(), parsed(&input.id)).await;
        let settled = acting.settle(done);
        Some(settled.map(|settled| PauseApiKeyPayload::of(acting, settled)))
    }

    /// Resumes a paused key. For admins and owners, and keys with `keys:write`. Refused: `NOT_FOUND`, `PENDING_DELETION`,
    /// `KEY_REVOKED`, `KEY_EXPIRED`, `KEY_NOT_PAUSED`.
    async fn resume_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key.")] input: ResumeApiKeyInput,
    ) -> Field<ResumeApiKeyPayload> {
        let acting = Acting::of(context);
        let done = api_keys::resume(acting.ctx(), &acting.actor(), parsed(&input.id)).await;
        let settled = acting.settle(done);
        Some(settled.map(|settled| ResumeApiKeyPayload::of(acting, settled)))
    }

    /// Revokes a key permanently. For admins and owners, and keys with `keys:write`; a key can revoke itself whatever its
    /// scopes. Refused: `NOT_FOUND`, `TOO_LONG`, `INVALID_CHARACTERS`, `KEY_REVOKED`.
    async fn revoke_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key, and why.")] input: RevokeApiKeyInput,
    ) -> Field<RevokeApiKeyPayload> {
        let acting = Acting::of(context);
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let done = api_keys::revoke(ctx, &actor, parsed(&input.id), &input.reason).await;
        let settled = acting.settle(done);
        Some(settled.map(|settled| RevokeApiKeyPayload::of(acting, settled)))
    }
}
