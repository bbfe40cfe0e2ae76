//! Changes to invitations: by those who invite, and by those who are invited.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use contract::{
    InvitationId, OrganizationId,
    invitations::{self as input, Invited},
};
use domain::{
    Actor, Result, accounts,
    actor::SignedIn,
    invitations::{self, Joined},
    organizations,
    sessions::{Client, Opened},
};

use super::Invitation;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    loaders::Loads,
    members::Role,
    organizations::Organization,
    scalars::{DateTime, Secret},
    sessions::owner,
    users::User,
};

/// Who is invited, where, and as what.
#[derive(Debug, InputObject)]
struct InviteMembersInput {
    /// Where.
    organization_id: ID,
    /// Addresses, at most 20; one of them twice counts once. Several may stand in one text, separated by spaces, commas or
    /// semicolons.
    emails: Vec<String>,
    /// At most the caller's own.
    #[graphql(default_with = "Role::Member")]
    role: Role,
    /// What stands in the letter: at most 500 characters; line breaks become spaces.
    message: Option<String>,
    /// How long it can be accepted: 1 to 30 days; 7 when nothing is said.
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

/// Which invitation, by either; the secret counts where both are given.
#[derive(Debug, InputObject)]
struct AcceptInvitationInput {
    /// Its id, as `User.invitations` and `invitation` give it.
    invitation_id: Option<ID>,
    /// What stands behind `token=` in its link.
    token: Option<Secret>,
}

/// Which invitation, by either; the secret counts where both are given.
#[derive(Debug, InputObject)]
struct DeclineInvitationInput {
    /// Its id, as `User.invitations` and `invitation` give it.
    invitation_id: Option<ID>,
    /// What stands behind `token=` in its link.
    token: Option<Secret>,
}

/// Which invitation.
#[derive(Debug, InputObject)]
struct RequestNewInvitationInput {
    /// What stands behind `token=` in its link.
    token: Secret,
}

/// The secret of an invitation, and what is typed to get an account by it.
#[derive(Debug, InputObject)]
struct JoinByInvitationInput {
    /// What stands behind `token=` in its link.
    token: Secret,
    /// How the person is called: one line of at most 100 characters. May be left out.
    name: Option<String>,
    /// The same rules as at sign-up; not made of the organization's name either.
    password: Secret,
}

/// What became of one address.
#[derive(Debug, SimpleObject)]
struct InviteResult {
    /// The address as it was typed.
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

/// What came of `inviteMembers`.
#[derive(Debug, SimpleObject)]
struct InviteMembersPayload {
    /// What became of each address, in the order in which they were typed; null when all was refused, and nobody was invited
    /// then.
    results: Option<Vec<InviteResult>>,
    /// What was refused of the whole, and why.
    user_errors: Vec<UserError>,
}

/// What came of `resendInvitation`.
#[derive(Debug, SimpleObject)]
struct ResendInvitationPayload {
    /// The invitation after the change; null when something was refused, and nothing has changed then.
    invitation: Option<Invitation>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `revokeInvitation`.
#[derive(Debug, SimpleObject)]
struct RevokeInvitationPayload {
    /// The invitation after the change; null when something was refused, and nothing has changed then.
    invitation: Option<Invitation>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `copyInvitationLink`.
#[derive(Debug, SimpleObject)]
struct CopyInvitationLinkPayload {
    /// The link, shown here once; one that was copied before is dead. It proves no address: a new person confirms theirs by
    /// mail before joining.
    url: Option<String>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `acceptInvitation`.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
struct AcceptInvitationPayload {
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    organization_id: Option<OrganizationId>,
}

#[ComplexObject]
impl AcceptInvitationPayload {
    /// The organization that the caller is a member of now.
    async fn organization(&self, context: &Context<'_>) -> Field<Organization> {
        let loads = context.data_unchecked::<Loads>();
        loads.load_one(self.organization_id?).await.transpose()
    }
}

/// What came of `declineInvitation`.
#[derive(Debug, SimpleObject)]
struct DeclineInvitationPayload {
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `requestNewInvitation`.
#[derive(Debug, SimpleObject)]
struct RequestNewInvitationPayload {
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of `joinByInvitation`: a session and an organization, or a letter to be read first.
#[derive(Debug, Default, SimpleObject)]
#[graphql(complex)]
struct JoinByInvitationPayload {
    /// The session's secret, to be sent as `Authorization: Bearer …`. Shown here once.
    token: Option<String>,
    /// When the session ends, however much it is used. Unused for 30 days, it ends before.
    expires_at: Option<DateTime>,
    /// The address that a letter went to, for a copied link: nobody has joined yet. Open the letter's link, sign in, and accept.
    inbox_to_check: Option<String>,
    /// What was refused, and why; empty when it was done.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    joined: Option<(SignedIn, OrganizationId)>,
}

#[ComplexObject]
impl JoinByInvitationPayload {
    /// Who has joined.
    async fn user(&self, context: &Context<'_>) -> Field<User> {
        let acting = Acting::of(context);
        let (person, _) = self.joined.clone()?;
        let id = person.user_id;
        let found = accounts::get(acting.ctx(), &Actor::User(person), id).await;
        Some(found.map(User::from).map_err(|error| acting.error(&error)))
    }

    /// The organization that the person is a member of now.
    async fn organization(&self, context: &Context<'_>) -> Field<Organization> {
        let acting = Acting::of(context);
        let (person, id) = self.joined.clone()?;
        let found = organizations::enter_by_id(acting.ctx(), &Actor::User(person), id).await;
        let found = found.map(Organization::from);
        Some(found.map_err(|error| acting.error(&error)))
    }
}

impl From<Settled<Joined>> for JoinByInvitationPayload {
    fn from(Settled { made, user_errors }: Settled<Joined>) -> Self {
        match made {
            None => Self {
                user_errors,
                ..Self::default()
            },
            Some(Joined::CheckInbox(email)) => Self {
                inbox_to_check: Some(email),
                ..Self::default()
            },
            Some(Joined::In(organization, opened)) => Self::of(&organization, &opened),
        }
    }
}

impl JoinByInvitationPayload {
    fn of(organization: &contract::Organization, opened: &Opened) -> Self {
        Self {
            token: Some(opened.token.expose().to_owned()),
            expires_at: Some(opened.session.expires_at.into()),
            joined: Some((owner(opened), organization.id)),
            ..Self::default()
        }
    }
}

/// A malformed id is the id of nothing.
fn parsed(id: &ID) -> InvitationId {
    id.parse().unwrap_or(InvitationId::NOTHING)
}

/// Changes to invitations.
#[derive(Debug, Default)]
pub(in crate::graphql) struct InvitationMutations;

#[Object]
impl InvitationMutations {
    /// Invites people by mail, known and unknown alike; each address is answered for itself. For admins and owners. Refused as a
    /// whole: `NOT_FOUND`, `REQUIRED`, `TOO_MANY_ADDRESSES`, `ROLE_TOO_HIGH`, `TOO_LONG`, `INVALID_CHARACTERS`,
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

    /// Sends an invitation's letter again: every older link of it dies, its time is prolonged, never shortened, and an expired
    /// one is open again. Whoever sends it is the inviter. For admins and owners. Refused: `NOT_FOUND`, `ROLE_TOO_HIGH`,
    /// `INVITATION_SETTLED`, `NO_SEATS_LEFT`, `PENDING_DELETION`, `RATE_LIMITED`.
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

    /// Takes an unanswered invitation back. For admins and owners. Refused: `NOT_FOUND`, `ROLE_TOO_HIGH`,
    /// `INVITATION_SETTLED`, `PENDING_DELETION`.
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

    /// Gives a link to hand over by other means than our mail. For admins and owners. Refused: `NOT_FOUND`, `ROLE_TOO_HIGH`,
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

    /// Joins the organization of an invitation. For signed-in people whose verified address was invited. Refused: `NOT_FOUND`,
    /// `INVITATION_INVALID`, `INVITATION_FOR_OTHER`, `INVITATION_EXPIRED`, `INVITATION_SETTLED`, `INVITER_LEFT`,
    /// `ALREADY_MEMBER`, `NO_SEATS_LEFT`, `PENDING_DELETION`, `RATE_LIMITED`.
    async fn accept_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: AcceptInvitationInput,
    ) -> Field<AcceptInvitationPayload> {
        let acting = Acting::of(context);
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let done = match (&input.token, &input.invitation_id) {
            (Some(token), _) => invitations::accept_by_token(ctx, &actor, token.expose()).await,
            (None, id) => invitations::accept(ctx, &actor, chosen(id.as_ref())).await,
        };
        let payload = |Settled { made, user_errors }: Settled<contract::Organization>| {
            AcceptInvitationPayload {
                organization_id: made.map(|organization| organization.id),
                user_errors,
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Says no to an invitation; whoever invited is told by mail. For whoever has the secret of the letter, and for signed-in
    /// people whose verified address was invited. Refused: `NOT_FOUND`, `INVITATION_INVALID`, `INVITATION_FOR_OTHER`,
    /// `INVITATION_EXPIRED`, `INVITATION_SETTLED`, `RATE_LIMITED`.
    async fn decline_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: DeclineInvitationInput,
    ) -> Field<DeclineInvitationPayload> {
        let acting = Acting::of(context);
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let done = match (&input.token, &input.invitation_id) {
            (Some(token), _) => invitations::decline_by_token(ctx, &actor, token.expose()).await,
            (None, id) => invitations::decline(ctx, &actor, chosen(id.as_ref())).await,
        };
        let payload = |settled: Settled<()>| DeclineInvitationPayload {
            user_errors: settled.user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Asks whoever invited, by mail, to send an expired invitation again; one that waits for an answer needs none, and nothing
    /// is sent. Open to everybody who has its secret, once a day. Refused: `INVITATION_INVALID`, `INVITATION_SETTLED`,
    /// `RATE_LIMITED`.
    async fn request_new_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RequestNewInvitationInput,
    ) -> Field<RequestNewInvitationPayload> {
        let acting = Acting::of(context);
        let token = input.token.expose();
        let done = invitations::ask_again(acting.ctx(), &acting.actor(), token).await;
        let payload = |settled: Settled<()>| RequestNewInvitationPayload {
            user_errors: settled.user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Makes an account with the invited address and accepts, for a program; never sets a cookie. Open to everybody who has the
    /// secret. With a copied link the address is to be confirmed first, by a letter. Refused: `INVITATION_INVALID`,
    /// `INVITATION_EXPIRED`, `INVITATION_SETTLED`, `INVITATION_HAS_ACCOUNT`, `INVITER_LEFT`, `NO_SEATS_LEFT`,
    /// `PENDING_DELETION`, `SIGN_UP_CLOSED`, `RATE_LIMITED`, and what `signUp` refuses of a name and a password.
    async fn join_by_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret, and who has it.")] input: JoinByInvitationInput,
    ) -> Field<JoinByInvitationPayload> {
        let acting = Acting::of(context);
        let person = input::JoinAsNew {
            name: input.name.unwrap_or_default(),
            password: input.password.into(),
        };
        let token = input.token.expose();
        let done: Result<Joined> =
            invitations::join(acting.ctx(), token, person, Client::Program).await;
        Some(acting.settle(done).map(Into::into))
    }
}

/// What was not said stands for nothing.
fn chosen(id: Option<&ID>) -> InvitationId {
    id.map_or(InvitationId::NOTHING, parsed)
}
