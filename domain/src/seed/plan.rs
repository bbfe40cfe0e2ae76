//! How much is made up.

use contract::{Password, Problem, Problems};

use super::dice::Dice;
use crate::api_keys;

/// The most people that are made up at once.
const MOST_USERS: u32 = 1_000_000;

const MOST_ORGANIZATIONS: u32 = 100_000;

const MOST_MEMBERSHIPS: u64 = 5_000_000;

const MOST_INVITATIONS: u32 = 1_000_000;

const MOST_KEYS: u32 = 1_000_000;

/// Days of usage.
const MOST_USAGE: u32 = 400;

const MOST_SESSIONS: u32 = 10_000;

/// The largest whole number that every reader of JSON keeps exactly (RFC 7493, section 2.2).
const MOST_QUOTA: u64 = (1 << 53) - 1;

/// What is to be made up.
#[derive(Clone, Debug)]
pub struct Plan {
    pub users: u32,
    pub organizations: u32,
    /// In all; each organization has at least its owner, and each person is in it at most once.
    pub memberships: u32,
    pub invitations: u32,
    pub keys: u32,
    /// Days, up to now, of which there are counts of requests.
    pub usage: u32,
    /// Of programs, as which the first people are signed in.
    pub sessions: u32,
    /// Units a month of each organization; by its tier when nothing is said.
    pub quota: Option<u64>,
    /// How many members the largest organization has; a share that falls off from one to the next when nothing is said.
    pub largest: Option<u32>,
    /// The same seed at the same time makes the same data, but for secrets.
    pub seed: u64,
    /// Everybody's password; a random one when nothing is said.
    pub password: Option<Password>,
    /// Whether there may be users already.
    pub adds: bool,
}

impl Plan {
    pub(super) fn validate(&self) -> Result<(), Problems> {
        let mut problems = Problems::default();
        let mut check = |field, number: u64, least: u64, most: u64| {
            let checked = if (least..=most).contains(&number) {
                Ok(())
            } else {
                Err(Problem::out_of_range(least, most))
            };
            problems.take(field, checked);
        };
        let (users, organizations) = (u64::from(self.users), u64::from(self.organizations));
        check("users", users, 1, u64::from(MOST_USERS));
        let most = u64::from(MOST_ORGANIZATIONS);
        check("organizations", organizations, 0, most);
        let largest = self.largest.map_or(users, u64::from);
        if self.largest.is_some() {
            check("largest", largest, 1, users.max(1));
        }
        // All have an owner, and the largest has its members.
        let others = organizations.saturating_sub(1);
        let least = match self.largest {
            Some(_) if organizations > 0 => largest + others,
            _ => organizations,
        };
        let most = largest.saturating_mul(organizations);
        let most = most.min(MOST_MEMBERSHIPS).max(least);
        check("memberships", u64::from(self.memberships), least, most);
        let most = if organizations == 0 {
            0
        } else {
            MOST_INVITATIONS
        };
        check(
            "invitations",
            u64::from(self.invitations),
            0,
            u64::from(most),
        );
        let most = u64::from(MOST_KEYS).min(organizations * api_keys::MOST_KEYS);
        check("keys", u64::from(self.keys), 0, most);
        check("usage", u64::from(self.usage), 0, u64::from(MOST_USAGE));
        let most = users.min(u64::from(MOST_SESSIONS));
        check("sessions", u64::from(self.sessions), 0, most);
        check("quota", self.quota.unwrap_or_default(), 0, MOST_QUOTA);
        problems.refuse_if_any()
    }

    /// The sizes of the organizations, of which a few are large and many small: each gets a share like one divided by its
    /// place (Zipf's law).
    pub(super) fn sizes(&self, dice: &mut Dice) -> Vec<usize> {
        let count = self.organizations as usize;
        let most = self.largest.unwrap_or(self.users) as usize;
        let mut sizes = vec![1; count];
        let first_shared = usize::from(self.largest.is_some()).min(count);
        sizes[..first_shared].fill(most);
        let fixed: usize = sizes.iter().sum();
        share(
            &mut sizes[first_shared..],
            self.memberships as usize - fixed,
            most,
        );
        (0..count).for_each(|place| dice.draw(&mut sizes, place));
        sizes
    }
}

/// Adds `left` to the sizes by their place, none growing beyond `most`; what the shares leave goes round.
fn share(sizes: &mut [usize], mut left: usize, most: usize) {
    let whole: f64 = (1..=sizes.len()).map(|place| 1.0 / place as f64).sum();
    let all = left as f64;
    for (index, size) in sizes.iter_mut().enumerate() {
        let wanted = (all / (whole * (index + 1) as f64)) as usize;
        let given = wanted.min(most - *size).min(left);
        *size += given;
        left -= given;
    }
    while left > 0 {
        for size in sizes.iter_mut().filter(|size| **size < most) {
            let given = left.min(1);
            *size += given;
            left -= given;
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::Code;
    use proptest::prelude::*;

    use super::*;

    fn plan(users: u32, organizations: u32, memberships: u32, largest: Option<u32>) -> Plan {
        Plan {
            users,
            organizations,
            memberships,
            invitations: 0,
            keys: 0,
            usage: 0,
            sessions: 0,
            quota: None,
            largest,
            seed: 1,
            password: None,
            adds: false,
        }
    }

    fn refused(plan: &Plan) -> Vec<(String, Code)> {
        let problems = plan.validate().err().unwrap_or_default().0;
        let told =
            |problem: Problem| (problem.field.unwrap_or_default().into_owned(), problem.code);
        problems.into_iter().map(told).collect()
    }

    #[test]
    fn a_few_organizations_are_large_and_many_small() {
        let mut sizes = plan(10_000, 1_000, 25_000, None).sizes(&mut Dice::seeded(1));
        sizes.sort_unstable();
        assert_eq!(sizes.iter().sum::<usize>(), 25_000);
        assert!(
            sizes[999] > 3_000 && sizes[500] < 10,
            "{} {}",
            sizes[999],
            sizes[500]
        );
    }

    #[test]
    fn what_does_not_fit_together_is_refused_with_what_would() {
        for (users, organizations, memberships, largest, field) in [
            (0, 0, 0, None, "users"),
            (10, 100_001, 100_001, None, "organizations"),
            (10, 5, 4, None, "memberships"),
            (10, 5, 51, None, "memberships"),
            (10, 0, 1, None, "memberships"),
            (10, 5, 20, Some(11), "largest"),
            (10, 5, 20, Some(0), "largest"),
            (10, 5, 12, Some(9), "memberships"),
            (10, 5, 46, Some(9), "memberships"),
        ] {
            let refused = refused(&plan(users, organizations, memberships, largest));
            let expected = (field.to_owned(), Code::OutOfRange);
            assert!(refused.contains(&expected), "{refused:?}, not {expected:?}");
        }
        let plan = Plan {
            invitations: 1,
            ..plan(10, 0, 0, None)
        };
        assert_eq!(
            refused(&plan),
            [("invitations".to_owned(), Code::OutOfRange)]
        );
    }

    proptest! {
        #[test]
        fn every_plan_that_is_taken_is_kept_exactly(
            users in 0..40_u32, organizations in 0..12_u32, memberships in 0..300_u32, largest in proptest::option::of(0..40_u32)
        ) {
            let plan = plan(users, organizations, memberships, largest);
            if plan.validate().is_ok() {
                let sizes = plan.sizes(&mut Dice::seeded(3));
                prop_assert_eq!(sizes.len(), organizations as usize);
                prop_assert_eq!(sizes.iter().sum::<usize>(), memberships as usize);
                prop_assert!(sizes.iter().all(|size| (1..=users as usize).contains(size)));
                let most = sizes.iter().max().copied();
                prop_assert!(largest.is_none() || organizations == 0 || most == largest.map(|most| most as usize));
            }
        }
    }
}
