//! Organizations, as staff see them.

use serde::{Deserialize, Serialize};

use super::check_search;
use crate::{
    Organization,
    members::Person,
    organizations::SubscriptionTier,
    problem::{Code, Problem, Problems},
    verification::QuotaState,
};

/// Where an organization stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationStatus {
    Active,
    Suspended,
    /// It waits to be purged.
    Deleted,
}

impl OrganizationStatus {
    pub const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Deleted];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Suspended => "Suspended",
            Self::Deleted => "Pending deletion",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(text.trim()))
    }

    /// What is to be told first of an organization.
    pub const fn of(organization: &Organization) -> Self {
        if organization.deleted_at.is_some() {
            Self::Deleted
        } else if organization.suspended_at.is_some() {
            Self::Suspended
        } else {
            Self::Active
        }
    }
}

/// Which organizations are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationFilter {
    /// Part of the name or the slug; or the beginning of the id, with `org_`.
    pub search: String,
    /// Empty for all, or a [`SubscriptionTier`].
    pub tier: String,
    /// Empty for all, or an [`OrganizationStatus`].
    pub status: String,
    /// Those alone that have used up their quota of this month.
    pub is_over_quota: bool,
}

/// An [`OrganizationFilter`] in good form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidOrganizationFilter {
    /// As it was typed: the letters of ids are large and small.
    pub search: String,
    pub tier: Option<SubscriptionTier>,
    pub status: Option<OrganizationStatus>,
    pub is_over_quota: bool,
}

impl OrganizationFilter {
    pub fn validate(&self) -> Result<ValidOrganizationFilter, Problems> {
        let search = check_search(&self.search)?;
        let unknown = |field| Problem::new(Code::OutOfRange).on(field);
        let tier = match self.tier.as_str() {
            "" => None,
            text => Some(SubscriptionTier::parse(text).ok_or_else(|| unknown("tier"))?),
        };
        let status = match self.status.as_str() {
            "" => None,
            text => Some(OrganizationStatus::parse(text).ok_or_else(|| unknown("status"))?),
        };
        Ok(ValidOrganizationFilter {
            search,
            tier,
            status,
            is_over_quota: self.is_over_quota,
        })
    }
}

/// An organization in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationRow {
    pub organization: Organization,
    pub status: OrganizationStatus,
    /// The primary owner.
    pub owner: Person,
    /// Keys that were not revoked.
    pub keys: u64,
    /// Units that were used this month, as far as they are counted.
    pub used: i64,
}

/// An organization with all facts; what is many is read in pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrganizationDetail {
    pub row: OrganizationRow,
    /// Owners who can sign in, the primary one among them.
    pub owners: u64,
    /// Invitations that can still be accepted.
    pub invitations: u64,
    pub quota: QuotaState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_refuses_what_is_none() {
        let good = OrganizationFilter {
            tier: "PRO".to_owned(),
            status: "suspended".to_owned(),
            ..OrganizationFilter::default()
        };
        let valid = good.validate().expect("both are known");
        assert_eq!(
            (valid.tier, valid.status),
            (
                Some(SubscriptionTier::Pro),
                Some(OrganizationStatus::Suspended)
            )
        );
        for (tier, status, field) in [("gold", "", "tier"), ("", "gone", "status")] {
            let bad = OrganizationFilter {
                tier: tier.to_owned(),
                status: status.to_owned(),
                ..OrganizationFilter::default()
            };
            let problems = bad.validate().expect_err("one is unknown");
            assert_eq!(
                problems.of(field).map(|problem| problem.code),
                Some(Code::OutOfRange)
            );
        }
    }
}
