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
    /// Whether it was deleted and can be restored.
    pub is_deleted: bool,
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
    /// Until when the visitor has to set a second step up, where one is asked for and they have none.
    pub second_step_by: Option<Moment>,
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
    pub second_step: SecondStepView,
}

/// What an organization asks of its members at sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStepView {
    /// From when on a second step is asked for, where one is.
    pub from: Option<Moment>,
    /// Whether that is over, so that who has none is kept out.
    pub is_due: bool,
    /// How many members have none; only for who may see it.
    pub lacking: Option<u64>,
    /// Whether the visitor has one.
    pub has_own: bool,
}
