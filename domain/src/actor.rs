//! Who asks.

use std::sync::Arc;

use contract::{
    ApiKeyId, Code, MembershipId, Organization, OrganizationId, Permission, Problem, Role,
    SessionId, Timestamp, UserId, api_keys::Scope,
};

use crate::error::Result;

/// Who a use case is done for. Faces make one from credentials; nothing else does.
#[derive(Clone, Debug)]
pub enum Actor {
    Anonymous,
    User(SignedIn),
    /// A program with a key of an organization.
    Key(KeyCaller),
    /// A program of the operator's, such as a gateway, with a service token.
    Service,
    /// Somebody with a shell on the server, or a job of the process.
    Operator,
}

/// A person with a live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub user_id: UserId,
    pub session_id: SessionId,
    pub is_staff: bool,
    pub signed_in_at: Timestamp,
    /// When the person last proved who they are.
    pub authenticated_at: Timestamp,
    /// Staff who act as the person; `None` where it is the person.
    pub impersonator: Option<Impersonator>,
}

/// Staff who act as somebody else, and their own session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impersonator {
    pub user_id: UserId,
    pub session_id: SessionId,
}

/// A key that may be used now, as the caller that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCaller {
    pub key_id: ApiKeyId,
    pub organization_id: OrganizationId,
    pub scopes: Arc<[Scope]>,
}

impl KeyCaller {
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own.as_str() == scope)
    }

    fn may(&self, permission: Permission) -> bool {
        permission.scope().is_some_and(|scope| self.has(scope))
    }

    fn require(&self, permission: Permission) -> Result<()> {
        match permission.scope() {
            Some(scope) if self.has(scope) => Ok(()),
            Some(scope) => Err(Problem::lacks_scope(scope).into()),
            None => Err(Problem::only_for_people().into()),
        }
    }
}

impl Actor {
    /// The signed-in person, or the refusal to go on without one.
    pub fn signed_in(&self) -> Result<&SignedIn> {
        match self {
            Self::User(user) => Ok(user),
            Self::Key(_) => Err(Problem::only_for_people().into()),
            Self::Anonymous | Self::Service | Self::Operator => Err(Code::Unauthenticated.into()),
        }
    }

    /// The signed-in person, and nobody who acts as them: what is theirs alone begins with this. Refused: `IMPERSONATED`, and
    /// what [`Self::signed_in`] refuses.
    pub fn in_person(&self) -> Result<&SignedIn> {
        let user = self.signed_in()?;
        self.refuse_impersonation()?;
        Ok(user)
    }

    /// The same for what needs nobody to be signed in.
    pub(crate) fn refuse_impersonation(&self) -> Result<()> {
        match self.impersonator() {
            None => Ok(()),
            Some(_) => Err(Code::Impersonated.into()),
        }
    }

    /// Staff who act as the person.
    pub(crate) fn impersonator(&self) -> Option<Impersonator> {
        match self {
            Self::User(user) => user.impersonator,
            Self::Anonymous | Self::Key(_) | Self::Service | Self::Operator => None,
        }
    }

    /// Refuses whoever belongs to no organization at all.
    pub(crate) fn require_known(&self) -> Result<()> {
        match self {
            Self::User(_) | Self::Key(_) => Ok(()),
            Self::Anonymous | Self::Service | Self::Operator => Err(Code::Unauthenticated.into()),
        }
    }

    /// Refuses everybody but an operator.
    pub(crate) fn operator(&self) -> Result<()> {
        match self {
            Self::Operator => Ok(()),
            Self::Anonymous | Self::User(_) | Self::Key(_) | Self::Service => {
                Err(Code::Forbidden.into())
            }
        }
    }

    /// Lets pass the operator's programs, and operators.
    pub(crate) fn service(&self) -> Result<()> {
        match self {
            Self::Service | Self::Operator => Ok(()),
            Self::Anonymous => Err(Code::Unauthenticated.into()),
            Self::User(_) | Self::Key(_) => Err(Code::Forbidden.into()),
        }
    }
}

/// Proof that whoever asks belongs to an organization, and as what; queries on an organization's data demand it.
///
/// Made by `organizations::enter` and its kin alone, which look the membership up in each request, so that a changed role or
/// a removal counts from the next request on. A key of the organization has one too: with the scopes of the key instead of a
/// role, and without a membership (`NOTHING`, and the least role).
#[derive(Clone, Debug)]
pub struct InOrg {
    pub(crate) organization: Organization,
    pub(crate) membership_id: MembershipId,
    pub(crate) user_id: UserId,
    pub(crate) role: Role,
    pub(crate) key: Option<KeyCaller>,
}

impl InOrg {
    pub(crate) fn of_key(organization: Organization, key: KeyCaller) -> Self {
        Self {
            organization,
            membership_id: MembershipId::NOTHING,
            user_id: UserId::NOTHING,
            role: Role::Member,
            key: Some(key),
        }
    }

    pub const fn organization(&self) -> &Organization {
        &self.organization
    }

    pub const fn id(&self) -> OrganizationId {
        self.organization.id
    }

    pub const fn membership_id(&self) -> MembershipId {
        self.membership_id
    }

    pub const fn user_id(&self) -> UserId {
        self.user_id
    }

    pub const fn role(&self) -> Role {
        self.role
    }

    /// The key that asks, when it is no person.
    pub const fn key(&self) -> Option<&KeyCaller> {
        self.key.as_ref()
    }

    pub fn may(&self, permission: Permission) -> bool {
        match &self.key {
            Some(key) => key.may(permission),
            None => self.role.may(permission),
        }
    }

    /// Lets pass who may; the refusal names the role or the scope that may.
    pub fn require(&self, permission: Permission) -> Result<()> {
        match &self.key {
            Some(key) => key.require(permission),
            None => Ok(self.role.require(permission)?),
        }
    }

    /// Refuses while the organization waits to be purged: until it is restored it can only be read.
    pub(crate) fn require_live(&self) -> Result<()> {
        match self.organization.deleted_at {
            None => Ok(()),
            Some(_) => Err(Code::PendingDeletion.into()),
        }
    }
}
