//! Who asks.

use contract::{Code, SessionId, Timestamp, UserId};

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
