//! Where a membership becomes the proof of it: whoever lacks a second factor that the organization asks for is kept out here, and
//! everybody while it is suspended; and nowhere else.

use contract::{Code, MembershipId, Organization, Problem, Role, Timestamp, UserId};
use sea_orm::ConnectionTrait;

use crate::{InOrg, error::Result, second_factors};

/// A membership as it was read, which opens nothing yet.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) organization: Organization,
    pub(super) membership_id: MembershipId,
    pub(super) user_id: UserId,
    pub(super) role: Role,
    pub(super) joined_at: Timestamp,
    pub(super) last_active_at: Option<Timestamp>,
}

impl Standing {
    /// The proof without a question, for whoever goes: nothing keeps a member from leaving.
    pub(super) fn proof(self) -> InOrg {
        InOrg {
            organization: self.organization,
            membership_id: self.membership_id,
            user_id: self.user_id,
            role: self.role,
            key: None,
        }
    }

    fn admitted(self, now: Timestamp, lacks: bool) -> Result<InOrg> {
        if self.organization.suspended_at.is_some() {
            Err(Code::OrganizationSuspended.into())
        } else if lacks && self.organization.needs_second_factor(now) {
            Err(Problem::second_factor_required(&self.organization.name).into())
        } else {
            Ok(self.proof())
        }
    }
}

/// The proof of a membership. Refused with `ORGANIZATION_SUSPENDED` or `SECOND_FACTOR_REQUIRED` while the organization keeps the
/// person out.
pub(super) async fn admit(
    db: &impl ConnectionTrait,
    now: Timestamp,
    standing: Standing,
) -> Result<InOrg> {
    let lacks = lacks(db, now, std::slice::from_ref(&standing)).await?;
    standing.admitted(now, lacks)
}

/// The same for several memberships of one person; one that is refused spoils no other.
pub(super) async fn admit_each(
    db: &impl ConnectionTrait,
    now: Timestamp,
    standings: Vec<Standing>,
) -> Result<Vec<Result<InOrg>>> {
    let lacks = lacks(db, now, &standings).await?;
    let admitted = |standing: Standing| standing.admitted(now, lacks);
    Ok(standings.into_iter().map(admitted).collect())
}

/// Whether the person of these memberships lacks a second factor; asked only where one of them needs it by now.
async fn lacks(db: &impl ConnectionTrait, now: Timestamp, of: &[Standing]) -> Result<bool> {
    let needing = of
        .iter()
        .find(|standing| standing.organization.needs_second_factor(now));
    match needing {
        Some(standing) => Ok(!second_factors::is_any_on(db, standing.user_id).await?),
        None => Ok(false),
    }
}
