//! The table `memberships`.

use std::collections::HashMap;

use contract::{
    EmailAddress, MembershipId, OrganizationId, Role, Timestamp, User, UserId,
    members::{Member, Person, ValidMemberFilter},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, LockType, Query},
};
use uuid::Uuid;

use crate::{
    Ctx, InOrg,
    context::Tx,
    counting,
    entities::{
        membership::{ActiveModel, Column, Entity},
        organization, profile, user,
    },
    error::{Error, Result},
    organizations::count_members,
    paging::{Window, together},
    search, second_factors,
};

/// A member with what is shown of the person.
#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) id: Uuid,
    organization_id: Uuid,
    user_id: Uuid,
    role: String,
    joined_at: i64,
    last_active_at: Option<i64>,
    username: String,
    name: String,
    email: String,
    avatar_id: Option<Uuid>,
    suspended_at: Option<i64>,
    has_second_factor: bool,
}

impl Row {
    pub(super) fn of(&self) -> OrganizationId {
        OrganizationId(self.organization_id)
    }

    /// The member as somebody in the organization may see it.
    pub(super) fn seen_by(self, viewer: &InOrg) -> Member {
        let sees_details = viewer.may(contract::Permission::ReadMemberDetails)
            || viewer.user_id().0 == self.user_id;
        Member {
            id: MembershipId(self.id),
            organization_id: OrganizationId(self.organization_id),
            person: Person {
                id: UserId(self.user_id),
                username: self.username,
                name: self.name,
                email: sees_details.then_some(self.email),
                avatar: self.avatar_id.map(|id| id.simple().to_string()),
            },
            role: Role::parse(&self.role).unwrap_or_default(),
            is_primary_owner: viewer.organization().owner_id.0 == self.user_id,
            is_active: self.suspended_at.is_none(),
            joined_at: Timestamp(self.joined_at),
            last_active_at: self.last_active_at.filter(|_| sees_details).map(Timestamp),
            has_second_factor: sees_details.then_some(self.has_second_factor),
        }
    }
}

pub(super) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    organization: OrganizationId,
    user: UserId,
    role: Role,
) -> Result<MembershipId> {
    let person = user::Entity::find_by_id(user.0)
        .one(tx.db())
        .await?
        .ok_or_else(|| Error::internal("adding a member", "there is no such user"))?;
    let id = ctx.new_id();
    let row = ActiveModel {
        id: Set(id),
        organization_id: Set(organization.0),
        user_id: Set(user.0),
        role: Set(role.as_str().to_owned()),
        name_key: Set(search::name_key(&person.name, &person.username)),
        email_key: Set(person.email_key),
        joined_at: Set(ctx.now().0),
        last_active_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    count_members(tx, organization, 1).await?;
    Ok(MembershipId(id))
}

pub(super) async fn refresh_keys(tx: &Tx, user: &User) -> Result<()> {
    Entity::update_many()
        .col_expr(
            Column::NameKey,
            Expr::value(search::name_key(&user.name, &user.username)),
        )
        .col_expr(Column::EmailKey, Expr::value(user.email.to_lowercase()))
        .filter(Column::UserId.eq(user.id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Columns of [`Row`], of memberships and the people they are of.
fn rows(select: Select<Entity>) -> Select<Entity> {
    select
        .inner_join(user::Entity)
        .select_only()
        .columns([
            Column::Id,
            Column::OrganizationId,
            Column::UserId,
            Column::Role,
            Column::JoinedAt,
            Column::LastActiveAt,
        ])
        .columns([
            user::Column::Username,
            user::Column::Name,
            user::Column::Email,
            user::Column::AvatarId,
            user::Column::SuspendedAt,
        ])
        .expr_as(has_second_factor(), "has_second_factor")
}

/// Whether the person of a membership has a second factor.
fn has_second_factor() -> Expr {
    second_factors::is_any_on_for(Expr::col((Entity, Column::UserId)))
}

fn lacks_second_factor() -> Expr {
    second_factors::is_none_on_for(Expr::col((Entity, Column::UserId)))
}

fn of(organization: OrganizationId) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(organization.0))
}

/// One member of the viewer's organization.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    viewer: &InOrg,
    id: MembershipId,
) -> Result<Option<Member>> {
    let select = rows(of(viewer.id()).filter(Column::Id.eq(id.0)));
    let row = select.into_model::<Row>().one(db).await?;
    Ok(row.map(|row| row.seen_by(viewer)))
}

/// Those whom a filter lets through. Addresses are searched only for who may see them.
fn matching(viewer: &InOrg, filter: &ValidMemberFilter) -> Select<Entity> {
    let mut select = of(viewer.id());
    if let Some(role) = filter.role {
        select = select.filter(Column::Role.eq(role.as_str()));
    }
    match filter.has_second_factor {
        Some(true) => select = select.filter(has_second_factor()),
        Some(false) => select = select.filter(lacks_second_factor()),
        None => {}
    }
    if filter.search.is_empty() {
        return select;
    }
    let holds = |column: Column| Expr::col((Entity, column)).like(search::holding(&filter.search));
    let mut found = Condition::any().add(holds(Column::NameKey));
    if viewer.may(contract::Permission::ReadMemberDetails) {
        found = found.add(holds(Column::EmailKey));
    }
    select.filter(found)
}

fn page(viewer: &InOrg, filter: &ValidMemberFilter, window: &Window) -> Select<Entity> {
    rows(window.restrict(matching(viewer, filter), Column::Id))
}

pub(super) async fn list(
    db: &impl ConnectionTrait,
    viewer: &InOrg,
    filter: &ValidMemberFilter,
    window: &Window,
) -> Result<Vec<Row>> {
    let select = page(viewer, filter, window);
    Ok(select.into_model::<Row>().all(db).await?)
}

/// One page of each of several lists, in one statement; the rows of the first list first, those of a list in any order.
pub(super) async fn list_many(
    db: &impl ConnectionTrait,
    asked: &[(&InOrg, &ValidMemberFilter, &Window)],
) -> Result<Vec<Vec<Row>>> {
    let pages = asked
        .iter()
        .map(|(viewer, filter, window)| page(viewer, filter, window).into_query());
    let mut found: Vec<Vec<Row>> = asked.iter().map(|_| Vec::new()).collect();
    for (part, row) in together(db, pages).await? {
        found[part].push(Row::from_query_result(&row, "")?);
    }
    Ok(found)
}

pub(super) async fn count(
    db: &impl ConnectionTrait,
    viewer: &InOrg,
    filter: &ValidMemberFilter,
) -> Result<u64> {
    Ok(matching(viewer, filter).count(db).await?)
}

/// How many each of several filters lets through, in one statement.
pub(super) async fn count_many(
    db: &impl ConnectionTrait,
    asked: &[(&InOrg, &ValidMemberFilter)],
) -> Result<Vec<u64>> {
    let counts = asked.iter().map(|(viewer, filter)| {
        matching(viewer, filter)
            .select_only()
            .expr_as(Expr::col((Entity, Column::Id)).count(), "members")
            .into_query()
    });
    let mut found = vec![0; asked.len()];
    for (part, row) in together(db, counts).await? {
        let count: i64 = row.try_get("", "members")?;
        found[part] = u64::try_from(count).unwrap_or_default();
    }
    Ok(found)
}

/// The primary owners of several organizations, as members of these see them.
pub(super) async fn primary_owners(
    db: &impl ConnectionTrait,
    viewers: &[&InOrg],
) -> Result<Vec<Row>> {
    let mut found = Vec::with_capacity(viewers.len());
    for chunk in viewers.chunks(500) {
        let owner = (organization::Entity, organization::Column::OwnerId);
        let select = Entity::find()
            .inner_join(organization::Entity)
            .filter(Column::OrganizationId.is_in(chunk.iter().map(|viewer| viewer.id().0)))
            .filter(Expr::col((Entity, Column::UserId)).equals(owner));
        found.extend(rows(select).into_model::<Row>().all(db).await?);
    }
    Ok(found)
}

/// How many owners can sign in, up to so many.
pub(crate) async fn count_owners(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    most: u64,
) -> Result<u64> {
    let some = active_owners(id)
        .select_only()
        .column(Column::Id)
        .limit(most)
        .into_tuple::<Uuid>();
    Ok(some.all(db).await?.len() as u64)
}

/// How many owners of each of some organizations can sign in.
pub(crate) async fn count_owners_each(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let owners = owners_among(Entity::find());
    counting::each(db, owners, Column::OrganizationId, ids).await
}

fn active_owners(id: OrganizationId) -> Select<Entity> {
    owners_among(of(id))
}

/// Those of some members who are owners and can sign in.
fn owners_among(members: Select<Entity>) -> Select<Entity> {
    members
        .inner_join(user::Entity)
        .filter(Column::Role.eq(Role::Owner.as_str()))
        .filter(user::Column::SuspendedAt.is_null())
}

/// The owner who can sign in, has been a member for longest, and is not this one. Whoever suspends one of them waits until
/// the transaction ends. (On SQLite a write transaction holds everything.)
pub(super) async fn another_owner(
    tx: &Tx,
    id: OrganizationId,
    not: UserId,
) -> Result<Option<UserId>> {
    let mut select = active_owners(id)
        .filter(Column::UserId.ne(not.0))
        .order_by_asc(Column::Id);
    if tx.db().get_database_backend() == DbBackend::Postgres {
        // All of them: with a limit, one who was suspended meanwhile would hide the next.
        QueryTrait::query(&mut select).lock_with_tables(LockType::Share, [user::Entity]);
    }
    let rows = select.all(tx.db()).await?;
    Ok(rows.first().map(|row| UserId(row.user_id)))
}

/// Organizations in which somebody is an owner, in a fixed order, so that two who lock several do not wait for each other.
pub(crate) async fn owned_by(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<OrganizationId>> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::Role.eq(Role::Owner.as_str()))
        .order_by_asc(Column::OrganizationId)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| OrganizationId(row.organization_id))
        .collect())
}

/// What somebody is a member of, in a fixed order: membership, organization and role.
pub(crate) async fn held_by(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<(MembershipId, OrganizationId, Role)>> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user.0))
        .order_by_asc(Column::OrganizationId)
        .all(db)
        .await?;
    let held = |row: crate::entities::membership::Model| {
        let role = Role::parse(&row.role).unwrap_or_default();
        (
            MembershipId(row.id),
            OrganizationId(row.organization_id),
            role,
        )
    };
    Ok(rows.into_iter().map(held).collect())
}

pub(crate) async fn set_role(tx: &Tx, id: MembershipId, role: Role) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Role, Expr::value(role.as_str()))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, organization: OrganizationId, id: MembershipId) -> Result<()> {
    let done = Entity::delete_by_id(id.0).exec(tx.db()).await?;
    if done.rows_affected > 0 {
        count_members(tx, organization, -1).await?;
    }
    Ok(())
}

/// Deletes some members of an organization that is purged; gives how many.
pub(crate) async fn delete_some(tx: &Tx, id: OrganizationId, most: u64) -> Result<u64> {
    let some = of(id)
        .select_only()
        .column(Column::Id)
        .limit(most)
        .into_query();
    let done = Entity::delete_many()
        .filter(Column::Id.in_subquery(some))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// A member who can sign in and lacks a second factor.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Lacking {
    id: Uuid,
    email: String,
    pub(crate) name: String,
    pub(crate) time_zone: String,
}

impl Lacking {
    pub(crate) fn membership(&self) -> MembershipId {
        MembershipId(self.id)
    }

    pub(crate) fn email(&self) -> Result<EmailAddress> {
        Ok(EmailAddress::parse(&self.email)?)
    }
}

/// Those of an organization in the order of joining, after one of them.
pub(crate) async fn find_lacking(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    after: MembershipId,
    most: u64,
) -> Result<Vec<Lacking>> {
    let select = user::Entity::find()
        .inner_join(Entity)
        .inner_join(profile::Entity)
        .select_only()
        .column(Column::Id)
        .columns([user::Column::Email, user::Column::Name])
        .column(profile::Column::TimeZone)
        .filter(Column::OrganizationId.eq(organization.0))
        .filter(Column::Id.gt(after.0))
        .filter(user::Column::SuspendedAt.is_null())
        .filter(user::Column::DeletedAt.is_null())
        .filter(lacks_second_factor())
        .order_by_asc(Column::Id)
        .limit(most);
    Ok(select.into_model().all(db).await?)
}

/// The organization of a membership; whether the one who asks may know is not decided here.
pub(super) async fn organization_of(
    db: &impl ConnectionTrait,
    id: MembershipId,
) -> Result<Option<OrganizationId>> {
    let row = Entity::find_by_id(id.0).one(db).await?;
    Ok(row.map(|row| OrganizationId(row.organization_id)))
}

/// Whether the person of this address is a member.
pub(crate) async fn is_member(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    email_key: &str,
) -> Result<bool> {
    let row = of(organization)
        .inner_join(user::Entity)
        .filter(user::Column::EmailKey.eq(email_key))
        .one(db)
        .await?;
    Ok(row.is_some())
}

/// The role of somebody who can sign in.
pub(crate) async fn role_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Role>> {
    let row = of(organization)
        .inner_join(user::Entity)
        .filter(Column::UserId.eq(user.0))
        .filter(user::Column::SuspendedAt.is_null())
        .one(db)
        .await?;
    Ok(row.map(|row| Role::parse(&row.role).unwrap_or_default()))
}

#[derive(Debug, FromQueryResult)]
pub(super) struct Fellow {
    user_id: Uuid,
    username: String,
    name: String,
    email: String,
    avatar_id: Option<Uuid>,
    viewer_role: String,
}

impl Fellow {
    pub(super) fn person(self) -> (Person, Role) {
        let role = Role::parse(&self.viewer_role).unwrap_or_default();
        let person = Person {
            id: UserId(self.user_id),
            username: self.username,
            name: self.name,
            email: Some(self.email),
            avatar: self.avatar_id.map(|id| id.simple().to_string()),
        };
        (person, role)
    }
}

/// People of organizations that the viewer is in too and is not kept out of, once for each, with the viewer's role there.
pub(super) async fn find_fellows(
    db: &impl ConnectionTrait,
    now: Timestamp,
    viewer: UserId,
    ids: &[UserId],
) -> Result<Vec<Fellow>> {
    let from = || Expr::col((organization::Entity, organization::Column::SecondFactorFrom));
    let suspended = (organization::Entity, organization::Column::SuspendedAt);
    let is_open = from()
        .is_null()
        .or(from().gt(now.0))
        .or(second_factors::is_any_on_for(Expr::value(viewer.0)))
        .and(Expr::col(suspended).is_null());
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let mut select = Query::select();
        let (theirs, own, person) = ("theirs", "own", "person");
        select
            .column((theirs, Column::UserId))
            .column((person, user::Column::Username))
            .column((person, user::Column::Name))
            .column((person, user::Column::Email))
            .column((person, user::Column::AvatarId))
            .expr_as(Expr::col((own, Column::Role)), "viewer_role")
            .from_as(Entity, theirs)
            .join_as(
                sea_orm::JoinType::InnerJoin,
                Entity,
                own,
                Expr::col((own, Column::OrganizationId))
                    .equals((theirs, Column::OrganizationId))
                    .and(Expr::col((own, Column::UserId)).eq(viewer.0)),
            )
            .join_as(
                sea_orm::JoinType::InnerJoin,
                user::Entity,
                person,
                Expr::col((person, user::Column::Id)).equals((theirs, Column::UserId)),
            )
            .inner_join(
                organization::Entity,
                Expr::col((organization::Entity, organization::Column::Id))
                    .equals((own, Column::OrganizationId)),
            )
            .and_where(is_open.clone())
            .and_where(Expr::col((theirs, Column::UserId)).is_in(chunk.iter().map(|id| id.0)));
        for row in db.query_all(&select).await? {
            found.push(Fellow::from_query_result(&row, "")?);
        }
    }
    Ok(found)
}
