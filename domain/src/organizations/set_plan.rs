//! A billing system or an operator sets what an organization has paid for.

use contract::{Code, Organization, Problem, organizations::SubscriptionTier};
use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx,
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

/// Sets tier, quota and seats; for operators. Fewer seats than are taken put nobody out; they keep others from joining.
pub async fn set_plan(ctx: &Ctx, actor: &Actor, slug: &str, plan: Plan) -> Result<Organization> {
    actor.operator()?;
    if plan.quota_limit.is_some_and(|limit| limit < 0) {
        return Err(Problem::new(Code::OutOfRange).on("quotaLimit").into());
    }
    let tx = ctx.begin().await?;
    let id = store::find_id(tx.db(), &slug.to_ascii_lowercase())
        .await?
        .ok_or(Problem::new(Code::NotFound).on("slug"))?;
    let before = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    let tier = plan.tier.unwrap_or(before.subscription_tier);
    let quota_limit = plan.quota_limit.unwrap_or(before.quota_limit);
    let seats = plan.seats.unwrap_or(before.seats);
    store::set_plan(&tx, ctx, id, tier, quota_limit, seats).await?;
    let after = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    let facts = |of: &Organization| json!({ "tier": of.subscription_tier, "quota_limit": of.quota_limit, "seats": of.seats });
    let event = Event::new("organization.plan_set", Subject::Organization(id))
        .changing(facts(&before), facts(&after));
    audit::record(&tx, ctx, actor, event).await?;
    if after.quota_limit != before.quota_limit {
        verification::reset_told(&tx, id.0, ctx.now().month()).await?;
    }
    tx.commit().await?;
    verification::forget_organization(ctx, id);
    Ok(after)
}
