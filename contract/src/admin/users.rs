//! People, as staff see them.

use serde::{Deserialize, Serialize};

use super::{OrganizationName, check_search};
use crate::{
    MembershipId, Role, Timestamp, UserId,
    problem::{Code, Problem, Problems},
    second_factors::SecondFactors,
};

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    Active,
    /// The address is not proved; nobody can sign in.
    Unverified,
    Suspended,
    /// Its owner, or staff for them, has deleted it; it waits to be erased.
    Deleted,
}

impl UserStatus {
    pub const ALL: [Self; 4] = [
        Self::Active,
        Self::Unverified,
        Self::Suspended,
        Self::Deleted,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Unverified => "unverified",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Unverified => "Unverified",
            Self::Suspended => "Suspended",
            Self::Deleted => "Deleted",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(text.trim()))
    }

    /// What is to be told first of an account.
    pub const fn of(is_deleted: bool, is_suspended: bool, is_verified: bool) -> Self {
        if is_deleted {
            Self::Deleted
        } else if is_suspended {
            Self::Suspended
        } else if is_verified {
            Self::Active
        } else {
            Self::Unverified
        }
    }
}

/// Which people are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct UserFilter {
    /// Part of the name, username or address; or the beginning of the id, with `usr_`.
    pub search: String,
    /// Empty for all, or a [`UserStatus`].
    pub status: String,
    pub is_staff: Option<bool>,
    pub has_second_factor: Option<bool>,
    /// Made at this moment or later.
    pub created_from: Option<Timestamp>,
    /// Made before this moment.
    pub created_to: Option<Timestamp>,
}

/// A [`UserFilter`] in good form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidUserFilter {
    /// As it was typed: the letters of ids are large and small.
    pub search: String,
    pub status: Option<UserStatus>,
    pub is_staff: Option<bool>,
    pub has_second_factor: Option<bool>,
    pub created_from: Option<Timestamp>,
    pub created_to: Option<Timestamp>,
}

impl UserFilter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn validate(&self) -> Result<ValidUserFilter, Problems> {
        let search = check_search(&self.search)?;
        let status = match self.status.as_str() {
            "" => None,
            text => Some(
                UserStatus::parse(text)
                    .ok_or_else(|| Problem::new(Code::OutOfRange).on("status"))?,
            ),
        };
        Ok(ValidUserFilter {
            search,
            status,
            is_staff: self.is_staff,
            has_second_factor: self.has_second_factor,
            created_from: self.created_from,
            created_to: self.created_to,
        })
    }
}

/// A person in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    pub id: UserId,
    pub email: String,
    pub username: String,
    /// May be empty.
    pub name: String,
    /// The id of a picture.
    pub avatar: Option<String>,
    pub status: UserStatus,
    pub is_staff: bool,
    pub has_second_factor: bool,
    /// How many organizations the person is in.
    pub organizations: u64,
    pub created_at: Timestamp,
    /// When the person last used a session or signed in.
    pub last_seen_at: Option<Timestamp>,
}

impl UserRow {
    /// The name, or the username where none was given.
    pub fn display_name(&self) -> &str {
        if self.name.is_empty() {
            &self.username
        } else {
            &self.name
        }
    }
}

/// A person with all facts; what is many is read in pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDetail {
    pub row: UserRow,
    pub phone: Option<String>,
    pub time_zone: String,
    pub language: String,
    pub updated_at: Timestamp,
    pub email_verified_at: Option<Timestamp>,
    pub staff_since: Option<Timestamp>,
    pub suspended_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    /// When a deleted account goes for good.
    pub erased_at: Option<Timestamp>,
    pub has_password: bool,
    pub password_changed_at: Option<Timestamp>,
    pub second_factors: SecondFactors,
    /// Accounts elsewhere that sign the person in.
    pub identities: u64,
    /// Live ones.
    pub sessions: u64,
    /// Keys that the person has made.
    pub keys: u64,
    /// Whether whoever asks may not keep this person out, as staff may not do that to staff and themselves.
    pub is_protected: bool,
}

/// What a person is a member of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserMembership {
    pub id: MembershipId,
    pub organization: OrganizationName,
    pub role: Role,
    /// Whether the organization names this person as its owner.
    pub is_primary_owner: bool,
    pub joined_at: Timestamp,
    pub last_active_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_in_any_case_and_refuses_what_is_none() {
        let filter = |status: &str| UserFilter {
            status: status.to_owned(),
            ..UserFilter::default()
        };
        let read = |status| filter(status).validate().map(|valid| valid.status);
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("Suspended"), Ok(Some(UserStatus::Suspended)));
        let refused = read("gone").map_err(|problems| problems.of("status").map(|p| p.code));
        assert_eq!(refused, Err(Some(Code::OutOfRange)));
        let long = UserFilter {
            search: "x".repeat(101),
            ..UserFilter::default()
        };
        assert!(long.validate().is_err() && !long.is_empty());
    }

    #[test]
    fn what_is_worst_is_told_first() {
        for (is_deleted, is_suspended, is_verified, status) in [
            (true, true, false, UserStatus::Deleted),
            (false, true, false, UserStatus::Suspended),
            (false, false, false, UserStatus::Unverified),
            (false, false, true, UserStatus::Active),
        ] {
            let told = UserStatus::of(is_deleted, is_suspended, is_verified);
            assert_eq!(told, status);
            assert_eq!(UserStatus::parse(status.as_str()), Some(status));
        }
    }
}
