//! What members are in the schema: memberships, roles and what these allow.

mod mutations;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use contract::{
    OrganizationId,
    members::{Member, Person},
};
use domain::organizations::OwnMembership;

use super::{
    errors::Field,
    loaders::Loads,
    organizations::Organization,
    scalars::DateTime,
    users::{self, User},
};

pub(super) use mutations::MemberMutations;

/// What a person is in an organization. Later ones can do all that earlier ones can.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "contract::Role")]
pub(super) enum Role {
    /// Sees the organization and who is in it.
    Member,
    /// Invites, changes and removes members, and edits the settings.
    Admin,
    /// Can do everything, also change the address, transfer and delete.
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
    /// See the members' e-mail addresses and when they were last active. Of admins and owners.
    ReadMemberDetails,
    /// See the API keys: their names, scopes and use, never the secrets. Of members, admins and owners.
    ReadKeys,
    /// See how much the keys are used. Of members, admins and owners.
    ReadUsage,
    /// Invite people; see, send again and take back invitations. Of admins and owners.
    InviteMembers,
    /// Give members other roles, up to one's own. Of admins and owners.
    ChangeRoles,
    /// Remove members of up to one's own role. Of admins and owners.
    RemoveMembers,
    /// Make API keys and give them new secrets. Of admins and owners.
    CreateKeys,
    /// Edit, pause, resume and revoke API keys. Of admins and owners.
    ManageKeys,
    /// Change name and logo. Of admins and owners.
    UpdateOrganization,
    /// Change the address; old links redirect for 90 days. Of owners.
    ChangeSlug,
    /// Make another member the primary owner. Of owners.
    TransferOwnership,
    /// Delete the organization, and restore it within 30 days. Of owners.
    DeleteOrganization,
}

/// One person in one organization. Readable by its members alone; to everybody else it does not exist.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct Membership {
    /// Begins with `mem_`, and never changes. Who leaves and comes again has another.
    pub(super) id: ID,
    /// What the person may do.
    role: Role,
    /// When the person became a member.
    joined_at: DateTime,
    /// When the person last opened the organization, to the nearest few minutes. Of others only for admins and owners; null for
    /// who may not read it, and when it never was.
    last_active_at: Option<DateTime>,
    /// Whether this is the owner that the organization names.
    is_primary_owner: bool,
    /// Whether the person can sign in; an operator may have suspended them.
    is_active: bool,
    #[graphql(skip)]
    person: Shown,
    #[graphql(skip)]
    organization_id: OrganizationId,
    #[graphql(skip)]
    held: Option<Organization>,
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

    /// Where it is.
    async fn organization(&self, context: &Context<'_>) -> Field<Organization> {
        match &self.held {
            Some(organization) => Some(Ok(organization.clone())),
            None => context
                .data_unchecked::<Loads>()
                .load_one(self.organization_id)
                .await
                .transpose(),
        }
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
            organization_id: member.organization_id,
            held: None,
        }
    }
}

impl Membership {
    /// A member of an organization that is at hand.
    pub(super) fn of(organization: &Organization, member: &Member) -> Self {
        Self {
            held: Some(organization.clone()),
            ..Self::from(member)
        }
    }
}

impl From<&OwnMembership> for Membership {
    fn from(own: &OwnMembership) -> Self {
        let in_org = &own.in_org;
        Self {
            id: in_org.membership_id().to_string().into(),
            role: in_org.role().into(),
            joined_at: own.joined_at.into(),
            last_active_at: own.last_active_at.map(DateTime),
            is_primary_owner: in_org.organization().owner_id == in_org.user_id(),
            // Whoever asks has signed in.
            is_active: true,
            person: Shown::Own(in_org.user_id()),
            organization_id: in_org.id(),
            held: Some(Organization::from(in_org.clone())),
        }
    }
}
