//! What a role allows: the one table, read by the rules on the server and by the browser to tell why a control is off.

use serde::{Deserialize, Serialize};

use crate::problem::{Code, Problem};

/// What a person is in an organization. Later ones can do all that earlier ones can.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    #[default]
    Member,
    Admin,
    Owner,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The name in a list, with its capital letter.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Admin => "Admin",
            Self::Owner => "Owner",
        }
    }

    /// What the role is for, in a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Member => "Sees the organization and who is in it.",
            Self::Admin => "Invites, changes and removes members, and edits the settings.",
            Self::Owner => {
                "Can do everything, including changing the address, transferring and deleting."
            }
        }
    }

    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(text))
            .ok_or(Problem::new(Code::InvalidRole))
    }

    /// Whether the role allows this.
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least_role()
    }

    /// Lets pass who may do this; the refusal names the role that may.
    pub fn require(self, permission: Permission) -> Result<(), Problem> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Problem::not_allowed(permission.least_role()))
        }
    }

    /// All that the role allows, in the order of the table.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.may(*permission))
    }

    /// The roles that somebody with this one may give, and whom they may change.
    pub fn up_to(self) -> impl DoubleEndedIterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| *role <= self)
    }

    /// Whether somebody with this role may turn a member of `from` into one of `to`: nobody gives a role above their own,
    /// nor changes somebody above them.
    pub fn may_change(self, from: Self, to: Self) -> Result<(), Problem> {
        self.require(Permission::ChangeRoles)?;
        self.may_touch(from)?;
        self.may_give(to)
    }

    /// Whether somebody with this role may change or remove a member of `other`.
    pub fn may_touch(self, other: Self) -> Result<(), Problem> {
        if other > self {
            Err(Problem::new(Code::MemberAbove))
        } else {
            Ok(())
        }
    }

    /// Whether somebody with this role may give `other`.
    pub fn may_give(self, other: Self) -> Result<(), Problem> {
        if other > self {
            Err(Problem::new(Code::RoleTooHigh).on("role"))
        } else {
            Ok(())
        }
    }
}

macro_rules! scope {
    () => {
        None
    };
    ($scope:literal) => {
        Some($scope)
    };
}

macro_rules! permissions {
    ($(#[doc = $sentence:literal] $name:ident = $text:literal, $role:ident $(, $scope:literal)?;)*) => {
        /// One thing that somebody may be allowed to do in an organization.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Permission {
            $(#[doc = $sentence] #[serde(rename = $text)] $name,)*
        }

        impl Permission {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What is allowed, in a sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence.trim_ascii(),)* }
            }

            /// The scope with which a key may do this; none for what no key may do.
            pub const fn scope(self) -> Option<&'static str> {
                match self { $(Self::$name => scope!($($scope)?),)* }
            }

            /// The lowest role that is allowed this.
            pub const fn least_role(self) -> Role {
                match self { $(Self::$name => Role::$role,)* }
            }
        }
    };
}

permissions! {
    /// See the organization: its name, address, plan and owner.
    ReadOrganization = "READ_ORGANIZATION", Member, "organization:read";
    /// See who is in it, by name, and with which role.
    ReadMembers = "READ_MEMBERS", Member, "members:read";
    /// See the members' e-mail addresses, when they were last active, and whether they have a second step.
    ReadMemberDetails = "READ_MEMBER_DETAILS", Admin, "member_details:read";
    /// See the API keys: their names, scopes and use, never the secrets.
    ReadKeys = "READ_KEYS", Member, "keys:read";
    /// See how much the keys are used.
    ReadUsage = "READ_USAGE", Member, "usage:read";
    /// See the audit log, and take a copy of it.
    ReadAudit = "READ_AUDIT", Admin, "audit:read";
    /// Invite people; see, send again and revoke invitations.
    InviteMembers = "INVITE_MEMBERS", Admin;
    /// Give members other roles, up to one's own.
    ChangeRoles = "CHANGE_ROLES", Admin;
    /// Remove members of up to one's own role.
    RemoveMembers = "REMOVE_MEMBERS", Admin;
    /// Create API keys and give them new secrets.
    CreateKeys = "CREATE_KEYS", Admin;
    /// Edit, pause, resume and revoke API keys.
    ManageKeys = "MANAGE_KEYS", Admin, "keys:write";
    /// Change name and logo.
    UpdateOrganization = "UPDATE_ORGANIZATION", Admin;
    /// Change the address; old links redirect for 90 days.
    ChangeSlug = "CHANGE_SLUG", Owner;
    /// Ask every member for a second step at sign-in.
    RequireSecondFactor = "REQUIRE_SECOND_FACTOR", Owner;
    /// Make another member the primary owner.
    TransferOwnership = "TRANSFER_OWNERSHIP", Owner;
    /// Delete the organization, and restore it within 30 days.
    DeleteOrganization = "DELETE_ORGANIZATION", Owner;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_role_can_do_all_that_a_lower_one_can() {
        for permission in Permission::ALL {
            assert!(Role::Owner.may(*permission), "{permission:?}");
            if Role::Member.may(*permission) {
                assert!(Role::Admin.may(*permission), "{permission:?}");
            }
        }
    }

    #[test]
    fn nobody_reaches_above_their_own_role() {
        let code = |result: Result<(), Problem>| result.err().map(|problem| problem.code);
        let admin = Role::Admin;
        assert_eq!(code(admin.may_change(Role::Member, Role::Admin)), None);
        assert_eq!(
            code(admin.may_change(Role::Member, Role::Owner)),
            Some(Code::RoleTooHigh)
        );
        assert_eq!(
            code(admin.may_change(Role::Owner, Role::Member)),
            Some(Code::MemberAbove)
        );
        assert_eq!(
            code(Role::Member.may_change(Role::Member, Role::Member)),
            Some(Code::Forbidden)
        );
    }

    #[test]
    fn the_documented_table_is_this_one() {
        let documents = include_str!("../../docs/organizations.md");
        let documented = documents
            .lines()
            .filter(|line| line.starts_with("| `") && line.contains('✓'));
        let row = |permission: &Permission| {
            let (code, sentence) = (permission.as_str(), permission.sentence());
            let marks = Role::ALL.map(|role| if role.may(*permission) { " ✓" } else { "" });
            let scope = permission
                .scope()
                .map_or_else(|| " |".to_owned(), |scope| format!(" `{scope}` |"));
            format!("| `{code}` | {sentence} |{} |{scope}", marks.join(" |"))
        };
        let documented: Vec<&str> = documented.collect();
        let ours: Vec<String> = Permission::ALL.iter().map(row).collect();
        assert_eq!(documented, ours);
    }

    #[test]
    fn a_role_is_read_in_any_case() {
        assert_eq!(Role::parse(" OWNER "), Ok(Role::Owner));
        assert_eq!(
            Role::parse("root").map_err(|problem| problem.code),
            Err(Code::InvalidRole)
        );
    }
}
