//! `latchkey organization`.

use clap::{Args, Subcommand};
use contract::{Organization, organizations::SubscriptionTier, text::counted};
use domain::{
    Actor, Ctx,
    organizations::{self, Plan},
};
use serde_json::json;

use super::table;
use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum OrganizationCommand {
    /// Set the plan of an organization; what is not given stays the same
    SetPlan {
        /// The part of the organization's address after /o/, like `acme`
        slug: String,
        #[command(flatten)]
        plan: PlanArgs,
        /// The reason, for the audit log
        #[arg(long, default_value = "set from the command line")]
        reason: String,
    },
    /// Suspend an organization: its keys are refused and its members cannot open it, until the suspension is lifted
    Suspend {
        slug: String,
        /// The reason, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Lift the suspension of an organization
    Unsuspend {
        slug: String,
        /// The reason, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// List all organizations, oldest first, including those that wait to be purged
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[group(required = true, multiple = true)]
pub struct PlanArgs {
    /// free, starter, pro or enterprise
    #[arg(long, value_parser = tier)]
    pub tier: Option<SubscriptionTier>,
    /// Units that it can use per month
    #[arg(long, value_name = "UNITS")]
    pub quota: Option<i64>,
    /// How many members and open invitations it can have, or `none` for no limit
    #[arg(long, value_name = "SEATS", value_parser = seats)]
    pub seats: Option<Seats>,
}

/// A number of seats, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats(pub Option<u32>);

fn tier(text: &str) -> Result<SubscriptionTier, String> {
    SubscriptionTier::parse(text).ok_or_else(|| {
        let known = SubscriptionTier::ALL.map(SubscriptionTier::as_str);
        format!("choose one of {}", known.join(", "))
    })
}

fn seats(text: &str) -> Result<Seats, String> {
    match text {
        "none" => Ok(Seats(None)),
        number => number
            .parse()
            .map(|seats| Seats(Some(seats)))
            .map_err(|_| "give a number, or none".to_owned()),
    }
}

/// Organizations that are fetched at once.
const PAGE: usize = 1_000;

pub(super) async fn run(ctx: &Ctx, command: OrganizationCommand) -> Result<String, Fault> {
    match command {
        OrganizationCommand::SetPlan { slug, plan, reason } => {
            let plan = Plan {
                tier: plan.tier,
                quota_limit: plan.quota,
                seats: plan.seats.map(|seats| seats.0),
            };
            let after =
                organizations::set_plan(ctx, &Actor::Operator, &slug, plan, &reason).await?;
            Ok(describe_plan(&after))
        }
        OrganizationCommand::Suspend { slug, reason } => {
            let id = organizations::id_of(ctx, &Actor::Operator, &slug).await?;
            organizations::suspend(ctx, &Actor::Operator, id, &reason).await?;
            Ok(format!("{slug} is suspended, and its keys are refused.\n"))
        }
        OrganizationCommand::Unsuspend { slug, reason } => {
            let id = organizations::id_of(ctx, &Actor::Operator, &slug).await?;
            organizations::unsuspend(ctx, &Actor::Operator, id, &reason).await?;
            Ok(format!("{slug} is no longer suspended.\n"))
        }
        OrganizationCommand::List { json } => {
            let organizations = all(ctx).await?;
            Ok(if json {
                as_json(&organizations)
            } else {
                as_text(&organizations)
            })
        }
    }
}

fn describe_plan(organization: &Organization) -> String {
    let seats = match organization.seats {
        None => "any number of seats".to_owned(),
        Some(seats) => counted(seats, "seat", "seats"),
    };
    let units = counted(organization.quota_limit, "unit", "units");
    let (slug, tier) = (&organization.slug, organization.subscription_tier.as_str());
    format!("{slug} has the tier {tier}, {units} a month and {seats}.\n")
}

async fn all(ctx: &Ctx) -> Result<Vec<Organization>, Fault> {
    let mut all: Vec<Organization> = Vec::new();
    loop {
        let after = all.last().map(|organization| organization.id);
        let page = organizations::list(ctx, &Actor::Operator, after, PAGE as u64).await?;
        let is_last = page.len() < PAGE;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

fn as_text(organizations: &[Organization]) -> String {
    let row = |organization: &Organization| {
        let deleted = organization.deleted_at.map(|at| at.to_string());
        [
            organization.id.to_string(),
            organization.slug.clone(),
            organization.name.clone(),
            organization.member_count.to_string(),
            organization.subscription_tier.as_str().to_owned(),
            organization.created_at.to_string(),
            deleted.unwrap_or_default(),
        ]
    };
    table::aligned(
        [
            "ID", "SLUG", "NAME", "MEMBERS", "TIER", "CREATED", "DELETED",
        ],
        organizations.iter().map(row),
    )
}

fn as_json(organizations: &[Organization]) -> String {
    let organization = |organization: &Organization| {
        json!({
            "id": organization.id,
            "slug": organization.slug,
            "name": organization.name,
            "memberCount": organization.member_count,
            "subscriptionTier": organization.subscription_tier,
            "quotaLimit": organization.quota_limit,
            "seats": organization.seats,
            "createdAt": organization.created_at.to_string(),
            "deletedAt": organization.deleted_at.map(|at| at.to_string()),
            "suspendedAt": organization.suspended_at.map(|at| at.to_string()),
        })
    };
    let organizations: Vec<_> = organizations.iter().map(organization).collect();
    format!("{:#}\n", serde_json::Value::from(organizations))
}
