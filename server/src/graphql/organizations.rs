//! What an organization is in the schema.

mod mutations;
mod queries;

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use async_graphql::{Context, Enum, ID, Object};
use contract::{
    OrganizationId, Permission,
    api_keys::KeyStatus,
    members::{ListMembers, MemberFilter},
    organizations::{self, picture_path},
};
use domain::{
    Ctx, InOrg,
    api_keys::{KeyFilter, ListKeys},
    audit::{AuditFilter, ListAudit},
};

use super::{
    acting::Acting,
    api_keys::{self, ApiKey, ApiKeyStatus},
    audit::{AuditEvent, AuditEventFilter},
    connection::{Listed, Total, asked, listed},
    errors::{Field, FieldError},
    invitations::Invitation,
    loaders::{
        AllUsageOf, AuditOf, CountAudit, CountInvitations, CountKeys, CountMembers, InvitationsOf,
        KeysOf, Loads, MembersOf, OwnerOf, QuotaOf, load_one,
    },
    members::{self, Membership, Role},
    scalars::{DateTime, SafeInt},
    usage::{Interval, Quota, UsageSeries, span},
    users::{self, User},
};

pub(super) use mutations::OrganizationMutations;
pub(super) use queries::OrganizationQueries;

/// What an organization has paid for.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "organizations::SubscriptionTier")]
pub(super) enum SubscriptionTier {
    /// Nothing; the initial tier.
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
        let of = |one: &Self| (one.in_org().id(), one.in_org().user_id());
        of(self) == of(other)
    }
}

impl Eq for Organization {}

impl Hash for Organization {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.in_org().id(), self.in_org().user_id()).hash(state);
    }
}

impl Organization {
    pub(super) fn in_org(&self) -> &InOrg {
        &self.0.in_org
    }

    fn facts(&self) -> &contract::Organization {
        self.in_org().organization()
    }

    /// A fact for callers that may read it; for others the field alone is an error.
    fn told_if<T>(
        &self,
        context: &Context<'_>,
        permission: Permission,
        fact: Option<T>,
    ) -> Field<T> {
        match api_keys::require(context, self, permission) {
            Ok(()) => fact.map(Ok),
            Err(error) => Some(Err(error)),
        }
    }
}

/// The organization of an id; `None` for who is no member of it.
pub(super) async fn entered(
    context: &Context<'_>,
    id: OrganizationId,
) -> Result<Option<Organization>, FieldError> {
    let loads = context.data_unchecked::<Loads>();
    loads.load_one(id).await?.transpose()
}

/// The address of a picture.
pub(super) fn picture_url(ctx: &Ctx, id: Option<&str>) -> Option<String> {
    id.map(|id| ctx.settings().page(&picture_path(id)))
}

/// A group of people who share something. Readable only by its members and its keys; to everybody else it does not exist. A
/// member who lacks a second factor that it asks for reads null, with `SECOND_FACTOR_REQUIRED`; while an operator has suspended
/// it, every member does, with `ORGANIZATION_SUSPENDED`.
#[Object]
impl Organization {
    /// Begins with `org_`, and never changes.
    pub(super) async fn id(&self) -> &ID {
        &self.0.id
    }

    /// Its name: one line of at most 80 characters.
    pub(super) async fn name(&self) -> &str {
        &self.facts().name
    }

    /// The slug, which is the part of its address after `/o/`: 2 to 39 letters a–z and digits, with single hyphens between
    /// them. No two organizations share one.
    async fn slug(&self) -> &str {
        &self.facts().slug
    }

    /// The address of its logo, a square PNG; null without one. A new logo has a new address. For members, and keys with
    /// `organization:read`.
    async fn logo_url(&self, context: &Context<'_>) -> Field<String> {
        let logo = picture_url(Acting::of(context).ctx(), self.facts().logo.as_deref());
        self.told_if(context, Permission::ReadOrganization, logo)
    }

    /// The primary owner. There may be more owners: they are `members(role: OWNER)`. For members, and keys with `members:read`.
    async fn owner(&self, context: &Context<'_>) -> Field<User> {
        if let Err(error) = api_keys::require(context, self, Permission::ReadMembers) {
            return Some(Err(error));
        }
        let loads = context.data_unchecked::<Loads>();
        match loads.load_one(OwnerOf(self.clone())).await.transpose()? {
            Ok(person) => users::see(context, &person).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// As set by a billing system or an operator. For members, and keys with `organization:read`.
    async fn subscription_tier(&self, context: &Context<'_>) -> Field<SubscriptionTier> {
        let tier = self.facts().subscription_tier.into();
        self.told_if(context, Permission::ReadOrganization, Some(tier))
    }

    /// Units that it can use per month. For members, and keys with `organization:read`.
    async fn quota_limit(&self, context: &Context<'_>) -> Field<SafeInt> {
        let limit = SafeInt(self.facts().quota_limit);
        self.told_if(context, Permission::ReadOrganization, Some(limit))
    }

    /// How many members and open invitations it can have; null for no limit. For members, and keys with `organization:read`.
    async fn seats(&self, context: &Context<'_>) -> Field<u32> {
        self.told_if(context, Permission::ReadOrganization, self.facts().seats)
    }

    /// How many members there are. For members, and keys with `organization:read`.
    async fn member_count(&self, context: &Context<'_>) -> Field<u64> {
        let count = self.facts().member_count;
        self.told_if(context, Permission::ReadOrganization, Some(count))
    }

    /// When it was created. For members, and keys with `organization:read`.
    async fn created_at(&self, context: &Context<'_>) -> Field<DateTime> {
        let at = self.facts().created_at.into();
        self.told_if(context, Permission::ReadOrganization, Some(at))
    }

    /// When its name, slug, logo, owner, plan, deletion or required second factor last changed. For members, and keys with `organization:read`.
    async fn updated_at(&self, context: &Context<'_>) -> Field<DateTime> {
        let at = self.facts().updated_at.into();
        self.told_if(context, Permission::ReadOrganization, Some(at))
    }

    /// When an owner deleted it. It can be read, and restored, until `purgesAt`. For members, and keys with `organization:read`.
    async fn deleted_at(&self, context: &Context<'_>) -> Field<DateTime> {
        let at = self.facts().deleted_at.map(DateTime);
        self.told_if(context, Permission::ReadOrganization, at)
    }

    /// When members without a second factor start to be kept out; null if nobody needs one. For members, and keys with
    /// `organization:read`.
    async fn second_factor_from(&self, context: &Context<'_>) -> Field<DateTime> {
        let at = self.facts().second_factor_from.map(DateTime);
        self.told_if(context, Permission::ReadOrganization, at)
    }

    /// When it is deleted for good, 30 days after an owner deleted it. For members, and keys with `organization:read`.
    async fn purges_at(&self, context: &Context<'_>) -> Field<DateTime> {
        let at = self.facts().purges_at().map(DateTime);
        self.told_if(context, Permission::ReadOrganization, at)
    }

    /// The caller's membership; null for a key.
    async fn viewer_role(&self) -> Option<Role> {
        let in_org = self.in_org();
        in_org.key().is_none().then(|| in_org.role().into())
    }

    /// What the caller's role or key allows. While the organization is deleted, it can only be read and restored.
    async fn viewer_can(&self) -> Vec<members::Permission> {
        let all = Permission::ALL.iter().copied();
        all.filter(|permission| self.in_org().may(*permission))
            .map(Into::into)
            .collect()
    }

    /// Its API keys, newest first. For members, and keys with `keys:read`. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`,
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
        #[graphql(
            desc = "Only those in this state; by default all that are not revoked. Revoked ones are listed for 30 days."
        )]
        status: Option<ApiKeyStatus>,
        #[graphql(
            desc = "Those whose name, or the name or username of whose creator, contains this text, ignoring case; and those that begin with it, like `lk_org_9aZ2`."
        )]
        search: Option<String>,
    ) -> Field<Listed<ApiKey>> {
        let acting = Acting::of(context);
        let page = match asked(first, after, last, before) {
            Ok(page) => page,
            Err(problem) => return Some(Err(acting.error(&problem.into()))),
        };
        let filter = KeyFilter {
            search: search.unwrap_or_default(),
            status: status.map_or_else(String::new, |status| {
                KeyStatus::from(status).as_str().to_owned()
            }),
        };
        let total = Total::Keys(CountKeys(self.clone(), filter.clone()));
        let key = KeysOf(self.clone(), ListKeys { filter, page });
        let page = load_one(context, key).await?;
        Some(page.map(|page| listed(&page, total, |key| ApiKey::within(acting, self, key))))
    }

    /// Units of this month: how many can be used, and how many are. For members, and keys with `usage:read`.
    async fn quota(&self, context: &Context<'_>) -> Field<Quota> {
        let state = load_one(context, QuotaOf(self.clone())).await?;
        Some(state.map(Quota::from))
    }

    /// How much all its keys together were used. For members, and keys with `usage:read`. Refused: `OUT_OF_RANGE`.
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
        let acting = Acting::of(context);
        let span = span(acting.ctx(), from, to, interval);
        let series = load_one(context, AllUsageOf(self.clone(), span)).await?;
        Some(series.map(|series| UsageSeries::from(&*series)))
    }

    /// Its members, in the order of joining. For members, and keys with `members:read`. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`, `TOO_LONG`,
    /// `INVALID_CHARACTERS`.
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
            desc = "Those whose name, username or (for whoever may read addresses) address contains this text, ignoring case."
        )]
        search: Option<String>,
        #[graphql(desc = "Only those with this role.")] role: Option<Role>,
        #[graphql(
            desc = "Only those with a second factor, or only those without; for admins and owners, and keys with `member_details:read`."
        )]
        has_second_factor: Option<bool>,
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
            has_second_factor,
        };
        let total = Total::Members(CountMembers(self.clone(), filter.clone()));
        let key = MembersOf(self.clone(), ListMembers { filter, page });
        let page = load_one(context, key).await?;
        Some(page.map(|page| listed(&page, total, |member| Membership::of(self, member))))
    }

    /// Its invitations that were not accepted, newest first. For admins and owners; null for others, with `FORBIDDEN`. Refused:
    /// `INVALID_PAGE_SIZE`, `INVALID_CURSOR`.
    async fn invitations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<Invitation>> {
        let page = match asked(first, after, last, before) {
            Ok(page) => page,
            Err(problem) => return Some(Err(Acting::of(context).error(&problem.into()))),
        };
        let total = Total::Invitations(CountInvitations(self.clone()));
        let key = InvitationsOf(self.clone(), page);
        let page = load_one(context, key).await?;
        Some(page.map(|page| {
            listed(&page, total, |invitation| {
                Invitation::within(self, invitation)
            })
        }))
    }

    /// Its audit log, newest first. For admins and owners, and keys with `audit:read`; null for others, with `FORBIDDEN`. Refused:
    /// `INVALID_PAGE_SIZE`, `INVALID_CURSOR`; of the filter `OUT_OF_RANGE` (an actor or a subject that cannot exist, a period that
    /// ends before it begins), `INVALID_CHARACTERS`, `TOO_LONG`.
    async fn audit_events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entries; all by default.")] filter: Option<AuditEventFilter>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<AuditEvent>> {
        let page = match asked(first, after, last, before) {
            Ok(page) => page,
            Err(problem) => return Some(Err(Acting::of(context).error(&problem.into()))),
        };
        let filter = AuditFilter::from(filter.unwrap_or_default());
        let total = Total::Audit(CountAudit(self.clone(), filter.clone()));
        let key = AuditOf(self.clone(), ListAudit { filter, page });
        let page = load_one(context, key).await?;
        Some(page.map(|page| listed(&page, total, |entry| AuditEvent::of(self, entry))))
    }
}
