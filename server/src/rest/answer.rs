//! The answer about a key, as JSON and as headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use contract::{
    Problem, Problems, Timestamp,
    organizations::SubscriptionTier,
    verification::{self, Verdict},
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

fn text<T: ToString, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&value.to_string())
}

/// Whether a key is valid, and if not, why not. Of several reasons, the first in this order is given.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum VerificationCode {
    Valid,
    NotFound,
    Revoked,
    Paused,
    OrganizationSuspended,
    Expired,
    IpNotAllowed,
    InsufficientScope,
    RateLimited,
    QuotaExceeded,
}

impl From<Verdict> for VerificationCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Valid,
            Verdict::NotFound => Self::NotFound,
            Verdict::Revoked => Self::Revoked,
            Verdict::Paused => Self::Paused,
            Verdict::OrganizationSuspended => Self::OrganizationSuspended,
            Verdict::Expired => Self::Expired,
            Verdict::IpNotAllowed => Self::IpNotAllowed,
            Verdict::InsufficientScope => Self::InsufficientScope,
            Verdict::RateLimited => Self::RateLimited,
            Verdict::QuotaExceeded => Self::QuotaExceeded,
        }
    }
}

/// The answer about a key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verification<'a> {
    /// Whether it is valid: `code` is `VALID`.
    valid: bool,
    code: VerificationCode,
    /// What the code means, for people. The words may change.
    message: &'a str,
    /// The organization of the key; absent for an unknown key.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<VerifiedOrganization<'a>>,
    /// Which key it is; absent for an unknown key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<VerifiedKey<'a>>,
    /// Everything the key may do, whatever was asked for.
    #[schema(value_type = Vec<String>)]
    scopes: &'a [contract::api_keys::Scope],
    /// The state of the key's rate limit; absent without a limit, and if the answer did not depend on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<RateState>,
    /// The state of the month's quota: the key's own or the organization's, whichever is closer to being used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<QuotaState>,
    /// Seconds after which the same request may be accepted; with `RATE_LIMITED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    /// When the quota starts again; with `QUOTA_EXCEEDED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    resets_at: Option<String>,
}

/// The organization of a key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VerifiedOrganization<'a> {
    /// Begins with `org_`, and never changes.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    id: contract::OrganizationId,
    /// The slug, which is the part of its address after `/o/`; it can change.
    slug: &'a str,
    /// What it has paid for: `free`, `starter`, `pro` or `enterprise`.
    #[schema(value_type = String)]
    tier: SubscriptionTier,
}

/// A key; its secret is not here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VerifiedKey<'a> {
    /// Begins with `key_`, and never changes.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    id: contract::ApiKeyId,
    /// Its name.
    name: &'a str,
}

/// The state of a rate limit.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RateState {
    /// Requests in a period.
    limit: u32,
    /// How many more would be accepted right now.
    remaining: u32,
    /// When the full limit is available again.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String, format = DateTime)]
    resets_at: Timestamp,
}

/// The state of a quota: units of a calendar month, in UTC.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct QuotaState {
    limit: i64,
    used: i64,
    remaining: i64,
    /// The first moment of the next month.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String, format = DateTime)]
    resets_at: Timestamp,
}

impl<'a> Verification<'a> {
    pub(super) fn of(answer: &'a verification::Verification) -> Self {
        Self {
            valid: answer.valid,
            code: answer.code.into(),
            message: answer.message,
            organization: answer
                .organization
                .as_ref()
                .map(|organization| VerifiedOrganization {
                    id: organization.id,
                    slug: &organization.slug,
                    tier: organization.tier,
                }),
            key: answer.key.as_ref().map(|key| VerifiedKey {
                id: key.id,
                name: &key.name,
            }),
            scopes: &answer.scopes,
            rate_limit: answer.rate_limit.map(|rate| RateState {
                limit: rate.limit,
                remaining: rate.remaining,
                resets_at: rate.resets_at,
            }),
            quota: answer.quota.map(|quota| QuotaState {
                limit: quota.limit,
                used: quota.used,
                remaining: quota.remaining,
                resets_at: quota.resets_at,
            }),
            retry_after: answer.retry_after,
            resets_at: answer.resets_at.map(|at| at.to_string()),
        }
    }
}

/// Tells the rate in headers: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10) and `Retry-After` (RFC 9110
/// §10.2.3).
pub(super) fn tell_rate(
    headers: &mut HeaderMap,
    answer: &verification::Verification,
    now: Timestamp,
) {
    if let Some(rate) = &answer.rate_limit {
        let reset = now.seconds_until(rate.resets_at);
        let policy = format!("\"key\";q={};w={}", rate.limit, rate.period_seconds);
        let state = format!("\"key\";r={};t={reset}", rate.remaining);
        for (name, value) in [(&RATE_LIMIT_POLICY, policy), (&RATE_LIMIT, state)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name.clone(), value);
            }
        }
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// One refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Refusal {
    /// Its stable code, like `OUT_OF_RANGE`. Programs can rely on it.
    code: &'static str,
    /// A sentence for people. The words may change.
    message: String,
    /// The field to correct, if it is a single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl From<&Problem> for Refusal {
    fn from(problem: &Problem) -> Self {
        Self {
            code: problem.code.as_str(),
            message: problem.message.to_string(),
            field: problem.field.as_ref().map(ToString::to_string),
        }
    }
}

pub(super) fn refusals(problems: &Problems) -> Vec<Refusal> {
    problems.0.iter().map(Refusal::from).collect()
}

/// The body of a refusal: what was refused about the request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "it describes what `problem::answer` writes")]
pub(super) struct Refusals {
    errors: Vec<Refusal>,
    /// Finds the request in the log.
    trace_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_contract() {
        for verdict in Verdict::ALL {
            let json = serde_json::to_value(VerificationCode::from(verdict)).expect("plain data");
            assert_eq!(json, verdict.as_str());
        }
    }
}
