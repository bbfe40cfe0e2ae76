//! What members are in the schema: memberships, roles and what these allow.

mod mutations;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use contract::{
    OrganizationId,
    members::{Member, Person},
};
use domain::organizations::OwnMembership;

use super::{
    api_keys,
    errors::{Field, FieldError},
    loaders::{Loads, OwnSecondFactor},
    organizations::{self, Organization},
    scalars::DateTime,
    users::{self, User},
};

pub(super) use mutations::MemberMutations;

/// A person's role in an organization. Later ones can do everything that earlier ones can.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "contract::Role")]
pub(super) enum Role {
    /// Sees the organization and who is in it.
    Member,
    /// Invites, changes and removes members, and edits the settings.
    Admin,
    /// Can do everything, including changing the address, transferring and deleting.
    Owner,
}

/// One thing that somebody may be allowed to do in an organization.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "contract::Permission")]
pub(super) enum Permission {
    /// See the organization: its name, address, plan and owner. Of members, admins and owners.
    ReadOrganization,
    /// See who is in it, by name, and with which role. Of members, admins and owners.
    ReadMembers,
    /// See the members' e-mail addresses, when they were last active, and whether they have a second step. Of admins and owners.
    ReadMemberDetails,
    /// See the API keys: their names, scopes and use, never the secrets. Of members, admins and owners.
    ReadKeys,
    /// See how much the keys are used. Of members, admins and owners.
    ReadUsage,
    /// See the audit log, and take a copy of it. Of admins and owners.
    ReadAudit,
    /// Invite people; see, send again and revoke invitations. Of admins and owners.
    InviteMembers,
    /// Give members other roles, up to one's own. Of admins and owners.
    ChangeRoles,
    /// Remove members of up to one's own role. Of admins and owners.
    RemoveMembers,
    /// Create API keys and give them new secrets. Of admins and owners.
    CreateKeys,
    /// Edit, pause, resume and revoke API keys. Of admins and owners.
    ManageKeys,
    /// Change name and logo. Of admins and owners.
    UpdateOrganization,
    /// Change the address; old links redirect for 90 days. Of owners.
    ChangeSlug,
    /// Ask every member for a second step at sign-in. Of owners.
    RequireSecondFactor,
    /// Make another member the primary owner. Of owners.
    TransferOwnership,
    /// Delete the organization, and restore it within 30 days. Of owners.
    DeleteOrganization,
}

/// One person in one organization. Readable only by its members; to everybody else it does not exist.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct Membership {
    /// Begins with `mem_`, and never changes. Somebody who leaves and comes back gets another.
    pub(super) id: ID,
    /// What the person may do.
    role: Role,
    /// When the person became a member.
    joined_at: DateTime,
    /// When the person last opened the organization, to the nearest few minutes. Of others only for admins and owners; null for
    /// whoever may not read it, and if it never happened.
    last_active_at: Option<DateTime>,
    /// Whether this is the owner that the organization names.
    is_primary_owner: bool,
    /// Whether the person can sign in; an operator may have suspended them.
    is_active: bool,
    #[graphql(skip)]
    person: Shown,
    #[graphql(skip)]
    factor: Option<bool>,
    #[graphql(skip)]
    place: Place,
}

/// Where a membership is.
#[derive(Clone, Debug)]
enum Place {
    Held(Organization),
    Inside(OrganizationId),
    /// The caller's own, in one that keeps the caller out.
    Closed {
        id: OrganizationId,
        name: String,
        slug: String,
    },
}

/// Whose membership it is.
#[derive(Clone, Debug)]
enum Shown {
    Person(Person),
    /// The caller's own.
    Own(contract::UserId),
}

#[ComplexObject]
impl Membership {
    /// Who it is.
    async fn user(&self, context: &Context<'_>) -> Field<User> {
        match &self.person {
            Shown::Person(person) => users::see(context, person).await,
            Shown::Own(id) => users::find(context, *id).await,
        }
    }

    /// The organization. Null, with `SECOND_FACTOR_REQUIRED` or `ORGANIZATION_SUSPENDED`, while it keeps the caller out.
    async fn organization(&self, context: &Context<'_>) -> Field<Organization> {
        self.entered(context).await.transpose()
    }

    /// The id of the organization; also told while it keeps the caller out, so that they can leave it.
    async fn organization_id(&self) -> ID {
        match &self.place {
            Place::Held(organization) => organization.in_org().id(),
            Place::Inside(id) | Place::Closed { id, .. } => *id,
        }
        .to_string()
        .into()
    }

    /// The organization's name; also told while it keeps the caller out.
    async fn organization_name(&self, context: &Context<'_>) -> Field<String> {
        if let Place::Closed { name, .. } = &self.place {
            return Some(Ok(name.clone()));
        }
        let name = |place: Organization| place.in_org().organization().name.clone();
        let found = self.entered(context).await;
        found.map(|found| found.map(name)).transpose()
    }

    /// The slug, which is the part of its address after `/o/`; also told while it keeps the caller out.
    async fn organization_slug(&self, context: &Context<'_>) -> Field<String> {
        if let Place::Closed { slug, .. } = &self.place {
            return Some(Ok(slug.clone()));
        }
        let slug = |place: Organization| place.in_org().organization().slug.clone();
        let found = self.entered(context).await;
        found.map(|found| found.map(slug)).transpose()
    }

    /// Whether a password alone does not sign the person in: an authenticator app or a passkey is set up. Of others only for
    /// admins and owners, and keys with `member_details:read`; null for the rest, with `FORBIDDEN`.
    async fn has_second_factor(&self, context: &Context<'_>) -> Field<bool> {
        if let Shown::Own(_) = self.person {
            let loads = context.data_unchecked::<Loads>();
            return loads.load_one(OwnSecondFactor).await.transpose();
        }
        if let Some(factor) = self.factor {
            return Some(Ok(factor));
        }
        let organization = match self.entered(context).await.transpose()? {
            Ok(organization) => organization,
            Err(error) => return Some(Err(error)),
        };
        let refused = api_keys::require(
            context,
            &organization,
            contract::Permission::ReadMemberDetails,
        );
        refused.err().map(Err)
    }
}

impl From<&Member> for Membership {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.to_string().into(),
            role: member.role.into(),
            joined_at: member.joined_at.into(),
            last_active_at: member.last_active_at.map(DateTime),
            is_primary_owner: member.is_primary_owner,
            is_active: member.is_active,
            person: Shown::Person(member.person.clone()),
            factor: member.has_second_factor,
            place: Place::Inside(member.organization_id),
        }
    }
}

impl Membership {
    /// A member of an organization that is at hand.
    pub(super) fn of(organization: &Organization, member: &Member) -> Self {
        Self {
            place: Place::Held(organization.clone()),
            ..Self::from(member)
        }
    }

    async fn entered(&self, context: &Context<'_>) -> Result<Option<Organization>, FieldError> {
        match &self.place {
            Place::Held(organization) => Ok(Some(organization.clone())),
            Place::Inside(id) | Place::Closed { id, .. } => {
                organizations::entered(context, *id).await
            }
        }
    }
}

impl From<&OwnMembership> for Membership {
    fn from(own: &OwnMembership) -> Self {
        let place = match &own.in_org {
            Some(in_org) => Place::Held(Organization::from(in_org.clone())),
            None => Place::Closed {
                id: own.organization_id,
                name: own.organization_name.clone(),
                slug: own.organization_slug.clone(),
            },
        };
        Self {
            id: own.id.to_string().into(),
            role: own.role.into(),
            joined_at: own.joined_at.into(),
            last_active_at: own.last_active_at.map(DateTime),
            is_primary_owner: own.is_primary_owner,
            // Whoever asks has signed in.
            is_active: true,
            person: Shown::Own(own.user_id),
            factor: None,
            place,
        }
    }
}
