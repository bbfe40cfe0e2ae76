//! What API keys are in the schema.

mod mutations;
mod verifying;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use contract::{
    ApiKeyId, OrganizationId, Permission,
    api_keys::{self, KeyHint, KeyStatus},
    verification::QuotaState,
};

use super::{
    acting::Acting,
    errors::Field,
    loaders::{UnitsOf, UsageOf, load_one},
    organizations::{Organization, entered},
    scalars::DateTime,
    usage::{Interval, Quota, UsageSeries, span},
};

pub(super) use mutations::KeyMutations;
pub(super) use verifying::VerifyMutations;

/// The state of a key.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "KeyStatus")]
pub(super) enum ApiKeyStatus {
    /// It can be used.
    Active,
    /// It can be used, and expires within 7 days.
    Expiring,
    /// It has expired; with a later date it works again.
    Expired,
    /// It is refused until it is resumed.
    Paused,
    /// It is refused permanently.
    Revoked,
}

/// Why somebody should look at a key.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "KeyHint")]
pub(super) enum ApiKeyHint {
    /// It was created at least 30 days ago and has never been used.
    NeverUsed,
    /// It has not been used for 30 days.
    Idle,
    /// It never expires.
    NeverExpires,
    /// Whoever created it is no longer a member.
    MakerLeft,
}

/// How often something may be done.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(super) struct RateLimit {
    /// This many at once, and this many again spread over each period: 1 to 1,000,000.
    limit: u32,
    /// The period in seconds: 1 to 86,400.
    period_seconds: u32,
}

impl From<api_keys::RateLimit> for RateLimit {
    fn from(rate: api_keys::RateLimit) -> Self {
        Self {
            limit: rate.limit,
            period_seconds: rate.period_seconds,
        }
    }
}

/// A secret that was replaced and keeps working for a while.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Rotation {
    /// The first characters of the previous secret.
    start: String,
    /// Its last four characters.
    last4: String,
    /// When the newest secret was created.
    rotated_at: DateTime,
    /// When the previous one stops working.
    expires_at: DateTime,
    /// When the previous one was last used, to the minute; null if it never was.
    last_used_at: Option<DateTime>,
    /// From which IP address, if that was given.
    last_used_ip: Option<String>,
}

impl From<api_keys::Rotation> for Rotation {
    fn from(rotation: api_keys::Rotation) -> Self {
        Self {
            start: rotation.start,
            last4: rotation.last4,
            rotated_at: rotation.rotated_at.into(),
            expires_at: rotation.expires_at.into(),
            last_used_at: rotation.last_used_at.map(DateTime),
            last_used_ip: rotation.last_used_ip,
        }
    }
}

/// A key of an organization, for programs. Readable by members, and by keys with the scope `keys:read`; a key reads itself. The
/// secret is not here: only the answers of `createApiKey` and `rotateApiKey` contain it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct ApiKey {
    /// Begins with `key_`, and never changes. It gives no access.
    pub(super) id: ID,
    /// Its name: one line of at most 80 characters.
    name: String,
    /// The first characters of its newest secret, like `lk_org_9aZ2`.
    start: String,
    /// The last four characters.
    last4: String,
    /// What it may do.
    scopes: Vec<String>,
    /// Its state.
    status: ApiKeyStatus,
    /// Why somebody should look at it; empty when all is well.
    hints: Vec<ApiKeyHint>,
    /// The name of whoever created it; null if that person no longer exists.
    created_by: Option<String>,
    /// When it was created.
    created_at: DateTime,
    /// When name, scopes, limits, state or secret last changed.
    updated_at: DateTime,
    /// When it stops working; null for never.
    expires_at: Option<DateTime>,
    /// When it was last verified and found valid, to the minute; null if it never was.
    last_used_at: Option<DateTime>,
    /// From which IP address, if that was given.
    last_used_ip: Option<String>,
    /// The previous secret, while it still works.
    rotation: Option<Rotation>,
    /// Its own limit; null for the limit of the installation.
    rate_limit: Option<RateLimit>,
    /// IP addresses and networks that it can be used from; empty for any.
    allowed_ips: Vec<String>,
    /// When it was revoked.
    revoked_at: Option<DateTime>,
    /// The reason, in words; may be empty.
    revoke_reason: Option<String>,
    #[graphql(skip)]
    key_id: ApiKeyId,
    #[graphql(skip)]
    organization_id: OrganizationId,
    #[graphql(skip)]
    own_quota: Option<i64>,
    #[graphql(skip)]
    held: Option<Organization>,
}

#[ComplexObject]
impl ApiKey {
    /// The organization it belongs to.
    async fn organization(&self, context: &Context<'_>) -> Field<Organization> {
        self.place(context).await
    }

    /// Its own quota of units per month, in addition to the organization's, and how many are used; null without such a quota. For
    /// members, and keys with `usage:read`.
    async fn quota(&self, context: &Context<'_>) -> Field<Quota> {
        let limit = self.own_quota?;
        let organization = match self.place(context).await? {
            Ok(organization) => organization,
            Err(error) => return Some(Err(error)),
        };
        let used = load_one(context, UnitsOf(organization, self.key_id)).await?;
        let resets_at = domain::usage::resets_at(Acting::of(context).ctx());
        Some(used.map(|used| QuotaState::new(limit, used, resets_at).into()))
    }

    /// How much it was used. For members, and keys with `usage:read`. Refused: `OUT_OF_RANGE`.
    async fn usage(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first moment; 24 hours ago by default.")] from: Option<DateTime>,
        #[graphql(desc = "The last moment; now by default.")] to: Option<DateTime>,
        #[graphql(
            desc = "The length of the intervals, of which there can be at most 1,500.",
            default_with = "Interval::Hour"
        )]
        interval: Interval,
    ) -> Field<UsageSeries> {
        let organization = match self.place(context).await? {
            Ok(organization) => organization,
            Err(error) => return Some(Err(error)),
        };
        let span = span(Acting::of(context).ctx(), from, to, interval);
        let key = UsageOf(organization, self.key_id, span);
        let series = load_one(context, key).await?;
        Some(series.map(|series| UsageSeries::from(&*series)))
    }
}

impl ApiKey {
    async fn place(&self, context: &Context<'_>) -> Field<Organization> {
        match &self.held {
            Some(organization) => Some(Ok(organization.clone())),
            None => entered(context, self.organization_id).await.transpose(),
        }
    }

    pub(super) fn of(acting: &Acting, key: &api_keys::ApiKey) -> Self {
        let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let hints = key.hints(acting.ctx().now());
        Self {
            id: key.id.to_string().into(),
            name: key.name.clone(),
            start: key.start.clone(),
            last4: key.last4.clone(),
            scopes: key.scopes.iter().map(ToString::to_string).collect(),
            status: key.status.into(),
            hints: hints.into_iter().map(Into::into).collect(),
            created_by: named(&key.created_by),
            created_at: key.created_at.into(),
            updated_at: key.updated_at.into(),
            expires_at: key.expires_at.map(DateTime),
            last_used_at: key.last_used_at.map(DateTime),
            last_used_ip: key.last_used_ip.clone(),
            rotation: key.rotation.clone().map(Into::into),
            rate_limit: key.rate_limit.map(Into::into),
            allowed_ips: key.allowed_ips.clone(),
            revoked_at: key.revoked_at.map(DateTime),
            revoke_reason: key.revoked_at.and_then(|_| named(&key.revoke_reason)),
            key_id: key.id,
            organization_id: key.organization_id,
            own_quota: key.quota,
            held: None,
        }
    }

    /// One of an organization that is at hand.
    pub(super) fn within(
        acting: &Acting,
        organization: &Organization,
        key: &api_keys::ApiKey,
    ) -> Self {
        Self {
            held: Some(organization.clone()),
            ..Self::of(acting, key)
        }
    }
}

/// The key of an id.
pub(super) async fn find(context: &Context<'_>, id: ApiKeyId) -> Field<ApiKey> {
    let acting = Acting::of(context);
    let found = domain::api_keys::get(acting.ctx(), &acting.actor(), id).await;
    acting.seen(found.map(|key| ApiKey::of(acting, &key)))
}

/// A scope to choose from.
#[derive(Clone, Debug, SimpleObject)]
struct OfferedScope {
    /// Its name, like `translate:write`.
    name: String,
    /// What it allows, in a sentence; may be empty.
    description: String,
    /// Whether it is for this API, and not for the product.
    is_own: bool,
}

/// Questions about keys.
#[derive(Debug, Default)]
pub(super) struct KeyQueries;

#[Object]
impl KeyQueries {
    /// The scopes that a key can have: those of the product, as the operator has listed them, and those of this API.
    async fn api_key_scopes(&self, context: &Context<'_>) -> Vec<OfferedScope> {
        let offered = domain::api_keys::offered(Acting::of(context).ctx());
        let scope = |one: api_keys::OfferedScope| OfferedScope {
            name: one.scope.to_string(),
            description: one.sentence,
            is_own: one.is_own,
        };
        offered.into_iter().map(scope).collect()
    }
}

/// Refuses what a caller may not read, for one field alone.
pub(super) fn require(
    context: &Context<'_>,
    organization: &Organization,
    permission: Permission,
) -> Result<(), super::errors::FieldError> {
    let allowed = organization.in_org().require(permission);
    allowed.map_err(|error| Acting::of(context).error(&error))
}

/// A page of keys, shared by all who ask for it.
pub(super) type Keys = Arc<contract::page::Page<api_keys::ApiKey>>;
