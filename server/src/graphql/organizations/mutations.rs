//! Changes to organizations as such.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use contract::{MembershipId, OrganizationId, organizations as input};
use domain::{InOrg, members, organizations};

use super::Organization;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
};

/// The organization to create.
#[derive(Debug, InputObject)]
struct CreateOrganizationInput {
    /// One line of at most 80 characters.
    name: String,
    /// 2 to 39 letters a–z and digits, with single hyphens between them. If left out, it is derived from the name.
    slug: Option<String>,
}

/// What to change. A field that is left out, or null, stays the same.
#[derive(Debug, InputObject)]
struct UpdateOrganizationInput {
    /// Which one.
    organization_id: ID,
    /// One line of at most 80 characters.
    name: Option<String>,
    /// As in `createOrganization`. The previous one redirects, and nobody else can take it for 90 days.
    slug: Option<String>,
}

/// Which organization, and the confirmation that it is meant.
#[derive(Debug, InputObject)]
struct DeleteOrganizationInput {
    /// Which one.
    organization_id: ID,
    /// Its slug.
    slug: String,
}

/// Which organization.
#[derive(Debug, InputObject)]
struct RestoreOrganizationInput {
    /// Which one.
    organization_id: ID,
}

/// Which organization.
#[derive(Debug, InputObject)]
struct LeaveOrganizationInput {
    /// Which one.
    organization_id: ID,
}

/// Which organization, and the new primary owner.
#[derive(Debug, InputObject)]
struct TransferOwnershipInput {
    /// Which one.
    organization_id: ID,
    /// The id of a `Membership` in it, of somebody who can sign in.
    member_id: ID,
}

/// Which organization, and from when.
#[derive(Debug, InputObject)]
struct RequireSecondFactorInput {
    /// Which one.
    organization_id: ID,
    /// Days that members without a second factor are given to set one up: a whole number from 0, for immediately, to 90. A week
    /// by default.
    grace_days: Option<i64>,
}

/// Which organization.
#[derive(Debug, InputObject)]
struct LiftSecondFactorInput {
    /// Which one.
    organization_id: ID,
}

/// Payloads that give the organization after the change.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, SimpleObject)]
            struct $name {
                /// The organization after the change; null when something was refused, in which case nothing has changed.
                organization: Option<Organization>,
                /// What was refused, and why; empty on success.
                user_errors: Vec<UserError>,
            }

            impl From<Settled<InOrg>> for $name {
                fn from(Settled { made, user_errors }: Settled<InOrg>) -> Self {
                    Self { organization: made.map(Organization::from), user_errors }
                }
            }
        )*
    };
}

payloads! {
    /// The result of `createOrganization`.
    CreateOrganizationPayload;
    /// The result of `updateOrganization`.
    UpdateOrganizationPayload;
    /// The result of `deleteOrganization`.
    DeleteOrganizationPayload;
    /// The result of `restoreOrganization`.
    RestoreOrganizationPayload;
    /// The result of `transferOwnership`.
    TransferOwnershipPayload;
    /// The result of `requireSecondFactor`.
    RequireSecondFactorPayload;
    /// The result of `liftSecondFactor`.
    LiftSecondFactorPayload;
}

/// The result of `leaveOrganization`.
#[derive(Debug, SimpleObject)]
struct LeaveOrganizationPayload {
    /// The organization that the caller has left; null when something was refused.
    organization_id: Option<ID>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// A malformed id is the id of nothing.
fn parsed(id: &ID) -> OrganizationId {
    id.parse().unwrap_or(OrganizationId::NOTHING)
}

/// Changes to organizations.
#[derive(Debug, Default)]
pub(in crate::graphql) struct OrganizationMutations;

#[Object]
impl OrganizationMutations {
    /// Creates an organization whose only member and primary owner is the caller. For signed-in people. Refused: `REQUIRED`,
    /// `TOO_LONG`, `INVALID_CHARACTERS`, `INVALID_SLUG`, `SLUG_RESERVED`, `SLUG_TAKEN`, `RATE_LIMITED`.
    async fn create_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to call it.")] input: CreateOrganizationInput,
    ) -> Field<CreateOrganizationPayload> {
        let acting = Acting::of(context);
        let input = input::CreateOrganization {
            name: input.name,
            slug: input.slug.unwrap_or_default(),
        };
        let done = organizations::create(acting.ctx(), &acting.actor(), input).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Changes name and slug. For admins and owners; the slug for owners who have given their password in the last ten minutes.
    /// Refused: `NOT_FOUND`, `STEP_UP_REQUIRED`, `PENDING_DELETION`, and what `createOrganization` refuses in a name and a
    /// slug.
    async fn update_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateOrganizationInput,
    ) -> Field<UpdateOrganizationPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let input = input::UpdateOrganization {
            name: input.name,
            slug: input.slug,
        };
        let done = organizations::update(acting.ctx(), &acting.actor(), id, input).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Deletes an organization: from now on it can only be read, its open invitations end, and in 30 days it is deleted for
    /// good. For owners who have given their password in the last ten minutes; all owners are told by e-mail. Refused:
    /// `NOT_FOUND`, `STEP_UP_REQUIRED`, `CONFIRMATION_WRONG`, `PENDING_DELETION`.
    async fn delete_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and the confirmation that it is meant.")]
        input: DeleteOrganizationInput,
    ) -> Field<DeleteOrganizationPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let done = organizations::delete(acting.ctx(), &acting.actor(), id, &input.slug).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Undoes a deletion. For owners; all are told by e-mail. Invitations that ended stay ended. Refused: `NOT_FOUND`,
    /// `NOT_PENDING_DELETION`.
    async fn restore_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RestoreOrganizationInput,
    ) -> Field<RestoreOrganizationPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let done = organizations::restore(acting.ctx(), &acting.actor(), id).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Ends the caller's own membership. For members. Refused: `NOT_FOUND`, `LAST_OWNER`, `PENDING_DELETION`.
    async fn leave_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: LeaveOrganizationInput,
    ) -> Field<LeaveOrganizationPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let done = members::leave(acting.ctx(), &acting.actor(), id).await;
        let payload = |Settled { made, user_errors }| LeaveOrganizationPayload {
            organization_id: made.map(|()| input.organization_id),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Makes another member the primary owner; the previous one stays an owner. For owners who have given their password in the
    /// last ten minutes; both are told by e-mail. Refused: `NOT_FOUND`, `STEP_UP_REQUIRED`, `ALREADY_OWNER`, `MEMBER_INACTIVE`,
    /// `PENDING_DELETION`.
    async fn transfer_ownership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and the new primary owner.")] input: TransferOwnershipInput,
    ) -> Field<TransferOwnershipPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let heir = input.member_id.parse().unwrap_or(MembershipId::NOTHING);
        let done = organizations::transfer(acting.ctx(), &acting.actor(), id, heir).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Asks every member for a second factor, starting at a certain time; also used to change that time. Members who lack one are
    /// told by e-mail, and kept out from then on until they have set one up; they stay members. For owners who have one themselves
    /// and have proved who they are in the last ten minutes. Refused: `NOT_FOUND`, `OUT_OF_RANGE`, `STEP_UP_REQUIRED`,
    /// `SECOND_FACTOR_MISSING`, `PENDING_DELETION`, `RATE_LIMITED`.
    async fn require_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which organization, and from when.")] input: RequireSecondFactorInput,
    ) -> Field<RequireSecondFactorPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let days = input.grace_days.unwrap_or(input::USUAL_GRACE_DAYS);
        let done =
            organizations::require_second_factor(acting.ctx(), &acting.actor(), id, days).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Stops asking for a second factor; whoever was kept out is let in at once. For owners who have proved who they are in the
    /// last ten minutes. Refused: `NOT_FOUND`, `STEP_UP_REQUIRED`, `PENDING_DELETION`.
    async fn lift_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: LiftSecondFactorInput,
    ) -> Field<LiftSecondFactorPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let done = organizations::lift_second_factor(acting.ctx(), &acting.actor(), id).await;
        Some(acting.settle(done).map(Into::into))
    }
}
