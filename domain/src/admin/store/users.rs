//! People: the tables `users` and `profiles`, and what hangs on them.

use std::collections::HashMap;

use contract::{
    MembershipId, OrganizationId, Role, Timestamp, UserId,
    accounts::UNDELETE_DAYS,
    admin::{OrganizationName, UserDetail, UserMembership, UserRow, UserStatus, ValidUserFilter},
    second_factors::SecondFactors,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::whole;
use crate::{
    counting,
    entities::{
        identity, known_client, membership, organization, profile, session,
        user::{Column, Entity, Model},
    },
    error::{Error, Result},
    paging::Window,
    search, second_factors,
};

/// A person as the list reads them: of the table, and whether there is a second factor.
#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    email: String,
    username: String,
    name: String,
    avatar_id: Option<Uuid>,
    email_verified_at: Option<i64>,
    staff_since_at: Option<i64>,
    suspended_at: Option<i64>,
    deleted_at: Option<i64>,
    created_at: i64,
    has_second_factor: bool,
}

fn rows(select: Select<Entity>) -> Select<Entity> {
    select
        .select_only()
        .columns([
            Column::Id,
            Column::Email,
            Column::Username,
            Column::Name,
            Column::AvatarId,
            Column::EmailVerifiedAt,
            Column::StaffSinceAt,
            Column::SuspendedAt,
            Column::DeletedAt,
            Column::CreatedAt,
        ])
        .expr_as(has_second_factor(), "has_second_factor")
}

fn own_id() -> Expr {
    Expr::col((Entity, Column::Id))
}

fn has_second_factor() -> Expr {
    second_factors::is_any_on_for(own_id())
}

fn of_status(status: UserStatus) -> Condition {
    let all = Condition::all();
    match status {
        UserStatus::Deleted => all.add(Column::DeletedAt.is_not_null()),
        UserStatus::Suspended => all
            .add(Column::SuspendedAt.is_not_null())
            .add(Column::DeletedAt.is_null()),
        UserStatus::Unverified => all
            .add(Column::SuspendedAt.is_null())
            .add(Column::EmailVerifiedAt.is_null()),
        UserStatus::Active => all
            .add(Column::SuspendedAt.is_null())
            .add(Column::EmailVerifiedAt.is_not_null()),
    }
}

/// By a part of the name or the address, or by the beginning of the id.
fn found_by(text: &str) -> Condition {
    let text_key = search::folded(text);
    let holds = |column: Column| Expr::col((Entity, column)).like(search::holding(&text_key));
    let found = Condition::any()
        .add(holds(Column::NameKey))
        .add(holds(Column::EmailKey));
    UserId::beginning(text)
        .into_iter()
        .fold(found, |found, (low, high)| {
            found.add(own_id().between(low, high))
        })
}

fn matching(filter: &ValidUserFilter) -> Select<Entity> {
    let mut select = Entity::find();
    if let Some(status) = filter.status {
        select = select.filter(of_status(status));
    }
    select = match filter.is_staff {
        Some(true) => select.filter(Column::StaffSinceAt.is_not_null()),
        Some(false) => select.filter(Column::StaffSinceAt.is_null()),
        None => select,
    };
    select = match filter.has_second_factor {
        Some(true) => select.filter(has_second_factor()),
        Some(false) => select.filter(second_factors::is_none_on_for(own_id())),
        None => select,
    };
    if let Some(from) = filter.created_from {
        select = select.filter(Column::CreatedAt.gte(from.0));
    }
    if let Some(to) = filter.created_to {
        select = select.filter(Column::CreatedAt.lt(to.0));
    }
    if filter.search.is_empty() {
        select
    } else {
        select.filter(found_by(&filter.search))
    }
}

pub(in crate::admin) async fn list(
    db: &impl ConnectionTrait,
    filter: &ValidUserFilter,
    window: &Window,
) -> Result<Vec<UserRow>> {
    // Ids first: what a search looks into stands in an index, and of the table only the rows of the page are read.
    let ids = window.restrict(matching(filter), Column::Id);
    let ids = ids.select_only().column(Column::Id).into_query();
    let select = Entity::find().filter(Column::Id.in_subquery(ids));
    let mut found = rows(select).into_model::<Row>().all(db).await?;
    window.sort(&mut found, |row| row.id);
    told(db, found).await
}

pub(in crate::admin) async fn count(
    db: &impl ConnectionTrait,
    filter: &ValidUserFilter,
) -> Result<u64> {
    Ok(matching(filter).count(db).await?)
}

/// With how many organizations they are in, and when they were last seen.
async fn told(db: &impl ConnectionTrait, rows: Vec<Row>) -> Result<Vec<UserRow>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let organizations = organizations(db, &ids).await?;
    let seen = last_seen(db, &ids).await?;
    let row = |row: Row| UserRow {
        id: UserId(row.id),
        email: row.email,
        username: row.username,
        name: row.name,
        avatar: row.avatar_id.map(|id| id.simple().to_string()),
        status: UserStatus::of(
            row.deleted_at.is_some(),
            row.suspended_at.is_some(),
            row.email_verified_at.is_some(),
        ),
        is_staff: row.staff_since_at.is_some(),
        has_second_factor: row.has_second_factor,
        organizations: organizations.get(&row.id).copied().unwrap_or_default(),
        created_at: Timestamp(row.created_at),
        last_seen_at: seen.get(&row.id).copied().map(Timestamp),
    };
    Ok(rows.into_iter().map(row).collect())
}

async fn organizations(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, u64>> {
    use membership::{Column, Entity};
    let found: Vec<(Uuid, i64)> = Entity::find()
        .filter(Column::UserId.is_in(ids.iter().copied()))
        .select_only()
        .column(Column::UserId)
        .expr(Expr::col((Entity, Column::Id)).count())
        .group_by(Column::UserId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, count)| (id, whole(count)))
        .collect())
}

/// When people last used a session that is still there, or signed in.
async fn last_seen(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let used: Vec<(Uuid, i64)> = session::Entity::find()
        .filter(session::Column::UserId.is_in(ids.iter().copied()))
        .filter(session::Column::ImpersonatorUserId.is_null())
        .select_only()
        .column(session::Column::UserId)
        .expr(Expr::col((session::Entity, session::Column::LastSeenAt)).max())
        .group_by(session::Column::UserId)
        .into_tuple()
        .all(db)
        .await?;
    let entered: Vec<(Uuid, i64)> = known_client::Entity::find()
        .filter(known_client::Column::UserId.is_in(ids.iter().copied()))
        .select_only()
        .column(known_client::Column::UserId)
        .expr(Expr::col((known_client::Entity, known_client::Column::SeenAt)).max())
        .group_by(known_client::Column::UserId)
        .into_tuple()
        .all(db)
        .await?;
    let mut seen = HashMap::new();
    for (id, at) in used.into_iter().chain(entered) {
        let last = seen.entry(id).or_insert(at);
        *last = Ord::max(at, *last);
    }
    Ok(seen)
}

/// A person with the rows that all facts are made of.
pub(in crate::admin) struct Found {
    row: UserRow,
    user: Model,
    profile: profile::Model,
}

impl Found {
    /// The facts of these rows; what is counted elsewhere is still zero.
    pub(in crate::admin) fn told(self) -> UserDetail {
        let deleted_at = self.user.deleted_at.map(Timestamp);
        UserDetail {
            row: self.row,
            phone: self.user.phone,
            time_zone: self.profile.time_zone,
            language: self.profile.language,
            updated_at: Timestamp(self.user.updated_at),
            email_verified_at: self.user.email_verified_at.map(Timestamp),
            staff_since: self.user.staff_since_at.map(Timestamp),
            suspended_at: self.user.suspended_at.map(Timestamp),
            deleted_at,
            erased_at: deleted_at.map(|at| at.plus_seconds(UNDELETE_DAYS * 24 * 60 * 60)),
            has_password: self.user.password_hash.is_some(),
            password_changed_at: self.user.password_changed_at.map(Timestamp),
            second_factors: SecondFactors::default(),
            identities: 0,
            sessions: 0,
            keys: 0,
            is_protected: false,
        }
    }
}

/// Of who does not exist, nothing.
pub(in crate::admin) async fn find_many(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<Vec<Found>> {
    let these = || Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    let people = these().find_also_related(profile::Entity).all(db).await?;
    let listed = rows(these()).into_model::<Row>().all(db).await?;
    let listed = told(db, listed).await?;
    let mut listed: HashMap<Uuid, UserRow> =
        listed.into_iter().map(|row| (row.id.0, row)).collect();
    let mut found = Vec::with_capacity(people.len());
    for (user, profile) in people {
        let profile =
            profile.ok_or_else(|| Error::internal("reading a user", "the user has no profile"))?;
        // Who was erased between the two statements is gone.
        if let Some(row) = listed.remove(&user.id) {
            found.push(Found { row, user, profile });
        }
    }
    Ok(found)
}

pub(in crate::admin) async fn count_identities(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let all = identity::Entity::find();
    counting::each(db, all, identity::Column::UserId, ids).await
}

pub(in crate::admin) async fn memberships(
    db: &impl ConnectionTrait,
    id: UserId,
    window: &Window,
) -> Result<Vec<UserMembership>> {
    let select = membership::Entity::find().filter(membership::Column::UserId.eq(id.0));
    let rows = window
        .restrict(select, membership::Column::Id)
        .find_also_related(organization::Entity)
        .all(db)
        .await?;
    let told = |(row, organization): (membership::Model, Option<organization::Model>)| {
        let organization = organization?;
        Some(UserMembership {
            id: MembershipId(row.id),
            role: Role::parse(&row.role).unwrap_or_default(),
            is_primary_owner: organization.owner_id == id.0,
            organization: OrganizationName {
                id: OrganizationId(organization.id),
                slug: organization.slug,
                name: organization.name,
            },
            joined_at: Timestamp(row.joined_at),
            last_active_at: row.last_active_at.map(Timestamp),
        })
    };
    Ok(rows.into_iter().filter_map(told).collect())
}

pub(in crate::admin) async fn count_memberships(
    db: &impl ConnectionTrait,
    id: UserId,
) -> Result<u64> {
    let select = membership::Entity::find().filter(membership::Column::UserId.eq(id.0));
    Ok(select.count(db).await?)
}
