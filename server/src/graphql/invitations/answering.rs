//! What those who are invited do.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use contract::{InvitationId, OrganizationId, invitations::JoinAsNew};
use domain::{
    Actor, accounts,
    actor::SignedIn,
    invitations::{self, Joined},
    organizations,
    sessions::{Client, Opened},
};

use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    organizations::{Organization, entered},
    scalars::{DateTime, Secret},
    sessions::owner,
    users::User,
};

/// Which invitation, by id or secret; if both are given, the secret counts.
#[derive(Debug, InputObject)]
struct AcceptInvitationInput {
    /// Its id, as `User.invitations` and `invitation` give it.
    invitation_id: Option<ID>,
    /// The value of `token=` in its link.
    token: Option<Secret>,
}

/// Which invitation, by id or secret; if both are given, the secret counts.
#[derive(Debug, InputObject)]
struct DeclineInvitationInput {
    /// Its id, as `User.invitations` and `invitation` give it.
    invitation_id: Option<ID>,
    /// The value of `token=` in its link.
    token: Option<Secret>,
}

/// Which invitation.
#[derive(Debug, InputObject)]
struct RequestNewInvitationInput {
    /// The value of `token=` in its link.
    token: Secret,
}

/// The secret of an invitation, and the account to create with it.
#[derive(Debug, InputObject)]
struct JoinByInvitationInput {
    /// The value of `token=` in its link.
    token: Secret,
    /// The person's name: one line of at most 100 characters. May be left out.
    name: Option<String>,
    /// The same rules as at sign-up; not based on the organization's name either.
    password: Secret,
}

/// The result of `acceptInvitation`.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
struct AcceptInvitationPayload {
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    organization_id: Option<OrganizationId>,
}

#[ComplexObject]
impl AcceptInvitationPayload {
    /// The organization that the caller is a member of now. Null, with `SECOND_FACTOR_REQUIRED`, where a second factor is to be
    /// set up first.
    async fn organization(&self, context: &Context<'_>) -> Field<Organization> {
        let entered = entered(context, self.organization_id?).await;
        entered.transpose()
    }
}

/// The result of `declineInvitation`.
#[derive(Debug, SimpleObject)]
struct DeclineInvitationPayload {
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `requestNewInvitation`.
#[derive(Debug, SimpleObject)]
struct RequestNewInvitationPayload {
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `joinByInvitation`: a session and an organization, or an e-mail to be read first.
#[derive(Debug, Default, SimpleObject)]
#[graphql(complex)]
struct JoinByInvitationPayload {
    /// The session's secret, to be sent as `Authorization: Bearer …`. Shown here once.
    token: Option<String>,
    /// When the session ends, however much it is used. If it is not used for 30 days, it ends earlier.
    expires_at: Option<DateTime>,
    /// The address that an e-mail was sent to, for a copied link: nobody has joined yet. Open the link in the e-mail, sign in,
    /// and accept.
    inbox_to_check: Option<String>,
    /// What was refused, and why; empty on success.
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

/// A malformed id is the id of nothing, and so is one that was not said.
fn parsed(id: Option<&ID>) -> InvitationId {
    id.and_then(|id| id.parse().ok())
        .unwrap_or(InvitationId::NOTHING)
}

/// Changes by those who are invited.
#[derive(Debug, Default)]
pub(in crate::graphql) struct AnswerMutations;

#[Object]
impl AnswerMutations {
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
            (None, id) => invitations::accept(ctx, &actor, parsed(id.as_ref())).await,
        };
        let payload = |Settled { made, user_errors }: Settled<contract::Organization>| {
            AcceptInvitationPayload {
                organization_id: made.map(|organization| organization.id),
                user_errors,
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Declines an invitation; whoever invited is told by e-mail. For whoever has the secret of the e-mail, and for signed-in
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
            (None, id) => invitations::decline(ctx, &actor, parsed(id.as_ref())).await,
        };
        let payload = |settled: Settled<()>| DeclineInvitationPayload {
            user_errors: settled.user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Asks whoever invited, by e-mail, to send an expired invitation again; for one that still waits for an answer nothing is
    /// sent. Open to everybody who has its secret, once a day. Refused: `INVITATION_INVALID`, `INVITATION_SETTLED`,
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

    /// Creates an account with the invited address and accepts, for a program; never sets a cookie. Open to everybody who has
    /// the secret. With a copied link, the address first has to be confirmed by an e-mail. Refused: `INVITATION_INVALID`,
    /// `INVITATION_EXPIRED`, `INVITATION_SETTLED`, `INVITATION_HAS_ACCOUNT`, `INVITER_LEFT`, `NO_SEATS_LEFT`,
    /// `PENDING_DELETION`, `SIGN_UP_CLOSED`, `RATE_LIMITED`, and what `signUp` refuses in a name and a password.
    async fn join_by_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret, and the new person.")] input: JoinByInvitationInput,
    ) -> Field<JoinByInvitationPayload> {
        let acting = Acting::of(context);
        let person = JoinAsNew {
            name: input.name.unwrap_or_default(),
            password: input.password.into(),
        };
        let token = input.token.expose();
        let done = invitations::join(acting.ctx(), token, person, Client::Program).await;
        Some(acting.settle(done).map(Into::into))
    }
}
