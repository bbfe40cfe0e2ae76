//! Organizations that do not exist, with their members and invitations.

use contract::{
    EmailAddress, Role, Slug, Timestamp,
    invitations::DEFAULT_DAYS,
    organizations::{DEFAULT_QUOTA, SubscriptionTier},
};
use uuid::Uuid;

use super::{
    dice::Dice,
    names::MESSAGES,
    people::{self, Person},
    unique::Unique,
};
use crate::error::Result;

const MINUTE: i64 = 60;

const DAY: i64 = 24 * 60 * 60;

/// An organization with who is in it and who is invited.
pub(super) struct Group {
    pub(super) id: Uuid,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) tier: SubscriptionTier,
    pub(super) quota_limit: i64,
    pub(super) seats: Option<i32>,
    pub(super) created_at: Timestamp,
    /// The primary owner first, then in the order of joining.
    pub(super) members: Vec<Place>,
    pub(super) invitations: Vec<Offer>,
}

/// One person in an organization.
pub(super) struct Place {
    pub(super) id: Uuid,
    /// The place in the list of people.
    pub(super) person: usize,
    pub(super) role: Role,
    pub(super) joined_at: Timestamp,
    pub(super) last_active_at: Option<Timestamp>,
}

/// An invitation that was not accepted, by the primary owner.
pub(super) struct Offer {
    pub(super) id: Uuid,
    pub(super) email: EmailAddress,
    pub(super) role: Role,
    pub(super) message: &'static str,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) answer: Answer,
}

/// What became of an invitation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// None yet: it is pending or has expired.
    Open,
    Declined(Timestamp),
    Revoked(Timestamp),
}

/// What organizations are made of.
pub(super) struct Workshop<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) handles: &'a mut Unique,
    pub(super) slugs: &'a mut Unique,
    pub(super) people: &'a [Person],
    /// Units a month; by the tier when nothing is said.
    pub(super) quota: Option<i64>,
    pub(super) now: Timestamp,
}

impl Workshop<'_> {
    /// Organizations of these sizes, in the order in which they were made, among which so many invitations are spread.
    pub(super) fn groups(&mut self, sizes: &[usize], invitations: u32) -> Result<Vec<Group>> {
        let mut offers = vec![0; sizes.len()];
        (0..invitations).for_each(|_| offers[self.dice.below(sizes.len())] += 1);
        // People by their places, to draw from: those that are drawn for an organization stand first.
        let mut order: Vec<usize> = (0..self.people.len()).collect();
        let mut groups = sizes
            .iter()
            .zip(offers)
            .map(|(size, offers)| self.group(&mut order, *size, offers))
            .collect::<Result<Vec<Group>>>()?;
        groups.sort_unstable_by_key(|group| group.id);
        Ok(groups)
    }

    fn group(&mut self, order: &mut [usize], size: usize, offers: usize) -> Result<Group> {
        (0..size).for_each(|place| self.dice.draw(order, place));
        // Late enough to be joined by others since.
        let last = self.now.minus_seconds(MINUTE);
        let created_at = self.dice.between(self.people[order[0]].created_at, last);
        let members = self.members(&order[..size], created_at);
        let invitations = self.offers(order, size, offers, created_at)?;
        let (name, slug) = self.called();
        let (tier, quota_limit) = self.tier();
        Ok(Group {
            id: self.dice.id(created_at),
            slug,
            name,
            tier,
            quota_limit,
            seats: self.seats(tier, members.len(), &invitations),
            created_at,
            members,
            invitations,
        })
    }

    fn members(&mut self, drawn: &[usize], created_at: Timestamp) -> Vec<Place> {
        let mut members = vec![Place {
            role: Role::Owner,
            ..self.member(drawn[0], created_at)
        }];
        let later = drawn[1..].iter().map(|&person| {
            let first = created_at.max(self.people[person].created_at);
            let joined_at = self.dice.between(first.plus_seconds(1), self.now);
            self.member(person, joined_at)
        });
        members.extend(later);
        members[1..].sort_unstable_by_key(|member| member.id);
        members
    }

    fn member(&mut self, person: usize, joined_at: Timestamp) -> Place {
        let role = match self.dice.below(100) {
            0..2 => Role::Owner,
            2..10 => Role::Admin,
            _ => Role::Member,
        };
        let has_opened_it = self.dice.chance(70);
        Place {
            id: self.dice.id(joined_at),
            person,
            role,
            joined_at,
            last_active_at: has_opened_it.then(|| self.dice.between(joined_at, self.now)),
        }
    }

    /// Half of those who are invited have an account, as long as there are people who are not members.
    fn offers(
        &mut self,
        order: &mut [usize],
        size: usize,
        count: usize,
        created_at: Timestamp,
    ) -> Result<Vec<Offer>> {
        let mut offers = Vec::with_capacity(count);
        let mut place = size;
        for _ in 0..count {
            let email = if place < order.len() && self.dice.chance(50) {
                self.dice.draw(order, place);
                place += 1;
                self.people[order[place - 1]].email.clone()
            } else {
                let handle = self.handles.take("guest");
                people::email(self.dice, &handle)?
            };
            offers.push(self.offer(email, created_at));
        }
        offers.sort_unstable_by_key(|offer| offer.id);
        Ok(offers)
    }

    fn offer(&mut self, email: EmailAddress, since: Timestamp) -> Offer {
        let open_for = DEFAULT_DAYS * DAY;
        let kind = self.dice.below(100);
        let latest = self.now.minus_seconds(open_for);
        let created_at = if kind < 40 || since >= latest {
            let lately = self.now.minus_seconds(open_for - DAY);
            self.dice.between(lately.max(since), self.now)
        } else {
            self.dice.between(since, latest)
        };
        let expires_at = created_at.plus_seconds(open_for);
        let answered_at = self.dice.between(created_at, expires_at.min(self.now));
        Offer {
            id: self.dice.id(created_at),
            email,
            role: self
                .dice
                .pick(&[Role::Member, Role::Member, Role::Member, Role::Admin]),
            message: self.dice.pick(MESSAGES),
            created_at,
            expires_at,
            answer: match kind {
                ..65 => Answer::Open,
                65..85 => Answer::Declined(answered_at),
                _ => Answer::Revoked(answered_at),
            },
        }
    }

    /// Name and slug.
    fn called(&mut self) -> (String, String) {
        let culture = people::culture(self.dice);
        let (firm, kind) = (self.dice.pick(culture.firms), self.dice.pick(culture.kinds));
        let slug = Slug::propose(&format!("{} {}", firm.1, kind.1));
        (format!("{}{}", firm.0, kind.0), self.slugs.take(&slug))
    }

    fn tier(&mut self) -> (SubscriptionTier, i64) {
        let (tier, times) = match self.dice.below(20) {
            0..12 => (SubscriptionTier::Free, 1),
            12..16 => (SubscriptionTier::Starter, 10),
            16..19 => (SubscriptionTier::Pro, 50),
            _ => (SubscriptionTier::Enterprise, 500),
        };
        (tier, self.quota.unwrap_or(DEFAULT_QUOTA * times))
    }

    /// Half of those who pay have a number of seats, some of which are free.
    fn seats(&mut self, tier: SubscriptionTier, members: usize, offers: &[Offer]) -> Option<i32> {
        if tier == SubscriptionTier::Free || self.dice.chance(50) {
            return None;
        }
        let is_pending =
            |offer: &&Offer| offer.answer == Answer::Open && offer.expires_at > self.now;
        let taken = members + offers.iter().filter(is_pending).count();
        i32::try_from(taken + self.dice.below(20)).ok()
    }
}
