//! Changes to organizations as such.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use contract::{MembershipId, OrganizationId, organizations as input};
use domain::{InOrg, members, organizations};

use super::Organization;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
};

/// What is typed to make an organization.
#[derive(Debug, InputObject)]
struct CreateOrganizationInput {
    /// One line of at most 80 characters.
    name: String,
    /// 2 to 39 letters a–z and digits, with single hyphens between them. Left out, it is made of the name.
    slug: Option<String>,
}

/// What is to be changed. A field that is left out, or null, stays as it is.
#[derive(Debug, InputObject)]
struct UpdateOrganizationInput {
    /// Which one.
    organization_id: ID,
    /// One line of at most 80 characters.
    name: Option<String>,
    /// As in `createOrganization`. The one before it redirects and is kept from others for 90 days.
    slug: Option<String>,
}

/// Which organization, and the proof that it is meant.
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

/// Which organization, and who is to have it.
#[derive(Debug, InputObject)]
struct TransferOwnershipInput {
    /// Which one.
    organization_id: ID,
    /// The id of a `Membership` in it, of somebody who can sign in.
    member_id: ID,
}

/// Of which organization, and when.
#[derive(Debug, InputObject)]
struct RequireSecondFactorInput {
    /// Which one.
    organization_id: ID,
    /// Days that members without a second factor are given to set one up: a whole number from 0, for at once, to 90. A week when
    /// nothing is said.
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
                /// The organization after the change; null when something was refused, and nothing has changed then.
                organization: Option<Organization>,
                /// What was refused, and why; empty when it was done.
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
    /// What came of `createOrganization`.
    CreateOrganizationPayload;
    /// What came of `updateOrganization`.
    UpdateOrganizationPayload;
    /// What came of `deleteOrganization`.
    DeleteOrganizationPayload;
    /// What came of `restoreOrganization`.
    RestoreOrganizationPayload;
    /// What came of `transferOwnership`.
    TransferOwnershipPayload;
    /// What came of `requireSecondFactor`.
    RequireSecondFactorPayload;
    /// What came of `liftSecondFactor`.
    LiftSecondFactorPayload;
}

/// What came of `leaveOrganization`.
#[derive(Debug, SimpleObject)]
struct LeaveOrganizationPayload {
    /// The organization that the caller is no member of any more; null when something was refused.
    organization_id: Option<ID>,
    /// What was refused, and why; empty when it was done.
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
    /// Makes an organization whose only member and primary owner is the caller. For signed-in people. Refused: `REQUIRED`,
    /// `TOO_LONG`, `INVALID_CHARACTERS`, `INVALID_SLUG`, `SLUG_RESERVED`, `SLUG_TAKEN`, `RATE_LIMITED`.
    async fn create_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How it is to be called.")] input: CreateOrganizationInput,
    ) -> Field<CreateOrganizationPayload> {
        let acting = Acting::of(context);
        let input = input::CreateOrganization {
            name: input.name,
            slug: input.slug.unwrap_or_default(),
        };
        let done = organizations::create(acting.ctx(), &acting.actor(), input).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Changes name and slug. For admins and owners; the slug for owners who have given their password within ten minutes.
    /// Refused: `NOT_FOUND`, `STEP_UP_REQUIRED`, `PENDING_DELETION`, and what `createOrganization` refuses of a name and a
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

    /// Deletes an organization: from now on it can only be read, its open invitations end, and in 30 days it goes for good. For
    /// owners who have given their password within ten minutes; all owners are told by mail. Refused: `NOT_FOUND`,
    /// `STEP_UP_REQUIRED`, `CONFIRMATION_WRONG`, `PENDING_DELETION`.
    async fn delete_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and the proof that it is meant.")]
        input: DeleteOrganizationInput,
    ) -> Field<DeleteOrganizationPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let done = organizations::delete(acting.ctx(), &acting.actor(), id, &input.slug).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Takes a deletion back. For owners; all are told by mail. Invitations that ended stay ended. Refused: `NOT_FOUND`,
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

    /// Makes another member the primary owner; whoever was it stays an owner. For owners who have given their password within
    /// ten minutes; both are told by mail. Refused: `NOT_FOUND`, `STEP_UP_REQUIRED`, `ALREADY_OWNER`, `MEMBER_INACTIVE`,
    /// `PENDING_DELETION`.
    async fn transfer_ownership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and who is to have it.")] input: TransferOwnershipInput,
    ) -> Field<TransferOwnershipPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let heir = input.member_id.parse().unwrap_or(MembershipId::NOTHING);
        let done = organizations::transfer(acting.ctx(), &acting.actor(), id, heir).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Asks every member for a second factor, from a moment on; also to set another moment. Members who lack one are told by mail,
    /// and kept out from then on until they have set one up; they stay members. For owners who have one themselves and have proved
    /// who they are within ten minutes. Refused: `NOT_FOUND`, `OUT_OF_RANGE`, `STEP_UP_REQUIRED`, `SECOND_FACTOR_MISSING`,
    /// `PENDING_DELETION`, `RATE_LIMITED`.
    async fn require_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which organization, and when.")] input: RequireSecondFactorInput,
    ) -> Field<RequireSecondFactorPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.organization_id);
        let days = input.grace_days.unwrap_or(input::USUAL_GRACE_DAYS);
        let done =
            organizations::require_second_factor(acting.ctx(), &acting.actor(), id, days).await;
        Some(acting.settle(done).map(Into::into))
    }

    /// Asks for no second factor any more; who was kept out is let in at once. For owners who have proved who they are within ten
    /// minutes. Refused: `NOT_FOUND`, `STEP_UP_REQUIRED`, `PENDING_DELETION`.
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
