//! What an organization is in the schema.

mod mutations;

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use async_graphql::{Context, Enum, ID, Object};
use contract::{
    members::{ListMembers, MemberFilter},
    organizations::{self, picture_path},
};
use domain::{Ctx, InOrg};

use super::{
    acting::Acting,
    connection::{Listed, Total, asked, listed},
    errors::Field,
    invitations::Invitation,
    loaders::{CountInvitations, CountMembers, InvitationsOf, Loads, MembersOf, OwnerOf},
    members::{Membership, Permission, Role},
    scalars::{DateTime, SafeInt},
    users::{self, User},
};

pub(super) use mutations::OrganizationMutations;

/// What an organization has paid for.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "organizations::SubscriptionTier")]
pub(super) enum SubscriptionTier {
    /// Nothing; the tier at first.
    Free,
    /// The smallest plan.
    Starter,
    /// The middle plan.
    Pro,
    /// The largest plan.
    Enterprise,
}

/// An organization and the proof that the caller is a member of it. As the key of a loader it stands for that membership.
#[derive(Clone, Debug)]
pub(super) struct Organization(Arc<Held>);

#[derive(Debug)]
struct Held {
    id: ID,
    in_org: InOrg,
}

impl From<InOrg> for Organization {
    fn from(in_org: InOrg) -> Self {
        let id = in_org.id().to_string().into();
        Self(Arc::new(Held { id, in_org }))
    }
}

impl PartialEq for Organization {
    fn eq(&self, other: &Self) -> bool {
        self.in_org().membership_id() == other.in_org().membership_id()
    }
}

impl Eq for Organization {}

impl Hash for Organization {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.in_org().membership_id().hash(state);
    }
}

impl Organization {
    pub(super) fn in_org(&self) -> &InOrg {
        &self.0.in_org
    }

    fn facts(&self) -> &contract::Organization {
        self.in_org().organization()
    }
}

/// The address of a picture.
pub(super) fn picture_url(ctx: &Ctx, id: Option<&str>) -> Option<String> {
    id.map(|id| ctx.settings().page(&picture_path(id)))
}

/// A group of people who share something. Readable by its members alone; to everybody else it does not exist.
#[Object]
impl Organization {
    /// Begins with `org_`, and never changes.
    pub(super) async fn id(&self) -> &ID {
        &self.0.id
    }

    /// How it is called: one line of at most 80 characters.
    pub(super) async fn name(&self) -> &str {
        &self.facts().name
    }

    /// The part of its pages' addresses: 2 to 39 letters a–z and digits, with single hyphens between them. No two
    /// organizations share one.
    async fn slug(&self) -> &str {
        &self.facts().slug
    }

    /// Where its logo is, a square PNG; null without one. Another logo has another address.
    pub(super) async fn logo_url(&self, context: &Context<'_>) -> Option<String> {
        picture_url(Acting::of(context).ctx(), self.facts().logo.as_deref())
    }

    /// The primary owner. There may be more owners: they are `members(role: OWNER)`.
    async fn owner(&self, context: &Context<'_>) -> Field<User> {
        let loads = context.data_unchecked::<Loads>();
        match loads.load_one(OwnerOf(self.clone())).await.transpose()? {
            Ok(person) => users::see(context, &person).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// As a billing system or an operator set it.
    async fn subscription_tier(&self) -> SubscriptionTier {
        self.facts().subscription_tier.into()
    }

    /// Units that it may use in a month.
    async fn quota_limit(&self) -> SafeInt {
        SafeInt(self.facts().quota_limit)
    }

    /// How many members and open invitations there may be; null for no limit.
    async fn seats(&self) -> Option<u32> {
        self.facts().seats
    }

    /// How many members there are.
    async fn member_count(&self) -> u64 {
        self.facts().member_count
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.facts().created_at.into()
    }

    /// When its name, slug, logo, owner, plan or deletion last changed.
    async fn updated_at(&self) -> DateTime {
        self.facts().updated_at.into()
    }

    /// When an owner deleted it. It can be read, and restored, until `purgesAt`.
    async fn deleted_at(&self) -> Option<DateTime> {
        self.facts().deleted_at.map(DateTime)
    }

    /// When it goes for good, 30 days after it was deleted.
    async fn purges_at(&self) -> Option<DateTime> {
        self.facts().purges_at().map(DateTime)
    }

    /// What the caller is in it.
    async fn viewer_role(&self) -> Role {
        self.in_org().role().into()
    }

    /// What the caller's role allows. While the organization is deleted, it can only be read and restored.
    async fn viewer_can(&self) -> Vec<Permission> {
        self.in_org().role().permissions().map(Into::into).collect()
    }

    /// Its members, in the order of joining. For members. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`, `TOO_LONG`,
    /// `INVALID_CHARACTERS`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the schema")]
    async fn members(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many at most, from the start: 1 to 100; 25 when nothing is said.")]
        first: Option<i64>,
        #[graphql(desc = "Those that follow the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "How many at most, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Those that precede the one with this cursor.")] before: Option<String>,
        #[graphql(
            desc = "Those whose name, username or (for who may read addresses) address holds this text, in any case."
        )]
        search: Option<String>,
        #[graphql(desc = "Those of this role.")] role: Option<Role>,
    ) -> Field<Listed<Membership>> {
        let acting = Acting::of(context);
        let page = match asked(first, after, last, before) {
            Ok(page) => page,
            Err(problem) => return Some(Err(acting.error(&problem.into()))),
        };
        let filter = MemberFilter {
            search: search.unwrap_or_default(),
            role: role.map_or_else(String::new, |role| {
                contract::Role::from(role).as_str().to_owned()
            }),
        };
        let total = Total::Members(CountMembers(self.clone(), filter.clone()));
        let key = MembersOf(self.clone(), ListMembers { filter, page });
        let loaded = context.data_unchecked::<Loads>().load_one(key).await;
        let page = loaded.and_then(Option::transpose).transpose()?;
        Some(page.map(|page| listed(&page, total, |member| Membership::of(self, member))))
    }

    /// Its invitations that were not accepted, newest first. For admins and owners; null for others, with `FORBIDDEN`. Refused:
    /// `INVALID_PAGE_SIZE`, `INVALID_CURSOR`.
    async fn invitations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many at most, from the start: 1 to 100; 25 when nothing is said.")]
        first: Option<i64>,
        #[graphql(desc = "Those that follow the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "How many at most, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Those that precede the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<Invitation>> {
        let page = match asked(first, after, last, before) {
            Ok(page) => page,
            Err(problem) => return Some(Err(Acting::of(context).error(&problem.into()))),
        };
        let total = Total::Invitations(CountInvitations(self.clone()));
        let key = InvitationsOf(self.clone(), page);
        let loaded = context.data_unchecked::<Loads>().load_one(key).await;
        let page = loaded.and_then(Option::transpose).transpose()?;
        Some(page.map(|page| {
            listed(&page, total, |invitation| {
                Invitation::within(self, invitation)
            })
        }))
    }
}

/// Questions about organizations.
#[derive(Debug, Default)]
pub(super) struct OrganizationQueries;

#[Object]
impl OrganizationQueries {
    /// The organization of this slug, or that had it within 90 days. Null for who is no member of it, like one that does not
    /// exist.
    async fn organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The part of its pages' addresses, in any case.")] slug: String,
    ) -> Field<Organization> {
        let acting = Acting::of(context);
        let (ctx, actor) = (acting.ctx(), acting.actor());
        let found = domain::organizations::find(ctx, &actor, &slug).await;
        acting.seen(found.map(Organization::from))
    }

    /// Whether a new organization can have this slug: false for one that is taken, that was given up within 90 days, that is
    /// reserved, or that cannot be one. For signed-in people.
    async fn organization_slug_available(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The slug that is to be had.")] slug: String,
    ) -> Field<bool> {
        let acting = Acting::of(context);
        let checked = domain::organizations::check_slug(acting.ctx(), &acting.actor(), &slug).await;
        let settled = acting.settle(checked);
        Some(settled.map(|settled| settled.made.is_some()))
    }
}
