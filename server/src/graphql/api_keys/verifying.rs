//! Whether a key may pass, asked by GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use contract::verification::{self as asked, Verdict};

use super::super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    organizations::SubscriptionTier,
    scalars::{DateTime, SafeInt, Secret},
    usage::Quota,
};

/// Whether a key is valid, and if not, why not. Of several reasons, the first in this order is given.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "Verdict")]
enum VerificationCode {
    /// It is valid.
    Valid,
    /// It is not a key of this installation.
    NotFound,
    /// It was revoked.
    Revoked,
    /// It is paused.
    Paused,
    /// Its organization is suspended or deleted.
    OrganizationSuspended,
    /// It has expired.
    Expired,
    /// It cannot be used from this address.
    IpNotAllowed,
    /// It lacks a scope that was asked for.
    InsufficientScope,
    /// It is being used too often at the moment.
    RateLimited,
    /// The month's quota is used up.
    QuotaExceeded,
}

/// The key to verify.
#[derive(Debug, InputObject)]
struct VerifyApiKeyInput {
    /// The key as the caller who uses it sent it.
    key: Secret,
    /// Scopes, all of which it must have.
    #[graphql(default)]
    scopes: Vec<String>,
    /// Units to charge if it is valid: 0 or more.
    #[graphql(default_with = "SafeInt(1)")]
    cost: SafeInt,
    /// The IP address of whoever uses the key, for keys that can only be used from some.
    ip: Option<String>,
}

/// The organization of a verified key.
#[derive(Clone, Debug, SimpleObject)]
struct VerifiedOrganization {
    /// Begins with `org_`.
    id: ID,
    /// The slug, which is the part of its address after `/o/`.
    slug: String,
    /// What it has paid for.
    subscription_tier: SubscriptionTier,
}

/// A verified key.
#[derive(Clone, Debug, SimpleObject)]
struct VerifiedKey {
    /// Begins with `key_`.
    id: ID,
    /// Its name.
    name: String,
}

/// The state of a rate limit.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct RateState {
    /// Requests in a period.
    limit: u32,
    /// How many more would be accepted right now.
    remaining: u32,
    /// When the full limit is available again.
    resets_at: DateTime,
}

/// The answer about a key.
#[derive(Clone, Debug, SimpleObject)]
struct Verification {
    /// Whether it is valid: the code is `VALID`.
    valid: bool,
    /// Whether it is valid, and if not, why not.
    code: VerificationCode,
    /// What the code means, for people.
    message: String,
    /// The organization of the key; null for an unknown key.
    organization: Option<VerifiedOrganization>,
    /// Which key it is; null for an unknown key.
    key: Option<VerifiedKey>,
    /// Everything it may do.
    scopes: Vec<String>,
    /// The state of its rate limit; null without a limit, and if the answer did not depend on it.
    rate_limit: Option<RateState>,
    /// The state of the quota: the key's own or the organization's, whichever is closer to being used up.
    quota: Option<Quota>,
    /// Seconds after which it may be accepted again; with `RATE_LIMITED`.
    retry_after: Option<u32>,
}

impl From<asked::Verification> for Verification {
    fn from(answer: asked::Verification) -> Self {
        Self {
            valid: answer.valid,
            code: answer.code.into(),
            message: answer.message.to_owned(),
            organization: answer.organization.map(|of| VerifiedOrganization {
                id: of.id.to_string().into(),
                slug: of.slug.to_string(),
                subscription_tier: of.tier.into(),
            }),
            key: answer.key.map(|key| VerifiedKey {
                id: key.id.to_string().into(),
                name: key.name.to_string(),
            }),
            scopes: answer.scopes.iter().map(ToString::to_string).collect(),
            rate_limit: answer.rate_limit.map(|rate| RateState {
                limit: rate.limit,
                remaining: rate.remaining,
                resets_at: rate.resets_at.into(),
            }),
            quota: answer.quota.map(Into::into),
            retry_after: answer.retry_after,
        }
    }
}

/// The result of `verifyApiKey`.
#[derive(Debug, SimpleObject)]
struct VerifyApiKeyPayload {
    /// The answer; null when the question was refused.
    verification: Option<Verification>,
    /// What was refused about the question, and why; a key that is not valid is answered, not refused.
    user_errors: Vec<UserError>,
}

/// Verifying keys.
#[derive(Debug, Default)]
pub(in crate::graphql) struct VerifyMutations;

#[Object]
impl VerifyMutations {
    /// Checks whether a key is valid, and charges it if it is. For programs of the operator, with a service token. Refused:
    /// `INVALID_SCOPE`, `OUT_OF_RANGE`, `INVALID_IP`.
    async fn verify_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key, and what it has to allow.")] input: VerifyApiKeyInput,
    ) -> Field<VerifyApiKeyPayload> {
        let acting = Acting::of(context);
        let question = asked::VerifyKey {
            key: input.key.expose().to_owned(),
            scopes: input.scopes,
            cost: Some(input.cost.0),
            ip: input.ip,
        };
        let answer = domain::verification::verify(acting.ctx(), &acting.actor(), &question).await;
        let payload = |Settled { made, user_errors }| VerifyApiKeyPayload {
            verification: Option::map(made, Into::into),
            user_errors,
        };
        Some(acting.settle(answer).map(payload))
    }
}
