//! Who asks.

use contract::{
    Code, MembershipId, Organization, OrganizationId, Permission, Role, SessionId, Timestamp,
    UserId,
};

use crate::error::Result;

/// Who a use case is done for. Faces make one from credentials; nothing else does.
#[derive(Clone, Debug)]
pub enum Actor {
    Anonymous,
    User(SignedIn),
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
}

impl Actor {
    /// The signed-in person, or the refusal to go on without one.
    pub fn signed_in(&self) -> Result<&SignedIn> {
        match self {
            Self::User(user) => Ok(user),
            Self::Anonymous | Self::Operator => Err(Code::Unauthenticated.into()),
        }
    }

    /// Refuses everybody but an operator.
    pub(crate) fn operator(&self) -> Result<()> {
        match self {
            Self::Operator => Ok(()),
            Self::Anonymous | Self::User(_) => Err(Code::Forbidden.into()),
        }
    }
}

/// Proof that a person is a member of an organization, and as what; queries on an organization's data demand it.
///
/// Made by `organizations::enter` and its kin alone, which look the membership up in each request, so that a changed role or
/// a removal counts from the next request on.
#[derive(Clone, Debug)]
pub struct InOrg {
    pub(crate) organization: Organization,
    pub(crate) membership_id: MembershipId,
    pub(crate) user_id: UserId,
    pub(crate) role: Role,
}

impl InOrg {
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

    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }

    /// Lets pass who may; the refusal names the role that may.
    pub fn require(&self, permission: Permission) -> Result<()> {
        Ok(self.role.require(permission)?)
    }

    /// Refuses while the organization waits to be purged: until it is restored it can only be read.
    pub(crate) fn require_live(&self) -> Result<()> {
        match self.organization.deleted_at {
            None => Ok(()),
            Some(_) => Err(Code::PendingDeletion.into()),
        }
    }
}
