//! People, as staff see them, in the schema.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use contract::{
    UserId,
    admin::{UserDetail, UserMembership, UserRow},
};
use domain::admin::{self, log::Subject};

use super::{
    StaffList,
    keys::{AdminApiKey, AdminOrganizationName},
    log::{self, AdminLogEntry},
};
use crate::graphql::{
    acting::Acting,
    connection::{Listed, Total, asked, listed},
    errors::Field,
    loaders::{Loads, UserDetails},
    members::Role,
    organizations::picture_url,
    scalars::DateTime,
    sessions::Session,
};

/// The state of an account.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "contract::admin::UserStatus")]
pub(super) enum UserStatus {
    /// Its owner can sign in.
    Active,
    /// The address is not verified, so nobody can sign in.
    Unverified,
    /// An operator has suspended it.
    Suspended,
    /// It is deleted, and waits to be erased.
    Deleted,
}

/// A person as staff see them.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct AdminUser {
    /// Begins with `usr_`.
    id: ID,
    /// Where e-mails go, and what the person signs in with.
    email: String,
    /// No two people share one.
    username: String,
    /// The person's name; may be empty.
    name: String,
    /// The state of the account.
    status: UserStatus,
    /// Whether the person is staff of this installation.
    is_staff: bool,
    /// Whether a password alone does not sign the person in.
    has_second_factor: bool,
    /// How many organizations the person is in.
    organization_count: u64,
    /// When the account was created.
    created_at: DateTime,
    /// When the person last used a session or signed in.
    last_seen_at: Option<DateTime>,
    #[graphql(skip)]
    user_id: UserId,
    #[graphql(skip)]
    avatar: Option<String>,
}

impl From<&UserRow> for AdminUser {
    fn from(row: &UserRow) -> Self {
        Self {
            id: row.id.to_string().into(),
            email: row.email.clone(),
            username: row.username.clone(),
            name: row.name.clone(),
            status: row.status.into(),
            is_staff: row.is_staff,
            has_second_factor: row.has_second_factor,
            organization_count: row.organizations,
            created_at: row.created_at.into(),
            last_seen_at: row.last_seen_at.map(DateTime),
            user_id: row.id,
            avatar: row.avatar.clone(),
        }
    }
}

#[ComplexObject]
impl AdminUser {
    /// The address of the person's picture, a square PNG; null without one.
    async fn avatar_url(&self, context: &Context<'_>) -> Option<String> {
        picture_url(Acting::of(context).ctx(), self.avatar.as_deref())
    }

    /// All other facts.
    async fn details(&self, context: &Context<'_>) -> Field<AdminUserDetails> {
        let loads = context.data_unchecked::<Loads>();
        let loaded = loads
            .load_one(UserDetails(self.user_id))
            .await
            .transpose()?;
        Some(loaded.map(AdminUserDetails::from))
    }

    /// Where the person is signed in, newest first. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`.
    async fn sessions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<Session>> {
        let (acting, id) = (Acting::of(context), self.user_id);
        let read = async {
            let request = asked(first, after, last, before)?;
            admin::users::sessions(acting.ctx(), &acting.actor(), id, &request).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::SessionsOf(id));
        Some(page.map(|page| listed(&page, total, Session::from)))
    }

    /// What the person is a member of, in the order of joining. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`.
    async fn memberships(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<AdminMembership>> {
        let (acting, id) = (Acting::of(context), self.user_id);
        let read = async {
            let request = asked(first, after, last, before)?;
            admin::users::memberships(acting.ctx(), &acting.actor(), id, &request).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::MembershipsOf(id));
        Some(page.map(|page| listed(&page, total, AdminMembership::from)))
    }

    /// The keys that the person has created, newest first. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`.
    async fn api_keys(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<AdminApiKey>> {
        let (acting, id) = (Acting::of(context), self.user_id);
        let read = async {
            let request = asked(first, after, last, before)?;
            admin::users::keys(acting.ctx(), &acting.actor(), id, &request).await
        };
        let page = read.await.map_err(|error| acting.error(&error));
        let total = Total::Staff(StaffList::KeysMadeBy(id));
        Some(page.map(|page| listed(&page, total, |row| AdminApiKey::of(acting, row))))
    }

    /// What was done to the account, newest first. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`.
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
        log::page(context, Subject::User(self.user_id), request).await
    }
}

/// What else staff see about a person.
#[derive(Debug, SimpleObject)]
struct AdminUserDetails {
    /// A telephone number in the form of ITU-T E.164.
    phone: Option<String>,
    /// A name of the IANA time zone database.
    time_zone: String,
    /// A BCP 47 tag.
    language: String,
    /// When the address was verified.
    email_verified_at: Option<DateTime>,
    /// Since when the person is staff.
    staff_since: Option<DateTime>,
    /// When the account was suspended, or deleted.
    suspended_at: Option<DateTime>,
    /// When it was deleted.
    deleted_at: Option<DateTime>,
    /// When it is deleted for good, if it is about to be.
    erased_at: Option<DateTime>,
    /// When address, username, name, phone number or password last changed.
    updated_at: DateTime,
    /// Whether there is a password.
    has_password: bool,
    /// When it was last set.
    password_changed_at: Option<DateTime>,
    /// Since when an authenticator app is asked for at sign-in; null if it is not.
    app_since: Option<DateTime>,
    /// How many passkeys there are.
    passkey_count: u32,
    /// Recovery codes that have not been used.
    recovery_codes_left: u32,
    /// How many connected accounts can sign the person in.
    identity_count: u64,
    /// How many sessions are active.
    session_count: u64,
    /// How many keys the person has created.
    api_key_count: u64,
    /// Whether the caller may not suspend or delete this person, or remove their factors or password: staff may not do that to
    /// other staff.
    is_protected: bool,
}

impl From<UserDetail> for AdminUserDetails {
    fn from(detail: UserDetail) -> Self {
        Self {
            phone: detail.phone,
            time_zone: detail.time_zone,
            language: detail.language,
            email_verified_at: detail.email_verified_at.map(DateTime),
            staff_since: detail.staff_since.map(DateTime),
            suspended_at: detail.suspended_at.map(DateTime),
            deleted_at: detail.deleted_at.map(DateTime),
            erased_at: detail.erased_at.map(DateTime),
            updated_at: detail.updated_at.into(),
            has_password: detail.has_password,
            password_changed_at: detail.password_changed_at.map(DateTime),
            app_since: detail.second_factors.app_since.map(DateTime),
            passkey_count: detail.second_factors.passkeys,
            recovery_codes_left: detail.second_factors.recovery_codes_left,
            identity_count: detail.identities,
            session_count: detail.sessions,
            api_key_count: detail.keys,
            is_protected: detail.is_protected,
        }
    }
}

/// A person's membership in an organization, as staff see it.
#[derive(Debug, SimpleObject)]
pub(super) struct AdminMembership {
    /// Begins with `mem_`.
    id: ID,
    /// The organization.
    organization: AdminOrganizationName,
    /// What the person may do there.
    role: Role,
    /// Whether the organization names this person as its owner.
    is_primary_owner: bool,
    /// When the person became a member.
    joined_at: DateTime,
    /// When the person last opened the organization.
    last_active_at: Option<DateTime>,
}

impl From<&UserMembership> for AdminMembership {
    fn from(membership: &UserMembership) -> Self {
        Self {
            id: membership.id.to_string().into(),
            organization: (&membership.organization).into(),
            role: membership.role.into(),
            is_primary_owner: membership.is_primary_owner,
            joined_at: membership.joined_at.into(),
            last_active_at: membership.last_active_at.map(DateTime),
        }
    }
}
