//! The operator's console in the schema: what staff read and do. To everybody else it does not exist.

mod key_mutations;
mod keys;
mod log;
mod mail_mutations;
mod mails;
mod organization_mutations;
mod organizations;
mod overview;
mod totals;
mod user_mutations;
mod users;

use async_graphql::{Context, ID, Object};
use contract::{
    ApiKeyId, OrganizationId, UserId,
    admin::{MailFilter, OrganizationFilter, UserFilter},
    api_keys::KeyStatus,
};
use domain::{
    admin,
    api_keys::{KeyFilter, ListKeys},
    mail,
};

use self::{
    keys::AdminApiKey,
    log::AdminLogEntry,
    mails::{MailStatus, QueuedMail},
    organizations::{AdminOrganization, OrganizationStatus},
    overview::{Overview, ShownSetting},
    users::{AdminUser, UserStatus},
};
use super::{
    acting::Acting,
    api_keys::ApiKeyStatus,
    audit::AuditEventFilter,
    connection::{Listed, Total, asked, listed},
    errors::Field,
    organizations::SubscriptionTier,
    scalars::DateTime,
};

pub(super) use key_mutations::StaffKeyMutations;
pub(super) use mail_mutations::MailMutations;
pub(super) use organization_mutations::StaffOrganizationMutations;
pub(super) use totals::StaffList;
pub(super) use user_mutations::UserMutations;

/// What staff see of everything.
#[derive(Debug)]
struct Admin;

/// The operator's console: for people who are staff and have set up a second step at sign-in.
#[Object]
impl Admin {
    /// How the installation is doing.
    async fn overview(&self, context: &Context<'_>) -> Field<Overview> {
        let acting = Acting::of(context);
        let read = admin::overview(acting.ctx(), &acting.actor()).await;
        Some(
            read.map(Overview::from)
                .map_err(|error| acting.error(&error)),
        )
    }

    /// Every setting in effect, and where each comes from; secrets are hidden.
    async fn configuration(&self, context: &Context<'_>) -> Field<Vec<ShownSetting>> {
        let acting = Acting::of(context);
        let read = admin::configuration(acting.ctx(), &acting.actor()).await;
        let shown = |all: Vec<contract::admin::ShownSetting>| {
            all.into_iter().map(ShownSetting::from).collect()
        };
        Some(read.map(shown).map_err(|error| acting.error(&error)))
    }

    /// People, newest first. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`, `TOO_LONG`, `INVALID_CHARACTERS`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the schema")]
    async fn users(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
        #[graphql(
            desc = "Those whose name, username or address contains this text, ignoring case; and those whose id begins with it."
        )]
        search: Option<String>,
        #[graphql(desc = "Only those in this state.")] status: Option<UserStatus>,
        #[graphql(desc = "Only those who are staff, or only those who are not.")] is_staff: Option<
            bool,
        >,
        #[graphql(desc = "Only those with a second factor, or only those without.")]
        has_second_factor: Option<bool>,
        #[graphql(desc = "Only those created at this time or later.")] created_from: Option<
            DateTime,
        >,
        #[graphql(desc = "Only those created before this time.")] created_to: Option<DateTime>,
    ) -> Field<Listed<AdminUser>> {
        let acting = Acting::of(context);
        let filter = UserFilter {
            search: search.unwrap_or_default(),
            status: status.map_or_else(String::new, |status| {
                contract::admin::UserStatus::from(status)
                    .as_str()
                    .to_owned()
            }),
            is_staff,
            has_second_factor,
            created_from: created_from.map(|at| at.0),
            created_to: created_to.map(|at| at.0),
        };
        let read = async {
            let request = asked(first, after, last, before)?;
            admin::users::page(acting.ctx(), &acting.actor(), &filter, &request).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::Users(filter));
        Some(page.map(|page| listed(&page, total, AdminUser::from)))
    }

    /// One person. Null if there is none with this id.
    async fn user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Begins with `usr_`.")] id: ID,
    ) -> Field<AdminUser> {
        let acting = Acting::of(context);
        let id = id.parse().unwrap_or(UserId::NOTHING);
        let read = admin::users::get(acting.ctx(), &acting.actor(), id).await;
        acting.seen(read.map(|detail| AdminUser::from(&detail.row)))
    }

    /// Organizations, newest first. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`, `TOO_LONG`, `INVALID_CHARACTERS`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the schema")]
    async fn organizations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
        #[graphql(
            desc = "Those whose name or slug contains this text, ignoring case; and those whose id begins with it."
        )]
        search: Option<String>,
        #[graphql(desc = "Only those of this tier.")] tier: Option<SubscriptionTier>,
        #[graphql(desc = "Only those in this state.")] status: Option<OrganizationStatus>,
        #[graphql(
            desc = "If true, only those that have used up this month's quota.",
            default
        )]
        is_over_quota: bool,
    ) -> Field<Listed<AdminOrganization>> {
        let acting = Acting::of(context);
        let filter = OrganizationFilter {
            search: search.unwrap_or_default(),
            tier: tier.map_or_else(String::new, |tier| {
                contract::organizations::SubscriptionTier::from(tier)
                    .as_str()
                    .to_owned()
            }),
            status: status.map_or_else(String::new, |status| {
                contract::admin::OrganizationStatus::from(status)
                    .as_str()
                    .to_owned()
            }),
            is_over_quota,
        };
        let read = async {
            let request = asked(first, after, last, before)?;
            admin::organizations::page(acting.ctx(), &acting.actor(), &filter, &request).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::Organizations(filter));
        Some(page.map(|page| listed(&page, total, AdminOrganization::from)))
    }

    /// One organization, deleted or suspended or not. Null if there is none with this id.
    async fn organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Begins with `org_`.")] id: ID,
    ) -> Field<AdminOrganization> {
        let acting = Acting::of(context);
        let id = id.parse().unwrap_or(OrganizationId::NOTHING);
        let read = admin::organizations::get(acting.ctx(), &acting.actor(), id).await;
        acting.seen(read.map(|detail| AdminOrganization::from(&detail.row)))
    }

    /// Keys of all organizations, newest first. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`, `TOO_LONG`, `INVALID_CHARACTERS`.
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
            desc = "Those whose name contains this text, ignoring case; those that begin with it, like `lk_org_9aZ2`; those whose last four characters it is; and those whose id begins with it."
        )]
        search: Option<String>,
        #[graphql(desc = "Only those in this state; all by default.")] status: Option<ApiKeyStatus>,
    ) -> Field<Listed<AdminApiKey>> {
        let acting = Acting::of(context);
        let filter = KeyFilter {
            search: search.unwrap_or_default(),
            status: status.map_or_else(
                || "all".to_owned(),
                |status| KeyStatus::from(status).as_str().to_owned(),
            ),
        };
        let read = async {
            let input = ListKeys {
                page: asked(first, after, last, before)?,
                filter: filter.clone(),
            };
            admin::keys::page(acting.ctx(), &acting.actor(), &input).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::Keys(filter));
        Some(page.map(|page| listed(&page, total, |row| AdminApiKey::of(acting, row))))
    }

    /// One key. Null if there is none with this id.
    async fn api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Begins with `key_`.")] id: ID,
    ) -> Field<AdminApiKey> {
        let acting = Acting::of(context);
        let id = id.parse().unwrap_or(ApiKeyId::NOTHING);
        let read = admin::keys::get(acting.ctx(), &acting.actor(), id).await;
        acting.seen(read.map(|row| AdminApiKey::of(acting, &row)))
    }

    /// E-mails that are waiting or were given up, newest first; never what they say. Refused: `INVALID_PAGE_SIZE`,
    /// `INVALID_CURSOR`, `TOO_LONG`, `INVALID_CHARACTERS`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the schema")]
    async fn mails(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
        #[graphql(desc = "Those to addresses that contain this text, ignoring case.")]
        search: Option<String>,
        #[graphql(desc = "Only those in this state.")] status: Option<MailStatus>,
    ) -> Field<Listed<QueuedMail>> {
        let acting = Acting::of(context);
        let filter = MailFilter {
            search: search.unwrap_or_default(),
            status: status.map_or_else(String::new, |status| {
                contract::admin::MailStatus::from(status)
                    .as_str()
                    .to_owned()
            }),
        };
        let read = async {
            let request = asked(first, after, last, before)?;
            mail::page(acting.ctx(), &acting.actor(), &filter, &request).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::Mails(filter));
        Some(page.map(|page| listed(&page, total, QueuedMail::from)))
    }

    /// The audit log of all organizations and of what belongs to none, like signing in; newest first. Refused:
    /// `INVALID_PAGE_SIZE`, `INVALID_CURSOR`, `OUT_OF_RANGE`, `TOO_LONG`, `INVALID_CHARACTERS`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the schema")]
    async fn audit_events(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "Which entries; all by default. People can be named by their addresses as well."
        )]
        filter: Option<AuditEventFilter>,
        #[graphql(desc = "Only those of one organization: its id or slug.")] organization: Option<
            String,
        >,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<AdminLogEntry>> {
        let request = asked(first, after, last, before).map_err(Into::into);
        log::page_of_all(context, organization, filter, request).await
    }
}

/// Questions of staff.
#[derive(Debug, Default)]
pub(super) struct AdminQueries;

#[Object]
impl AdminQueries {
    /// The operator's console. For people who are staff; null for everybody else, with `NOT_FOUND`, and for staff without a second
    /// factor, with `STAFF_FACTOR_MISSING`.
    async fn admin(&self, context: &Context<'_>) -> Field<Admin> {
        let acting = Acting::of(context);
        let look = admin::look(acting.ctx(), &acting.actor()).await;
        Some(look.map(|()| Admin).map_err(|error| acting.error(&error)))
    }
}
