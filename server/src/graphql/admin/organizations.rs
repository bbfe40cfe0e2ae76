//! Organizations, as staff see them, in the schema.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use contract::{
    Organization, OrganizationId,
    admin::{OrganizationDetail, OrganizationRow},
    api_keys::KeyStatus,
    members::{ListMembers, MemberFilter},
};
use domain::{
    admin::{self, log::Subject},
    api_keys::{KeyFilter, ListKeys},
};

use super::{
    StaffList,
    log::{self, AdminLogEntry},
};
use crate::graphql::{
    acting::Acting,
    api_keys::{ApiKey, ApiKeyStatus},
    connection::{Listed, Total, asked, listed},
    errors::Field,
    loaders::{Loads, OrganizationDetails},
    members::{Membership, Role},
    organizations::{SubscriptionTier, picture_url},
    scalars::{DateTime, SafeInt},
    usage::{Interval, Quota, UsageSeries, span},
    users::User,
};

/// The state of an organization.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "contract::admin::OrganizationStatus")]
pub(super) enum OrganizationStatus {
    /// Its members can use it.
    Active,
    /// An operator has suspended it: nobody can open it, and its keys are refused.
    Suspended,
    /// It is deleted, and waits to be purged.
    Deleted,
}

/// An organization as staff see it, who are not members.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct AdminOrganization {
    /// Begins with `org_`.
    id: ID,
    /// Its name.
    name: String,
    /// The slug, which is the part of its address after `/o/`.
    slug: String,
    /// Its state.
    status: OrganizationStatus,
    /// As set by a billing system or an operator.
    subscription_tier: SubscriptionTier,
    /// Units that it can use per month.
    quota_limit: SafeInt,
    /// Units that were used this month, as of a few seconds ago.
    quota_used: SafeInt,
    /// How many members and open invitations it can have; null for no limit.
    seats: Option<u32>,
    /// How many members there are.
    member_count: u64,
    /// How many keys have not been revoked.
    api_key_count: u64,
    /// When it was created.
    created_at: DateTime,
    /// When its name, slug, logo, owner, plan or state last changed.
    updated_at: DateTime,
    /// When an operator suspended it.
    suspended_at: Option<DateTime>,
    /// When it was deleted.
    deleted_at: Option<DateTime>,
    /// When it is deleted for good, if it is about to be.
    purges_at: Option<DateTime>,
    /// When members without a second factor start to be kept out.
    second_factor_from: Option<DateTime>,
    #[graphql(skip)]
    row: Box<OrganizationRow>,
}

impl From<&OrganizationRow> for AdminOrganization {
    fn from(row: &OrganizationRow) -> Self {
        let facts: &Organization = &row.organization;
        Self {
            id: facts.id.to_string().into(),
            name: facts.name.clone(),
            slug: facts.slug.clone(),
            status: row.status.into(),
            subscription_tier: facts.subscription_tier.into(),
            quota_limit: SafeInt(facts.quota_limit),
            quota_used: SafeInt(row.used),
            seats: facts.seats,
            member_count: facts.member_count,
            api_key_count: row.keys,
            created_at: facts.created_at.into(),
            updated_at: facts.updated_at.into(),
            suspended_at: facts.suspended_at.map(DateTime),
            deleted_at: facts.deleted_at.map(DateTime),
            purges_at: facts.purges_at().map(DateTime),
            second_factor_from: facts.second_factor_from.map(DateTime),
            row: Box::new(row.clone()),
        }
    }
}

impl AdminOrganization {
    fn organization_id(&self) -> OrganizationId {
        self.row.organization.id
    }
}

#[ComplexObject]
impl AdminOrganization {
    /// The address of its logo, a square PNG; null without one.
    async fn logo_url(&self, context: &Context<'_>) -> Option<String> {
        let logo = self.row.organization.logo.as_deref();
        picture_url(Acting::of(context).ctx(), logo)
    }

    /// The primary owner.
    async fn owner(&self) -> User {
        User::from(self.row.owner.clone())
    }

    /// Its counts.
    async fn details(&self, context: &Context<'_>) -> Field<AdminOrganizationDetails> {
        let loads = context.data_unchecked::<Loads>();
        let key = OrganizationDetails(self.organization_id());
        let loaded = loads.load_one(key).await.transpose()?;
        Some(loaded.map(AdminOrganizationDetails::from))
    }

    /// Its members, with everything that owners see of them, in the order of joining; their `organization` is null. Refused:
    /// `INVALID_PAGE_SIZE`, `INVALID_CURSOR`, `TOO_LONG`, `INVALID_CHARACTERS`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the schema")]
    async fn members(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
        #[graphql(
            desc = "Those whose name, username or address contains this text, ignoring case."
        )]
        search: Option<String>,
        #[graphql(desc = "Only those with this role.")] role: Option<Role>,
    ) -> Field<Listed<Membership>> {
        let (acting, id) = (Acting::of(context), self.organization_id());
        let filter = MemberFilter {
            search: search.unwrap_or_default(),
            role: role.map_or_else(String::new, |role| {
                contract::Role::from(role).as_str().to_owned()
            }),
            has_second_factor: None,
        };
        let read = async {
            let input = ListMembers {
                page: asked(first, after, last, before)?,
                filter: filter.clone(),
            };
            admin::organizations::members(acting.ctx(), &acting.actor(), id, &input).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::MembersOf(id, filter));
        Some(page.map(|page| listed(&page, total, Membership::from)))
    }

    /// Its keys, newest first; their `organization`, `quota` and `usage` are null. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`,
    /// `TOO_LONG`, `INVALID_CHARACTERS`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the schema")]
    async fn api_keys(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those in this state; by default all that are not revoked.")]
        status: Option<ApiKeyStatus>,
        #[graphql(
            desc = "Those whose name, or the name or username of whose creator, contains this text, ignoring case; and those that begin with it."
        )]
        search: Option<String>,
    ) -> Field<Listed<ApiKey>> {
        let (acting, id) = (Acting::of(context), self.organization_id());
        let filter = KeyFilter {
            search: search.unwrap_or_default(),
            status: status.map_or_else(String::new, |status| {
                KeyStatus::from(status).as_str().to_owned()
            }),
        };
        let read = async {
            let input = ListKeys {
                page: asked(first, after, last, before)?,
                filter: filter.clone(),
            };
            admin::organizations::keys(acting.ctx(), &acting.actor(), id, &input).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::KeysOf(id, filter));
        Some(page.map(|page| listed(&page, total, |key| ApiKey::of(acting, key))))
    }

    /// How much all its keys together were used. Refused: `OUT_OF_RANGE`.
    async fn usage(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first moment; 24 hours ago by default.")] from: Option<DateTime>,
        #[graphql(desc = "The last moment; now by default.")] to: Option<DateTime>,
        #[graphql(
            desc = "The length of the intervals, of which there can be at most 1,500.",
            default_with = "Interval::Hour"
        )]
        interval: Interval,
    ) -> Field<UsageSeries> {
        let (acting, id) = (Acting::of(context), self.organization_id());
        let span = span(acting.ctx(), from, to, interval);
        let read = admin::organizations::usage(acting.ctx(), &acting.actor(), id, span).await;
        let series = read.map_err(|error| acting.error(&error));
        Some(series.map(|series| UsageSeries::from(&series)))
    }

    /// What was done to it and in it, newest first. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`.
    async fn log(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<AdminLogEntry>> {
        let request = asked(first, after, last, before).map_err(Into::into);
        log::page(
            context,
            Subject::Organization(self.organization_id()),
            request,
        )
        .await
    }
}

/// The counts of an organization.
#[derive(Debug, SimpleObject)]
struct AdminOrganizationDetails {
    /// Owners who can sign in, including the primary one.
    owner_count: u64,
    /// Invitations that can still be accepted.
    open_invitation_count: u64,
    /// Units of this month.
    quota: Quota,
}

impl From<OrganizationDetail> for AdminOrganizationDetails {
    fn from(detail: OrganizationDetail) -> Self {
        Self {
            owner_count: detail.owners,
            open_invitation_count: detail.invitations,
            quota: detail.quota.into(),
        }
    }
}
