//! Owners ask every member for a second factor, from a moment on, or for none any more.

use contract::{Code, OrganizationId, Permission, Timestamp, organizations::check_grace_days};
use serde_json::json;

use super::{hold_for, store, tell_members};
use crate::{
    Actor, Ctx, InOrg,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    second_factors, sessions,
    throttles::Rate,
};

const DAY: i64 = 24 * 60 * 60;

/// Two moments that are nearer to each other than this, in seconds, are the same: a form that was sent twice changes nothing,
/// and writes to nobody twice.
const SAME: i64 = 60 * 60;

/// Changes of one organization, each of which writes to many: five at once, then one a day.
const CHANGES: Rate = Rate {
    name: "second_factor_required",
    burst: 5,
    period_seconds: DAY,
};

/// Asks every member for a second factor in so many days, 0 for at once; also to set another moment. Whoever has none by then
/// is kept out until one is set up, and stays a member. For owners who have one themselves, with a fresh proof of identity.
/// Members who lack one are told by mail, the first hundred with this and the others soon (`tell_members`). Refused:
/// `OUT_OF_RANGE`, `NOT_FOUND`, `FORBIDDEN`, `PENDING_DELETION`, `STEP_UP_REQUIRED`, `SECOND_FACTOR_MISSING`,
/// `RATE_LIMITED`.
pub async fn require_second_factor(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    grace_days: i64,
) -> Result<InOrg> {
    actor.in_person()?;
    let days = check_grace_days(grace_days).map_err(|problem| problem.on("graceDays"))?;
    let tx = ctx.begin().await?;
    let held = hold(&tx, ctx, actor, id).await?;
    if !second_factors::is_any_on(tx.db(), held.user_id).await? {
        return Err(Code::SecondFactorMissing.into());
    }
    let from = ctx.now().plus_seconds(days * DAY);
    if held
        .organization
        .second_factor_from
        .is_some_and(|before| is_same(before, from, ctx.now()))
    {
        return Ok(held);
    }
    CHANGES.take(&tx, ctx.now(), &id.to_string()).await?;
    let after = set(&tx, ctx, actor, &held, Some(from)).await?;
    tell_members::begin(&tx, ctx, &after.organization).await?;
    tx.commit().await?;
    Ok(after)
}

/// Asks for no second factor any more; whoever was kept out is let in at once. For owners, with a fresh proof of identity.
/// Refused: `NOT_FOUND`, `FORBIDDEN`, `PENDING_DELETION`, `STEP_UP_REQUIRED`.
pub async fn lift_second_factor(ctx: &Ctx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    actor.in_person()?;
    let tx = ctx.begin().await?;
    let held = hold(&tx, ctx, actor, id).await?;
    if held.organization.second_factor_from.is_none() {
        return Ok(held);
    }
    let after = set(&tx, ctx, actor, &held, None).await?;
    store::set_told(&tx, id, None).await?;
    tx.commit().await?;
    Ok(after)
}

async fn hold(tx: &Tx, ctx: &Ctx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    let held = hold_for(tx, actor, id, Permission::RequireSecondFactor).await?;
    sessions::require_fresh(ctx, actor)?;
    Ok(held)
}

/// Whether nothing would change: both are the same moment, or both are over.
fn is_same(before: Timestamp, after: Timestamp, now: Timestamp) -> bool {
    if after <= now {
        before <= now
    } else {
        before > now && (before.0 - after.0).abs() < SAME * 1000
    }
}

/// Sets the moment, and writes it down.
async fn set(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    held: &InOrg,
    from: Option<Timestamp>,
) -> Result<InOrg> {
    let id = held.id();
    store::set_second_factor_from(tx, ctx, id, from).await?;
    let after = store::hold(tx, actor, id).await?;
    let action = match from {
        Some(_) => "organization.second_factor_required",
        None => "organization.second_factor_lifted",
    };
    let facts = |of: &InOrg| json!({ "second_factor_from": of.organization.second_factor_from });
    let event = Event::new(action, Subject::Organization(id)).changing(facts(held), facts(&after));
    audit::record(tx, ctx, actor, event).await?;
    Ok(after)
}
