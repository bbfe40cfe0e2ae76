//! Organizations: the table of that name, and what hangs on it.

use std::collections::HashMap;

use contract::{
    OrganizationId, UserId,
    admin::{OrganizationRow, OrganizationStatus, ValidOrganizationFilter},
    members::Person,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::whole;
use crate::{
    entities::{
        api_key,
        organization::{Column, Entity, Model},
        quota, user,
    },
    error::{Error, Result},
    organizations::view,
    paging::Window,
    search,
};

fn own(column: Column) -> Expr {
    Expr::col((Entity, column))
}

fn of_status(status: OrganizationStatus) -> Condition {
    let all = Condition::all();
    match status {
        OrganizationStatus::Deleted => all.add(Column::DeletedAt.is_not_null()),
        OrganizationStatus::Suspended => all
            .add(Column::SuspendedAt.is_not_null())
            .add(Column::DeletedAt.is_null()),
        OrganizationStatus::Active => all
            .add(Column::SuspendedAt.is_null())
            .add(Column::DeletedAt.is_null()),
    }
}

/// By a part of the name or the slug, or by the beginning of the id.
fn found_by(text: &str) -> Condition {
    let text_key = search::folded(text);
    let holds = |column: Column| own(column).like(search::holding(&text_key));
    let found = Condition::any()
        .add(holds(Column::NameKey))
        .add(holds(Column::Slug));
    OrganizationId::beginning(text)
        .into_iter()
        .fold(found, |found, (low, high)| {
            found.add(own(Column::Id).between(low, high))
        })
}

/// Has used this month what it may.
fn is_over_quota(month: i32) -> Expr {
    let used = |column| Expr::col((quota::Entity, column));
    let over = quota::Entity::find()
        .filter(used(quota::Column::SubjectId).equals((Entity, Column::Id)))
        .filter(quota::Column::Month.eq(month))
        .filter(used(quota::Column::Used).gte(own(Column::QuotaLimit)))
        .select_only()
        .column(quota::Column::SubjectId)
        .into_query();
    Expr::exists(over)
}

fn matching(filter: &ValidOrganizationFilter, month: i32) -> Select<Entity> {
    let mut select = Entity::find();
    if let Some(tier) = filter.tier {
        select = select.filter(Column::SubscriptionTier.eq(tier.as_str()));
    }
    if let Some(status) = filter.status {
        select = select.filter(of_status(status));
    }
    if filter.is_over_quota {
        select = select.filter(is_over_quota(month));
    }
    if filter.search.is_empty() {
        select
    } else {
        select.filter(found_by(&filter.search))
    }
}

pub(in crate::admin) async fn list(
    db: &impl ConnectionTrait,
    filter: &ValidOrganizationFilter,
    month: i32,
    window: &Window,
) -> Result<Vec<OrganizationRow>> {
    // Ids first: what a search looks into stands in an index, and of the table only the rows of the page are read.
    let ids = window.restrict(matching(filter, month), Column::Id);
    let ids = ids.select_only().column(Column::Id).into_query();
    let these = Entity::find().filter(Column::Id.in_subquery(ids));
    let mut rows = these.all(db).await?;
    window.sort(&mut rows, |row| row.id);
    told(db, rows, month).await
}

pub(in crate::admin) async fn count(
    db: &impl ConnectionTrait,
    filter: &ValidOrganizationFilter,
    month: i32,
) -> Result<u64> {
    Ok(matching(filter, month).count(db).await?)
}

pub(in crate::admin) async fn find_many(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    month: i32,
) -> Result<Vec<OrganizationRow>> {
    let these = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    told(db, these.all(db).await?, month).await
}

/// With their owners, how many keys they have, and how much they have used.
async fn told(
    db: &impl ConnectionTrait,
    rows: Vec<Model>,
    month: i32,
) -> Result<Vec<OrganizationRow>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let owners = owners(db, &rows).await?;
    let keys = keys(db, &ids).await?;
    let used = used(db, &ids, month).await?;
    let row = |row: Model| -> Result<OrganizationRow> {
        let missing = || Error::internal("reading an organization", "its owner is missing");
        let owner = owners.get(&row.owner_id).cloned().ok_or_else(missing)?;
        let organization = view(row);
        let id = organization.id.0;
        Ok(OrganizationRow {
            status: OrganizationStatus::of(&organization),
            owner,
            keys: keys.get(&id).copied().unwrap_or_default(),
            used: used.get(&id).copied().unwrap_or_default(),
            organization,
        })
    };
    rows.into_iter().map(row).collect()
}

async fn owners(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashMap<Uuid, Person>> {
    let people = user::Entity::find()
        .filter(user::Column::Id.is_in(rows.iter().map(|row| row.owner_id)))
        .all(db)
        .await?;
    let person = |row: user::Model| {
        let person = Person {
            id: UserId(row.id),
            username: row.username,
            name: row.name,
            email: Some(row.email),
            avatar: row.avatar_id.map(|id| id.simple().to_string()),
        };
        (row.id, person)
    };
    Ok(people.into_iter().map(person).collect())
}

async fn keys(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, u64>> {
    use api_key::{Column, Entity};
    let found: Vec<(Uuid, i64)> = Entity::find()
        .filter(Column::OrganizationId.is_in(ids.iter().copied()))
        .filter(Column::RevokedAt.is_null())
        .select_only()
        .column(Column::OrganizationId)
        .expr(Expr::col((Entity, Column::Id)).count())
        .group_by(Column::OrganizationId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, count)| (id, whole(count)))
        .collect())
}

async fn used(db: &impl ConnectionTrait, ids: &[Uuid], month: i32) -> Result<HashMap<Uuid, i64>> {
    let rows = quota::Entity::find()
        .filter(quota::Column::SubjectId.is_in(ids.iter().copied()))
        .filter(quota::Column::Month.eq(month))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.subject_id, row.used))
        .collect())
}
