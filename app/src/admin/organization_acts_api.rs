//! Server functions that do something to one organization.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::{chosen::done_saying, organization_acts::OrganizationAct},
    crate::{
        api_keys::acts_api::number,
        ssr::{self, RequestCtx},
    },
    contract::{Code, OrganizationId, Problem, Problems, organizations::SubscriptionTier},
    domain::{
        admin,
        organizations::{self, Plan},
    },
};

use crate::{problem::Fault, ui::form::Outcome};

/// Does one act; `confirm` is what was typed where something is asked for.
#[server(prefix = "/_fn", endpoint = "console-act-on-organization")]
pub async fn act_on_organization(
    #[server(default)] organization: String,
    #[server(default)] act: String,
    #[server(default)] reason: String,
    #[server(default)] confirm: String,
) -> Result<Outcome, Fault> {
    let act = OrganizationAct::parse(&act).ok_or(Code::BadRequest)?;
    let page = format!("/admin/organizations/{organization}");
    let kept = [("reason", reason.as_str()), ("confirm", confirm.as_str())];
    ssr::form(act.words().id, &page, &kept, async |request| {
        let id: OrganizationId = organization.parse()?;
        let detail = admin::organizations::get(&request.ctx, &request.actor, id).await?;
        act.check(&detail, &confirm)?;
        let done = perform(&request, act, id, &reason).await;
        done_saying(done, &page, || act.done(&detail.row.organization.name))
    })
    .await
}

#[cfg(feature = "ssr")]
async fn perform(
    request: &RequestCtx,
    act: OrganizationAct,
    id: OrganizationId,
    reason: &str,
) -> domain::Result<()> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    let done = match act {
        OrganizationAct::Suspend => organizations::suspend(ctx, actor, id, reason).await,
        OrganizationAct::Unsuspend => organizations::unsuspend(ctx, actor, id, reason).await,
        OrganizationAct::Delete => organizations::delete_as_staff(ctx, actor, id, reason).await,
        OrganizationAct::Restore => organizations::restore_as_staff(ctx, actor, id, reason).await,
    };
    done.map(|_| ())
}

/// Sets tier, quota and seats.
#[server(prefix = "/_fn", endpoint = "console-set-plan")]
pub async fn set_plan(
    #[server(default)] organization: String,
    #[server(default)] tier: String,
    #[server(default)] quota_limit: String,
    #[server(default)] seats: String,
    #[server(default)] reason: String,
) -> Result<Outcome, Fault> {
    let page = format!("/admin/organizations/{organization}");
    let kept = [
        ("tier", tier.as_str()),
        ("quota_limit", &quota_limit),
        ("seats", &seats),
        ("reason", &reason),
    ];
    ssr::form("set-plan", &page, &kept, async |request| {
        let (ctx, actor) = (&request.ctx, &request.actor);
        let plan = plan(&tier, &quota_limit, &seats)?;
        let id: OrganizationId = organization.parse()?;
        let done = organizations::set_plan_of(ctx, actor, id, plan, &reason).await;
        done_saying(done.map(|_| ()), &page, || "The plan is set.".to_owned())
    })
    .await
}

/// What was typed, or all that is wrong with it.
#[cfg(feature = "ssr")]
fn plan(tier: &str, quota_limit: &str, seats: &str) -> Result<Plan, Problems> {
    let mut problems = Problems::default();
    let tier = SubscriptionTier::parse(tier).ok_or(Problem::new(Code::OutOfRange));
    let tier = problems.take("tier", tier);
    let quota = number(quota_limit, "quotaLimit");
    let quota = quota.and_then(|quota| quota.ok_or(Problem::new(Code::Required)));
    let quota_limit = problems.take("quotaLimit", quota);
    let seats = number(seats, "seats").and_then(|seats| {
        let seats = seats.map(u32::try_from).transpose();
        seats.map_err(|_| Problem::out_of_range(0, u32::MAX.into()))
    });
    let seats = problems.take("seats", seats);
    problems.refuse_if_any()?;
    Ok(Plan {
        tier,
        quota_limit,
        seats,
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_is_typed() {
        let read = plan("pro", "1 000\u{202f}000", " ").expect("a good plan");
        assert_eq!(
            (read.tier, read.quota_limit, read.seats),
            (Some(SubscriptionTier::Pro), Some(1_000_000), Some(None))
        );
        assert_eq!(
            plan("free", "0", "5").expect("a good plan").seats,
            Some(Some(5))
        );
    }

    #[test]
    fn all_that_is_wrong_with_a_plan_is_told() {
        let problems = plan("gold", "", "-1").expect_err("nothing of it is good");
        let told = |field: &str| problems.of(field).map(|problem| problem.code);
        assert_eq!(told("tier"), Some(Code::OutOfRange));
        assert_eq!(told("quotaLimit"), Some(Code::Required));
        assert_eq!(told("seats"), Some(Code::OutOfRange));
    }
}
