//! Organizations: what people type to make and shape one, and what is shown of it.

mod slug;

use serde::{Deserialize, Serialize};

use crate::{
    OrganizationId, Role, Timestamp, UserId,
    problem::{Code, Problem, Problems},
    text::one_line,
};

pub use slug::Slug;

/// Longest name of an organization, in code points.
pub const LONGEST_NAME: usize = 80;

/// How long a deleted organization can be restored, in days.
pub const RESTORE_DAYS: i64 = 30;

/// How long the former address of an organization redirects and is kept from others, in days.
pub const FORMER_SLUG_DAYS: i64 = 90;

/// Days that members without a second factor can be given to set one up, as the settings offer them.
pub const GRACE_DAYS: [i64; 4] = [0, 7, 14, 30];

/// The days that are chosen at first.
pub const USUAL_GRACE_DAYS: i64 = 7;

/// The most days that members can be given.
pub const LONGEST_GRACE_DAYS: i64 = 90;

/// Days to set a second factor up in: a whole number from 0 to 90.
pub fn check_grace_days(days: i64) -> Result<i64, Problem> {
    if (0..=LONGEST_GRACE_DAYS).contains(&days) {
        Ok(days)
    } else {
        Err(Problem::out_of_range(0, LONGEST_GRACE_DAYS.unsigned_abs()))
    }
}

/// Asks for a new organization. Without a slug it gets one made of the name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateOrganization {
    pub name: String,
    pub slug: String,
}

/// A [`CreateOrganization`] that has passed the rules that both sides know.
#[derive(Clone, Debug)]
pub struct ValidOrganization {
    pub name: String,
    pub slug: Slug,
}

/// A name of at least one character.
pub fn check_name(text: &str) -> Result<String, Problem> {
    let name = one_line(text, LONGEST_NAME)?;
    if name.is_empty() {
        Err(Problem::new(Code::Required))
    } else {
        Ok(name)
    }
}

impl CreateOrganization {
    pub fn validate(&self) -> Result<ValidOrganization, Problems> {
        let mut problems = Problems::default();
        let name = problems.take("name", check_name(&self.name));
        let proposed = Slug::propose(&self.name);
        let slug = if self.slug.trim().is_empty() && !proposed.is_empty() {
            &proposed
        } else {
            &self.slug
        };
        let slug = problems.take("slug", Slug::parse(slug));
        match (name, slug) {
            (Some(name), Some(slug)) => Ok(ValidOrganization { name, slug }),
            _ => Err(problems),
        }
    }
}

/// Changes what is given and leaves the rest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateOrganization {
    pub name: Option<String>,
    pub slug: Option<String>,
}

/// An [`UpdateOrganization`] that has passed the rules that both sides know.
#[derive(Clone, Debug)]
pub struct ValidUpdate {
    pub name: Option<String>,
    pub slug: Option<Slug>,
}

impl UpdateOrganization {
    pub fn validate(&self) -> Result<ValidUpdate, Problems> {
        let mut problems = Problems::default();
        let name = self
            .name
            .as_deref()
            .and_then(|text| problems.take("name", check_name(text)));
        let slug = self
            .slug
            .as_deref()
            .and_then(|text| problems.take("slug", Slug::parse(text)));
        problems.refuse_if_any()?;
        Ok(ValidUpdate { name, slug })
    }
}

/// What an organization has paid for, as a billing system set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubscriptionTier {
    #[default]
    Free,
    Starter,
    Pro,
    Enterprise,
}

impl SubscriptionTier {
    pub const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Pro, Self::Enterprise];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Pro => "pro",
            Self::Enterprise => "enterprise",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Starter => "Starter",
            Self::Pro => "Pro",
            Self::Enterprise => "Enterprise",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|tier| tier.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

/// Units that a new organization may use in a month.
pub const DEFAULT_QUOTA: i64 = 10_000;

/// Where the picture of this id is served.
pub fn picture_path(id: &str) -> String {
    format!("/pictures/{id}")
}

/// An organization, as its members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    /// The id of the picture, part of its address.
    pub logo: Option<String>,
    /// The primary owner; there may be more.
    pub owner_id: UserId,
    pub subscription_tier: SubscriptionTier,
    /// Units a month.
    pub quota_limit: i64,
    /// How many members and open invitations there may be; `None` for no limit.
    pub seats: Option<u32>,
    pub member_count: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When an owner deleted it; it can be restored until [`Self::purges_at`].
    pub deleted_at: Option<Timestamp>,
    /// From when on members without a second factor are kept out; `None` where nobody needs one.
    pub second_factor_from: Option<Timestamp>,
    /// When an operator suspended it: its keys are refused, and members are kept out until it is restored.
    pub suspended_at: Option<Timestamp>,
}

impl Organization {
    pub fn purges_at(&self) -> Option<Timestamp> {
        self.deleted_at
            .map(|at| at.plus_seconds(RESTORE_DAYS * 24 * 60 * 60))
    }

    /// Whether members without a second factor are kept out by now.
    pub fn needs_second_factor(&self, now: Timestamp) -> bool {
        self.second_factor_from.is_some_and(|from| from <= now)
    }

    /// Whether the time in which it can be restored is over.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        self.purges_at().is_some_and(|at| at <= now)
    }
}

/// An organization that the viewer is in, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnOrganization {
    pub organization: Organization,
    pub role: Role,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_that_are_offered_can_be_chosen_and_no_others_beyond() {
        for days in GRACE_DAYS {
            assert_eq!(check_grace_days(days), Ok(days));
        }
        assert!(GRACE_DAYS.contains(&USUAL_GRACE_DAYS));
        for days in [-1, LONGEST_GRACE_DAYS + 1, i64::MIN, i64::MAX] {
            let refused = check_grace_days(days).map_err(|problem| problem.code);
            assert_eq!(refused, Err(Code::OutOfRange), "{days}");
        }
    }

    #[test]
    fn a_new_organization_takes_its_slug_from_its_name() {
        let input = CreateOrganization {
            name: " Acme ".to_owned(),
            slug: String::new(),
        };
        let valid = input.validate().expect("a good name");
        assert_eq!((valid.name.as_str(), valid.slug.as_str()), ("Acme", "acme"));
        let faults = CreateOrganization::default()
            .validate()
            .err()
            .map(|p| p.0.len());
        assert_eq!(faults, Some(2));
    }
}
