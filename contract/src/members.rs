//! Who is in an organization, as its members see one another.

use serde::{Deserialize, Serialize};

use crate::{
    MembershipId, OrganizationId, Role, Timestamp, UserId,
    page::PageRequest,
    problem::{Code, Problem, Problems},
    text::one_line,
};

/// Longest text that is searched for, in code points.
pub const LONGEST_SEARCH: usize = 100;

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    /// May be empty.
    pub name: String,
    /// Only for who may see it.
    pub email: Option<String>,
    /// The id of a picture.
    pub avatar: Option<String>,
}

impl Person {
    /// The name, or the username where none was given.
    pub fn display_name(&self) -> &str {
        if self.name.is_empty() {
            &self.username
        } else {
            &self.name
        }
    }
}

/// One person in one organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub id: MembershipId,
    pub organization_id: OrganizationId,
    pub person: Person,
    pub role: Role,
    /// Whether this is the owner that the organization names.
    pub is_primary_owner: bool,
    /// Whether the person can sign in; an operator may have suspended them.
    pub is_active: bool,
    pub joined_at: Timestamp,
    /// When the person last opened the organization, to the nearest few minutes; only for who may see it.
    pub last_active_at: Option<Timestamp>,
    /// Whether a password alone does not sign the person in; only for who may see it.
    pub has_second_factor: Option<bool>,
}

/// Asks for members: those whose name, username or (for who may see it) address holds a text, and of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct MemberFilter {
    pub search: String,
    /// Empty for all roles.
    pub role: String,
    /// Those with or without a second factor; only for who may see that of them.
    pub has_second_factor: Option<bool>,
}

/// A [`MemberFilter`] that has passed the rules that both sides know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ValidMemberFilter {
    /// In lower case; empty for everybody.
    pub search: String,
    pub role: Option<Role>,
    pub has_second_factor: Option<bool>,
}

impl MemberFilter {
    pub fn validate(&self) -> Result<ValidMemberFilter, Problems> {
        let mut problems = Problems::default();
        let search = problems.take("search", one_line(&self.search, LONGEST_SEARCH));
        let role = match self.role.as_str() {
            "" => Some(None),
            role => problems.take("role", Role::parse(role)).map(Some),
        };
        match (search, role) {
            (Some(search), Some(role)) => Ok(ValidMemberFilter {
                search: search.to_lowercase(),
                role,
                has_second_factor: self.has_second_factor,
            }),
            _ => Err(problems),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.search.trim().is_empty() && self.role.is_empty() && self.has_second_factor.is_none()
    }
}

/// Asks for a page of members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ListMembers {
    pub filter: MemberFilter,
    pub page: PageRequest,
}

/// Why the control that changes or removes a member is off for who looks at it; `None` when it is on.
///
/// The same sentences stand in the refusals of the server, which decides by itself.
pub fn why_not_change(
    viewer: Role,
    member: &Member,
    owners: u64,
    is_self: bool,
) -> Option<Problem> {
    if member.role == Role::Owner && owners <= 1 {
        return Some(Problem::new(Code::LastOwner));
    }
    if is_self {
        return None;
    }
    viewer
        .require(crate::Permission::ChangeRoles)
        .and_then(|()| viewer.may_touch(member.role))
        .err()
}
