//! Which entries are asked for.

use contract::{AuditEventId, OrganizationId, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{Column, Entity, Model, Row};
use crate::{
    audit::filter::{Action, ValidFilter, Wanted},
    error::Result,
    paging::{Among, Window, together},
};

/// Ids sort by their time; an id and the moment that is written beside it are at most so far apart, in milliseconds.
const APART: i64 = 10_000;

/// Entries that are looked at for who has acted lately.
const LATELY: u64 = 1_000;

/// Whose log.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) enum Within {
    Organization(OrganizationId),
    /// Of all organizations, and of none.
    All,
}

/// The least id of a moment.
fn least_id(at: i64) -> Uuid {
    let millis = u128::from(Ord::max(at, 0).unsigned_abs());
    Uuid::from_u128(millis << 80)
}

/// The part of the action before its dot, as the index has it.
const fn area(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "split_part(action, '.', 1)",
        _ => "substr(action, 1, instr(action, '.') - 1)",
    }
}

/// What is asked of the entries of one person or thing, who is looked up. Without statistics SQLite may look up all of one action
/// instead, which are many more; a plus says not to. PostgreSQL has statistics.
fn beside_id(backend: DbBackend, has_id: bool, of: &'static str) -> Expr {
    match backend {
        DbBackend::Sqlite if has_id => Expr::cust(format!("+{of}")),
        _ => Expr::cust(of),
    }
}

fn matching(backend: DbBackend, within: Within, filter: &ValidFilter) -> Select<Entity> {
    let mut select = Entity::find();
    if let Within::Organization(id) = within {
        select = select.filter(Column::OrganizationId.eq(id.0));
    }
    let mut sides = [&filter.actor, &filter.subject].into_iter().flatten();
    let has_id = sides.any(|wanted| wanted.id.is_some());
    let other = |of| beside_id(backend, has_id, of);
    // An id is of one kind alone. Kinds of actors that can be asked for without an id have none.
    select = match filter.actor {
        Some(Wanted { id: Some(id), .. }) => select.filter(Column::ActorId.eq(id)),
        Some(Wanted { kind, id: None }) => select
            .filter(other("actor_kind").eq(kind))
            .filter(other("actor_id").is_null()),
        None => select,
    };
    select = match filter.subject {
        Some(Wanted { id: Some(id), .. }) => select.filter(Column::SubjectId.eq(id)),
        Some(Wanted { kind, id: None }) => select.filter(other("subject_kind").eq(kind)),
        None => select,
    };
    match &filter.action {
        Some(Action::Exactly(name)) => select = select.filter(other("action").eq(name.as_str())),
        Some(Action::Area(name)) => select = select.filter(other(area(backend)).eq(name.as_str())),
        None => {}
    }
    if let Some(Timestamp(from)) = filter.from {
        select = select.filter(Column::At.gte(from));
    }
    if let Some(Timestamp(to)) = filter.to {
        select = select.filter(Column::At.lt(to));
    }
    select
}

/// The moment decides; the id spares the look at what lies far before or after.
fn ids(filter: &ValidFilter) -> Among {
    let least = |Timestamp(from): Timestamp| least_id(from.saturating_sub(APART));
    let end = |Timestamp(to): Timestamp| least_id(to.saturating_add(APART));
    Among {
        least: filter.from.map(least),
        end: filter.to.map(end),
    }
}

fn all(backend: DbBackend, within: Within, filter: &ValidFilter) -> Select<Entity> {
    let select = matching(backend, within, filter);
    ids(filter).restrict(select, Column::Id, None, None)
}

/// The entries of a page and one more.
pub(in crate::audit) async fn list(
    db: &impl ConnectionTrait,
    within: Within,
    filter: &ValidFilter,
    window: &Window,
) -> Result<Vec<Row>> {
    let select = matching(db.get_database_backend(), within, filter);
    let select = window.restrict_among(select, Column::Id, ids(filter));
    let rows = select.all(db).await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

/// Some entries, newest first, from before another.
pub(in crate::audit) async fn older(
    db: &impl ConnectionTrait,
    within: Within,
    filter: &ValidFilter,
    than: Option<Uuid>,
    most: u64,
) -> Result<Vec<Row>> {
    let select = matching(db.get_database_backend(), within, filter);
    let select = ids(filter).restrict(select, Column::Id, None, than);
    let rows = select.order_by_desc(Column::Id).limit(most).all(db).await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

/// A page of each of several logs, in few statements; the entries of a log in any order.
pub(in crate::audit) async fn list_many(
    db: &impl ConnectionTrait,
    asked: &[(OrganizationId, &ValidFilter, &Window)],
) -> Result<Vec<Vec<Row>>> {
    let backend = db.get_database_backend();
    let pages = asked.iter().map(|(id, filter, window)| {
        let select = matching(backend, Within::Organization(*id), filter);
        let select = window.restrict_among(select, Column::Id, ids(filter));
        select.into_query()
    });
    let mut found: Vec<Vec<Row>> = asked.iter().map(|_| Vec::new()).collect();
    for (part, row) in together(db, pages).await? {
        found[part].push(Model::from_query_result(&row, "")?.into());
    }
    Ok(found)
}

/// How many entries a filter lets through.
pub(in crate::audit) async fn count(
    db: &impl ConnectionTrait,
    within: Within,
    filter: &ValidFilter,
) -> Result<u64> {
    let entries: Option<i64> = all(db.get_database_backend(), within, filter)
        .select_only()
        .expr_as(Expr::col((Entity, Column::Id)).count(), "entries")
        .into_tuple()
        .one(db)
        .await?;
    Ok(u64::try_from(entries.unwrap_or_default()).unwrap_or_default())
}

/// How many entries each of several filters lets through.
pub(in crate::audit) async fn count_many(
    db: &impl ConnectionTrait,
    asked: &[(OrganizationId, &ValidFilter)],
) -> Result<Vec<u64>> {
    let backend = db.get_database_backend();
    let counts = asked.iter().map(|(id, filter)| {
        all(backend, Within::Organization(*id), filter)
            .select_only()
            .expr_as(Expr::col((Entity, Column::Id)).count(), "entries")
            .into_query()
    });
    let mut found = vec![0; asked.len()];
    for (part, row) in together(db, counts).await? {
        let count: i64 = row.try_get("", "entries")?;
        found[part] = u64::try_from(count).unwrap_or_default();
    }
    Ok(found)
}

/// One entry; whether the one who asks may see it is not decided here.
pub(in crate::audit) async fn get(
    db: &impl ConnectionTrait,
    id: AuditEventId,
) -> Result<Option<Row>> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(Row::from))
}

/// Who has acted lately in an organization: kinds, and ids where there are.
pub(in crate::audit) async fn actors(
    db: &impl ConnectionTrait,
    id: OrganizationId,
) -> Result<Vec<(String, Option<Uuid>)>> {
    let newest = Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .select_only()
        .columns([Column::ActorKind, Column::ActorId])
        .order_by_desc(Column::Id)
        .limit(LATELY)
        .into_query();
    let select = Query::select()
        .columns(["actor_kind", "actor_id"])
        .distinct()
        .from_subquery(newest, "newest")
        .to_owned();
    let mut found = Vec::new();
    for row in db.query_all(&select).await? {
        found.push((row.try_get("", "actor_kind")?, row.try_get("", "actor_id")?));
    }
    Ok(found)
}
