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

/// Whether a key may pass, and if not, why. Of several reasons the first of this order is told.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "Verdict")]
enum VerificationCode {
    /// It may pass.
    Valid,
    /// It is no key of this installation.
    NotFound,
    /// It was revoked.
    Revoked,
    /// It is paused.
    Paused,
    /// Its organization is suspended or deleted.
    OrganizationSuspended,
    /// It has expired.
    Expired,
    /// It may not be used from this address.
    IpNotAllowed,
    /// It lacks a scope that was asked for.
    InsufficientScope,
    /// It is used too often at the moment.
    RateLimited,
    /// The month's quota is used up.
    QuotaExceeded,
}

/// What is to be verified.
#[derive(Debug, InputObject)]
struct VerifyApiKeyInput {
    /// The key as its holder sent it.
    key: Secret,
    /// All of these it must have.
    #[graphql(default)]
    scopes: Vec<String>,
    /// Units to charge when it may pass: 0 or more.
    #[graphql(default_with = "SafeInt(1)")]
    cost: SafeInt,
    /// The address of whoever holds the key, for keys that may be used from some alone.
    ip: Option<String>,
}

/// The organization of a verified key.
#[derive(Clone, Debug, SimpleObject)]
struct VerifiedOrganization {
    /// Begins with `org_`.
    id: ID,
    /// The part of its pages' addresses.
    slug: String,
    /// What it has paid for.
    subscription_tier: SubscriptionTier,
}

/// A verified key.
#[derive(Clone, Debug, SimpleObject)]
struct VerifiedKey {
    /// Begins with `key_`.
    id: ID,
    /// How it is called.
    name: String,
}

/// Where a rate stands.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct RateState {
    /// Requests in a period.
    limit: u32,
    /// How many would pass now, one after the other.
    remaining: u32,
    /// When all would pass again.
    resets_at: DateTime,
}

/// The answer about a key.
#[derive(Clone, Debug, SimpleObject)]
struct Verification {
    /// Whether it may pass: the code is `VALID`.
    valid: bool,
    /// Whether it may pass, and if not, why.
    code: VerificationCode,
    /// What the code means, for people.
    message: String,
    /// Whose key it is; null for a key that is not known.
    organization: Option<VerifiedOrganization>,
    /// Which key it is; null for one that is not known.
    key: Option<VerifiedKey>,
    /// All that it may do.
    scopes: Vec<String>,
    /// Where its rate stands; null without a limit, and where the answer did not depend on it.
    rate_limit: Option<RateState>,
    /// Where the quota stands: the key's own or the organization's, whichever is nearer its end.
    quota: Option<Quota>,
    /// Seconds after which it may pass again; with `RATE_LIMITED`.
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

/// What came of `verifyApiKey`.
#[derive(Debug, SimpleObject)]
struct VerifyApiKeyPayload {
    /// The answer; null when the question was refused.
    verification: Option<Verification>,
    /// What was refused of the question, and why; a key that may not pass is answered, not refused.
    user_errors: Vec<UserError>,
}

/// Verifying keys.
#[derive(Debug, Default)]
pub(in crate::graphql) struct VerifyMutations;

#[Object]
impl VerifyMutations {
    /// Tells whether a key may pass, and charges it when it may. For programs of the operator, with a service token. Refused:
    /// `INVALID_SCOPE`, `OUT_OF_RANGE`, `INVALID_IP`.
    async fn verify_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key, and what it is to be good for.")] input: VerifyApiKeyInput,
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
