//! What invitations are in the schema.

mod answering;
mod inviting;

use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use contract::{
    Code, InvitationId, OrganizationId,
    invitations::{self, OpenInvitation},
};

use super::{
    acting::Acting,
    errors::{Field, FieldError},
    members::Role,
    organizations::{self, Organization, picture_url},
    scalars::{DateTime, Secret},
};

pub(super) use answering::AnswerMutations;
pub(super) use inviting::InvitationMutations;

/// The state of an invitation.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "invitations::InvitationStatus")]
pub(super) enum InvitationStatus {
    /// It waits for an answer.
    Pending,
    /// It has expired; if it is sent again, it waits for an answer again.
    Expired,
    /// Whoever was invited is a member now.
    Accepted,
    /// Whoever was invited has declined.
    Declined,
    /// It was revoked, or its organization was deleted.
    Revoked,
}

/// An offer to an address to join an organization. Readable by whoever may invite there, and by whoever was invited while it
/// waits for an answer; to everybody else it does not exist. Only the e-mail contains its secret.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct Invitation {
    /// Begins with `inv_`, and never changes. It gives no access.
    pub(super) id: ID,
    /// Who is invited.
    email: String,
    /// The role that the person gets.
    role: Role,
    /// Its state.
    status: InvitationStatus,
    /// The name of whoever invites; null if that person no longer exists.
    invited_by: Option<String>,
    /// When it was created.
    created_at: DateTime,
    /// When the last e-mail was sent.
    sent_at: DateTime,
    /// Until when it can be accepted.
    expires_at: DateTime,
    #[graphql(skip)]
    place: Place,
}

/// Where an invitation leads to.
#[derive(Clone, Debug)]
enum Place {
    Held(Organization),
    Inside(OrganizationId),
    /// The caller is not in yet.
    Outside {
        name: String,
        logo: Option<String>,
    },
}

#[ComplexObject]
impl Invitation {
    /// The organization that it leads to; null for whoever is not a member there.
    async fn organization(&self, context: &Context<'_>) -> Field<Organization> {
        self.entered(context).await.transpose()
    }

    /// The organization's name.
    async fn organization_name(&self, context: &Context<'_>) -> Field<String> {
        if let Place::Outside { name, .. } = &self.place {
            return Some(Ok(name.clone()));
        }
        let name = |organization: Organization| organization.in_org().organization().name.clone();
        let found = self.entered(context).await;
        found.map(|found| found.map(name)).transpose()
    }

    /// The address of the organization's logo; null without one.
    async fn organization_logo_url(&self, context: &Context<'_>) -> Field<String> {
        let ctx = Acting::of(context).ctx();
        if let Place::Outside { logo, .. } = &self.place {
            return picture_url(ctx, logo.as_deref()).map(Ok);
        }
        let logo = |organization: Organization| {
            picture_url(ctx, organization.in_org().organization().logo.as_deref())
        };
        let found = self.entered(context).await;
        found.map(|found| found.and_then(logo)).transpose()
    }
}

fn named(inviter: &str) -> Option<String> {
    (!inviter.is_empty()).then(|| inviter.to_owned())
}

impl From<&invitations::Invitation> for Invitation {
    fn from(invitation: &invitations::Invitation) -> Self {
        Self {
            id: invitation.id.to_string().into(),
            email: invitation.email.clone(),
            role: invitation.role.into(),
            status: invitation.status.into(),
            invited_by: named(&invitation.invited_by),
            created_at: invitation.created_at.into(),
            sent_at: invitation.sent_at.into(),
            expires_at: invitation.expires_at.into(),
            place: Place::Inside(invitation.organization_id),
        }
    }
}

impl From<&OpenInvitation> for Invitation {
    fn from(open: &OpenInvitation) -> Self {
        Self {
            id: open.id.to_string().into(),
            email: open.email.clone(),
            role: open.role.into(),
            status: InvitationStatus::Pending,
            invited_by: named(&open.invited_by),
            created_at: open.created_at.into(),
            sent_at: open.sent_at.into(),
            expires_at: open.expires_at.into(),
            place: Place::Outside {
                name: open.organization_name.clone(),
                logo: open.logo.clone(),
            },
        }
    }
}

impl Invitation {
    /// One of an organization that is at hand.
    pub(super) fn within(
        organization: &Organization,
        invitation: &invitations::Invitation,
    ) -> Self {
        Self {
            place: Place::Held(organization.clone()),
            ..Self::from(invitation)
        }
    }

    async fn entered(&self, context: &Context<'_>) -> Result<Option<Organization>, FieldError> {
        match &self.place {
            Place::Held(organization) => Ok(Some(organization.clone())),
            Place::Inside(id) => organizations::entered(context, *id).await,
            Place::Outside { .. } => Ok(None),
        }
    }
}

/// What whoever has the secret of an invitation can see of it.
#[derive(Debug, SimpleObject)]
struct InvitationPreview {
    /// The invitation's id, with which whoever has its address can answer it.
    id: ID,
    /// The organization that it leads to.
    organization_name: String,
    /// The address of the organization's logo; null without one.
    organization_logo_url: Option<String>,
    /// The name of whoever invites; null if that person no longer exists.
    invited_by: Option<String>,
    /// Who is invited.
    email: String,
    /// The role that the person gets.
    role: Role,
    /// The message of whoever invites; may be empty.
    message: String,
    /// Its state.
    status: InvitationStatus,
    /// Until when it can be accepted.
    expires_at: DateTime,
    /// Whether the secret came by e-mail and so verifies the address; one that was copied from the list verifies nothing.
    proves_address: bool,
    /// Whether there is an account with the address, to sign in with; told only to whoever has the secret of the e-mail.
    has_account: bool,
}

impl InvitationPreview {
    fn of(preview: invitations::InvitationPreview, acting: &Acting) -> Self {
        Self {
            id: preview.id.to_string().into(),
            organization_name: preview.organization_name,
            organization_logo_url: picture_url(acting.ctx(), preview.logo.as_deref()),
            invited_by: named(&preview.invited_by),
            email: preview.email,
            role: preview.role.into(),
            message: preview.message,
            status: preview.status.into(),
            expires_at: preview.expires_at.into(),
            proves_address: preview.proves_address,
            has_account: preview.has_account,
        }
    }
}

/// The invitation of an id: of an organization in which the caller may invite, or one to the caller.
pub(super) async fn find(context: &Context<'_>, id: InvitationId) -> Field<Invitation> {
    let acting = Acting::of(context);
    let (ctx, actor) = (acting.ctx(), acting.actor());
    match domain::invitations::get(ctx, &actor, id).await {
        Err(error) if error.is_refusal(Code::NotFound) => {
            let open = domain::invitations::get_open(ctx, &actor, id).await;
            acting.seen(open.map(|open| Invitation::from(&open)))
        }
        found => acting.seen(found.map(|found| Invitation::from(&found))),
    }
}

/// Questions about invitations.
#[derive(Debug, Default)]
pub(super) struct InvitationQueries;

#[Object]
impl InvitationQueries {
    /// What the secret of an invitation shows about it. Open to everybody who has it; changes nothing. Null if there is none
    /// with this secret. Refused: `RATE_LIMITED`, after many wrong secrets.
    async fn invitation(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The value of `token=` in the link of the e-mail, or in the copied link."
        )]
        token: Secret,
    ) -> Field<InvitationPreview> {
        let acting = Acting::of(context);
        match domain::invitations::preview(acting.ctx(), token.expose()).await {
            Ok(preview) => Some(Ok(InvitationPreview::of(preview, acting))),
            Err(error) if error.is_refusal(Code::InvitationInvalid) => None,
            Err(error) => Some(Err(acting.error(&error))),
        }
    }
}
