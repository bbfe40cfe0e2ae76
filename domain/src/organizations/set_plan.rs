//! A billing system or an operator sets what an organization has paid for.

use contract::{Code, Organization, OrganizationId, Problem, organizations::SubscriptionTier};
use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx, admin,
    audit::{self, Event, Subject},
    error::Result,
    verification,
};

/// What is to be set; what is not given stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    pub tier: Option<SubscriptionTier>,
    /// Units a month, 0 or more.
    pub quota_limit: Option<i64>,
    /// `Some(None)` lifts the limit.
    pub seats: Option<Option<u32>>,
}

/// Sets tier, quota and seats of the organization with a slug; for operators and staff. Fewer seats than are taken put nobody out;
/// they keep others from joining. Refused: `OUT_OF_RANGE`, `NOT_FOUND`, and what [`crate::admin`] refuses.
pub async fn set_plan(
    ctx: &Ctx,
    actor: &Actor,
    slug: &str,
    plan: Plan,
    reason: &str,
) -> Result<Organization> {
    let id = super::id_of(ctx, actor, slug).await?;
    set_plan_of(ctx, actor, id, plan, reason).await
}

/// The same by the organization's id.
pub async fn set_plan_of(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    plan: Plan,
    reason: &str,
) -> Result<Organization> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    if plan.quota_limit.is_some_and(|limit| limit < 0) {
        return Err(Problem::new(Code::OutOfRange).on("quotaLimit").into());
    }
    let tx = ctx.begin().await?;
    let before = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    let tier = plan.tier.unwrap_or(before.subscription_tier);
    let quota_limit = plan.quota_limit.unwrap_or(before.quota_limit);
    let seats = plan.seats.unwrap_or(before.seats);
    store::set_plan(&tx, ctx, id, tier, quota_limit, seats).await?;
    let after = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    let facts = |of: &Organization| json!({ "tier": of.subscription_tier, "quota_limit": of.quota_limit, "seats": of.seats });
    let mut told = facts(&after);
    told["reason"] = reason.into();
    let event = Event::new("organization.plan_set", Subject::Organization(id))
        .changing(facts(&before), told);
    audit::record(&tx, ctx, actor, event).await?;
    if after.quota_limit != before.quota_limit {
        verification::reset_told(&tx, id.0, ctx.now().month()).await?;
    }
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}
