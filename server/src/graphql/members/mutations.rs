//! Changes to who is in an organization.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use contract::MembershipId;
use domain::members;

use super::{Membership, Role};
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
};

/// Whose role, and which.
#[derive(Debug, InputObject)]
struct ChangeMemberRoleInput {
    /// The id of a `Membership`.
    member_id: ID,
    /// At most the caller's own.
    role: Role,
}

/// Whom to remove.
#[derive(Debug, InputObject)]
struct RemoveMemberInput {
    /// The id of a `Membership`.
    member_id: ID,
}

/// The result of `changeMemberRole`.
#[derive(Debug, SimpleObject)]
struct ChangeMemberRolePayload {
    /// The membership after the change; null when something was refused, in which case nothing has changed.
    membership: Option<Membership>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `removeMember`.
#[derive(Debug, SimpleObject)]
struct RemoveMemberPayload {
    /// The id of the removed membership; null when something was refused.
    member_id: Option<ID>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// A malformed id is the id of nothing.
fn parsed(id: &ID) -> MembershipId {
    id.parse().unwrap_or(MembershipId::NOTHING)
}

/// Changes to members.
#[derive(Debug, Default)]
pub(in crate::graphql) struct MemberMutations;

#[Object]
impl MemberMutations {
    /// Gives a member another role, up to one's own; the member is told by e-mail. For admins and owners, of members up to
    /// their own role; anybody can lower themselves. Refused: `NOT_FOUND`, `ROLE_TOO_HIGH`, `MEMBER_ABOVE`, `LAST_OWNER`,
    /// `PENDING_DELETION`.
    async fn change_member_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose role, and which.")] input: ChangeMemberRoleInput,
    ) -> Field<ChangeMemberRolePayload> {
        let acting = Acting::of(context);
        let (id, role) = (parsed(&input.member_id), input.role.into());
        let done = members::change_role(acting.ctx(), &acting.actor(), id, role).await;
        let payload = |Settled { made, user_errors }: Settled<_>| ChangeMemberRolePayload {
            membership: made.as_ref().map(Membership::from),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Removes a member from the organization, starting with their next request, and tells them by e-mail. For admins and
    /// owners, of members up to their own role; removing oneself is leaving. Refused: `NOT_FOUND`, `MEMBER_ABOVE`,
    /// `LAST_OWNER`, `PENDING_DELETION`.
    async fn remove_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom to remove.")] input: RemoveMemberInput,
    ) -> Field<RemoveMemberPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.member_id);
        let done = members::remove(acting.ctx(), &acting.actor(), id).await;
        let payload = |Settled { made, user_errors }| RemoveMemberPayload {
            member_id: made.map(|()| input.member_id),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }
}
