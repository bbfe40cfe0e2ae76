//! What staff do to organizations.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use contract::OrganizationId;
use domain::{
    admin,
    organizations::{self, Plan},
};

use super::organizations::AdminOrganization;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    organizations::SubscriptionTier,
    scalars::SafeInt,
};

/// Inputs that name an organization.
macro_rules! about_an_organization {
    ($($(#[$about:meta])* $input:ident;)*) => {
        $(
            $(#[$about])*
            #[derive(Debug, InputObject)]
            struct $input {
                /// Begins with `org_`.
                organization_id: ID,
                /// One line of at most 300 characters, for the audit log.
                reason: String,
            }
        )*
    };
}

about_an_organization! {
    /// Which organization to suspend, and why.
    SuspendOrganizationInput;
    /// Which organization to unsuspend, and why.
    UnsuspendOrganizationInput;
    /// What to delete, and why.
    DeleteOrganizationAsStaffInput;
    /// What to restore, and why.
    RestoreOrganizationAsStaffInput;
}

/// What an organization has paid for. What is left out stays the same.
#[derive(Debug, InputObject)]
struct SetOrganizationPlanInput {
    /// Begins with `org_`.
    organization_id: ID,
    /// Its tier.
    tier: Option<SubscriptionTier>,
    /// Units that it can use per month: 0 or more.
    quota_limit: Option<SafeInt>,
    /// How many members and open invitations it can have; null for no limit.
    seats: MaybeUndefined<u32>,
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// Payloads that give the organization after the act.
macro_rules! payloads {
    ($($(#[$what:meta])* $payload:ident;)*) => {
        $(
            $(#[$what])*
            #[derive(Debug, SimpleObject)]
            struct $payload {
                /// The organization after the act; null when something was refused, in which case nothing has changed.
                organization: Option<AdminOrganization>,
                /// What was refused, and why; empty on success.
                user_errors: Vec<UserError>,
            }

            impl From<Settled<AdminOrganization>> for $payload {
                fn from(Settled { made, user_errors }: Settled<AdminOrganization>) -> Self {
                    Self { organization: made, user_errors }
                }
            }
        )*
    };
}

payloads! {
    /// The result of `setOrganizationPlan`.
    SetOrganizationPlanPayload;
    /// The result of `suspendOrganization`.
    SuspendOrganizationPayload;
    /// The result of `unsuspendOrganization`.
    UnsuspendOrganizationPayload;
    /// The result of `deleteOrganizationAsStaff`.
    DeleteOrganizationAsStaffPayload;
    /// The result of `restoreOrganizationAsStaff`.
    RestoreOrganizationAsStaffPayload;
}

/// A malformed id is the id of nothing.
fn parsed(id: &ID) -> OrganizationId {
    id.parse().unwrap_or(OrganizationId::NOTHING)
}

/// The organization after an act, or why it was not done.
async fn settled<P: From<Settled<AdminOrganization>>>(
    acting: &Acting,
    done: domain::Result<contract::Organization>,
) -> Field<P> {
    let read = match done {
        Ok(after) => admin::organizations::get(acting.ctx(), &acting.actor(), after.id).await,
        Err(error) => Err(error),
    };
    let organization = read.map(|detail| AdminOrganization::from(&detail.row));
    Some(acting.settle(organization).map(P::from))
}

/// What staff do to organizations.
#[derive(Debug, Default)]
pub(in crate::graphql) struct StaffOrganizationMutations;

#[Object]
impl StaffOrganizationMutations {
    /// Sets tier, quota and seats. Fewer seats than are taken remove nobody, but keep others from joining. For staff. Refused:
    /// `STEP_UP_REQUIRED`, `NOT_FOUND`, `OUT_OF_RANGE`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn set_organization_plan(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What, and why.")] input: SetOrganizationPlanInput,
    ) -> Field<SetOrganizationPlanPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.organization_id));
        let plan = Plan {
            tier: input.tier.map(Into::into),
            quota_limit: input.quota_limit.map(|limit| limit.0),
            seats: match input.seats {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(seats) => Some(Some(seats)),
            },
        };
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = organizations::set_plan_of(acting.ctx(), &actor, id, plan, reason).await;
        settled(acting, done).await
    }

    /// Suspends an organization: its keys are refused at once (`ORGANIZATION_SUSPENDED`), and its members can do nothing but leave.
    /// Nothing is deleted, and its owners are told. For staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `REQUIRED`, `TOO_LONG`,
    /// `INVALID_CHARACTERS`.
    async fn suspend_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: SuspendOrganizationInput,
    ) -> Field<SuspendOrganizationPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.organization_id));
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = organizations::suspend(acting.ctx(), &actor, id, reason).await;
        settled(acting, done).await
    }

    /// Lifts the suspension of an organization: everything works again as before. For staff. Refused: `STEP_UP_REQUIRED`,
    /// `NOT_FOUND`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn unsuspend_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: UnsuspendOrganizationInput,
    ) -> Field<UnsuspendOrganizationPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.organization_id));
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = organizations::unsuspend(acting.ctx(), &actor, id, reason).await;
        settled(acting, done).await
    }

    /// Deletes an organization as an owner would; for 30 days any owner can restore it. For staff. Refused: `STEP_UP_REQUIRED`,
    /// `NOT_FOUND`, `PENDING_DELETION`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn delete_organization_as_staff(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: DeleteOrganizationAsStaffInput,
    ) -> Field<DeleteOrganizationAsStaffPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.organization_id));
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = organizations::delete_as_staff(acting.ctx(), &actor, id, reason).await;
        settled(acting, done).await
    }

    /// Undoes the deletion of an organization. For staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `NOT_PENDING_DELETION`,
    /// `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn restore_organization_as_staff(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RestoreOrganizationAsStaffInput,
    ) -> Field<RestoreOrganizationAsStaffPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.organization_id));
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = organizations::restore_as_staff(acting.ctx(), &actor, id, reason).await;
        settled(acting, done).await
    }
}
