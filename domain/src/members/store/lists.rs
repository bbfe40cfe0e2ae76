//! Lists of members with what is shown of the people.

use contract::{
    MembershipId, OrganizationId, Role, Timestamp, UserId,
    members::{Member, Person, ValidMemberFilter},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{lacking::lacks_second_factor, of};
use crate::{
    InOrg,
    entities::{
        membership::{Column, Entity},
        organization, user,
    },
    error::Result,
    paging::{Window, together},
    search, second_factors,
};

/// A member with what is shown of the person.
#[derive(Debug, FromQueryResult)]
pub(in crate::members) struct Row {
    pub(in crate::members) id: Uuid,
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
    pub(in crate::members) fn of(&self) -> OrganizationId {
        OrganizationId(self.organization_id)
    }

    /// The member as somebody in the organization may see it.
    pub(in crate::members) fn seen_by(self, viewer: &InOrg) -> Member {
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

pub(in crate::members) async fn list(
    db: &impl ConnectionTrait,
    viewer: &InOrg,
    filter: &ValidMemberFilter,
    window: &Window,
) -> Result<Vec<Row>> {
    let select = page(viewer, filter, window);
    Ok(select.into_model::<Row>().all(db).await?)
}

/// One page of each of several lists, in one statement; the rows of the first list first, those of a list in any order.
pub(in crate::members) async fn list_many(
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

pub(in crate::members) async fn count(
    db: &impl ConnectionTrait,
    viewer: &InOrg,
    filter: &ValidMemberFilter,
) -> Result<u64> {
    Ok(matching(viewer, filter).count(db).await?)
}

/// How many each of several filters lets through, in one statement.
pub(in crate::members) async fn count_many(
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
pub(in crate::members) async fn primary_owners(
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
