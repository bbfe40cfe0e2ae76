//! What those who invite do.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use contract::{
    InvitationId, OrganizationId,
    invitations::{self as input, Invited},
};
use domain::invitations;

use super::Invitation;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    members::Role,
};

/// Who is invited, where, and as what.
#[derive(Debug, InputObject)]
struct InviteMembersInput {
    /// Where.
    organization_id: ID,
    /// Addresses, at most 20; duplicates count once. One text can contain several, separated by spaces, commas or semicolons.
    emails: Vec<String>,
    /// At most the caller's own.
    #[graphql(default_with = "Role::Member")]
    role: Role,
    /// A message for the e-mail: at most 500 characters; line breaks become spaces.
    message: Option<String>,
    /// How long it can be accepted: 1 to 30 days; 7 by default.
    days: Option<i64>,
}

/// Which invitation.
#[derive(Debug, InputObject)]
struct ResendInvitationInput {
    /// Which one.
    invitation_id: ID,
}

/// Which invitation.
#[derive(Debug, InputObject)]
struct RevokeInvitationInput {
    /// Which one.
    invitation_id: ID,
}

/// Which invitation.
#[derive(Debug, InputObject)]
struct CopyInvitationLinkInput {
    /// Which one.
    invitation_id: ID,
}

/// The result for one address.
#[derive(Debug, SimpleObject)]
struct InviteResult {
    /// The address as it was given.
    email: String,
    /// The invitation; null when there is none.
    invitation: Option<Invitation>,
    /// Why there is none: `INVALID_EMAIL`, `INVITED_SELF`, `ALREADY_MEMBER`, `ALREADY_INVITED`, `NO_SEATS_LEFT`,
    /// `RATE_LIMITED`.
    user_error: Option<UserError>,
}

impl From<Invited> for InviteResult {
    fn from(Invited { email, result }: Invited) -> Self {
        let (invitation, user_error) = match result {
            Ok(made) => (Some(Invitation::from(&made)), None),
            Err(problem) => (None, Some(UserError::from(problem))),
        };
        Self {
            email,
            invitation,
            user_error,
        }
    }
}

/// The result of `inviteMembers`.
#[derive(Debug, SimpleObject)]
struct InviteMembersPayload {
    /// The result for each address, in the order in which they were given; null when everything was refused, in which case
    /// nobody was invited.
    results: Option<Vec<InviteResult>>,
    /// What was refused as a whole, and why.
    user_errors: Vec<UserError>,
}

/// The result of `resendInvitation`.
#[derive(Debug, SimpleObject)]
struct ResendInvitationPayload {
    /// The invitation after the change; null when something was refused, in which case nothing has changed.
    invitation: Option<Invitation>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `revokeInvitation`.
#[derive(Debug, SimpleObject)]
struct RevokeInvitationPayload {
    /// The invitation after the change; null when something was refused, in which case nothing has changed.
    invitation: Option<Invitation>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `copyInvitationLink`.
#[derive(Debug, SimpleObject)]
struct CopyInvitationLinkPayload {
    /// The link, shown here once; one that was copied before no longer works. It does not verify an address: a new person
    /// confirms theirs by e-mail before joining.
    url: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// A malformed id is the id of nothing.
fn parsed(id: &ID) -> InvitationId {
    id.parse().unwrap_or(InvitationId::NOTHING)
}

/// Changes by those who invite.
#[derive(Debug, Default)]
pub(in crate::graphql) struct InvitationMutations;

#[Object]
impl InvitationMutations {
    /// Invites people by e-mail, with or without an account; each address is answered separately. For admins and owners. Refused
    /// as a whole: `NOT_FOUND`, `REQUIRED`, `TOO_MANY_ADDRESSES`, `ROLE_TOO_HIGH`, `TOO_LONG`, `INVALID_CHARACTERS`,
    /// `INVALID_EXPIRY`, `PENDING_DELETION`.
    async fn invite_members(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is invited, where, and as what.")] input: InviteMembersInput,
    ) -> Field<InviteMembersPayload> {
        let acting = Acting::of(context);
        let id = input
            .organization_id
            .parse()
            .unwrap_or(OrganizationId::NOTHING);
        let input = input::InviteMembers {
            emails: input.emails.join("\n"),
            role: contract::Role::from(input.role).as_str().to_owned(),
            message: input.message.unwrap_or_default(),
            days: input.days,
        };
        let done = invitations::send(acting.ctx(), &acting.actor(), id, input).await;
        let payload = |Settled { made, user_errors }: Settled<Vec<Invited>>| InviteMembersPayload {
            results: made.map(|all| all.into_iter().map(InviteResult::from).collect()),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Sends the e-mail of an invitation again: every older link of it stops working, its time is extended, never shortened,
    /// and an expired one is open again. Whoever sends it becomes the inviter. For admins and owners. Refused: `NOT_FOUND`,
    /// `ROLE_TOO_HIGH`, `INVITATION_SETTLED`, `NO_SEATS_LEFT`, `PENDING_DELETION`, `RATE_LIMITED`.
    async fn resend_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ResendInvitationInput,
    ) -> Field<ResendInvitationPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.invitation_id);
        let done = invitations::resend(acting.ctx(), &acting.actor(), id).await;
        let payload = |Settled { made, user_errors }: Settled<_>| ResendInvitationPayload {
            invitation: made.as_ref().map(Invitation::from),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Revokes an unanswered invitation. For admins and owners. Refused: `NOT_FOUND`, `ROLE_TOO_HIGH`, `INVITATION_SETTLED`,
    /// `PENDING_DELETION`.
    async fn revoke_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RevokeInvitationInput,
    ) -> Field<RevokeInvitationPayload> {
        let acting = Acting::of(context);
        let (ctx, actor, id) = (acting.ctx(), acting.actor(), parsed(&input.invitation_id));
        let done = async {
            invitations::revoke(ctx, &actor, id).await?;
            invitations::get(ctx, &actor, id).await
        };
        let payload = |Settled { made, user_errors }: Settled<_>| RevokeInvitationPayload {
            invitation: made.as_ref().map(Invitation::from),
            user_errors,
        };
        Some(acting.settle(done.await).map(payload))
    }

    /// Returns a link to pass on by other means than our e-mail. For admins and owners. Refused: `NOT_FOUND`, `ROLE_TOO_HIGH`,
    /// `INVITATION_SETTLED`, `INVITATION_EXPIRED`, `PENDING_DELETION`.
    async fn copy_invitation_link(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CopyInvitationLinkInput,
    ) -> Field<CopyInvitationLinkPayload> {
        let acting = Acting::of(context);
        let id = parsed(&input.invitation_id);
        let done = invitations::copy_link(acting.ctx(), &acting.actor(), id).await;
        let payload = |Settled { made, user_errors }| CopyInvitationLinkPayload {
            url: made,
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }
}
