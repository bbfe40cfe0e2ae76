//! What the pages of organizations show.

use contract::{Organization, Permission, Role, members::Member, time::Moment};
use serde::{Deserialize, Serialize};

/// An organization in a list: the switcher, the home page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub slug: String,
    pub name: String,
    pub logo: Option<String>,
    pub role: Role,
}

/// An invitation that waits for the visitor's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub id: String,
    pub name: String,
    pub logo: Option<String>,
    pub role: Role,
    pub invited_by: String,
}

/// What the sidebar lists: the visitor's organizations, the last used one first, and open invitations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitcherView {
    pub own: Vec<Entry>,
    pub offers: Vec<Offer>,
}

/// An organization, and what the visitor is in it. Every page of an organization shows one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub organization: Organization,
    pub role: Role,
    /// Until when it can be restored, where it was deleted.
    pub purges: Option<Moment>,
}

impl Place {
    /// Whether the visitor may do this here and now.
    pub fn may(&self, permission: Permission) -> bool {
        self.why_not(permission).is_none()
    }

    /// Why the visitor may not: the sentence of the refusal that the server would give.
    pub fn why_not(&self, permission: Permission) -> Option<String> {
        let refusal = self.role.require(permission).err();
        let refusal = refusal.or_else(|| {
            self.purges
                .is_some()
                .then(|| contract::Problem::new(contract::Code::PendingDeletion))
        });
        refusal.map(|problem| problem.message.into_owned())
    }

    pub fn path(&self, page: &str) -> String {
        format!("/o/{}/{page}", self.organization.slug)
    }
}

/// `/o/{slug}/overview`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverviewView {
    pub place: Place,
    pub owner: String,
    pub created: Moment,
    /// Only for who may see them.
    pub open_invitations: Option<u64>,
}

/// `/o/{slug}/settings`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    pub place: Place,
    /// Why the visitor cannot leave.
    pub why_not_leave: Option<String>,
    /// Those to whom the ownership can be transferred, for who may; at most 100.
    pub heirs: Vec<Member>,
}
