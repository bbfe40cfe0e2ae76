//! The table `usage`, as it is read.

use contract::{ApiKeyId, OrganizationId, Timestamp, usage::Interval, verification::Verdict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{CaseStatement, Expr, ExprTrait},
};
use uuid::Uuid;

use super::Span;
use crate::{
    context::Tx,
    entities::{
        quota,
        usage::{Column, Entity},
    },
    error::Result,
};

/// The intervals of a span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Within {
    interval: Interval,
    from: Timestamp,
    before: Timestamp,
}

impl From<Span> for Within {
    fn from(span: Span) -> Self {
        Self {
            interval: span.interval,
            from: span.begin(),
            before: span.end(),
        }
    }
}

/// What was answered in one interval.
#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) began_at: i64,
    pub(super) verdict: i16,
    pub(super) requests: i64,
    pub(super) units: i64,
}

/// What one key did.
#[derive(Debug, FromQueryResult)]
pub(super) struct KeyRow {
    pub(super) key_id: Uuid,
    pub(super) valid: i64,
    pub(super) denied: i64,
    pub(super) units: i64,
}

/// What was answered to the keys of one organization in one interval.
#[derive(Debug, FromQueryResult)]
struct OrganizationIntervalRow {
    organization_id: Uuid,
    #[sea_orm(nested)]
    row: Row,
}

/// What was answered of one key in one interval.
#[derive(Debug, FromQueryResult)]
struct KeyIntervalRow {
    key_id: Uuid,
    #[sea_orm(nested)]
    row: Row,
}

fn within(id: OrganizationId, span: Within) -> Select<Entity> {
    within_each(&[id], span)
}

fn within_each(ids: &[OrganizationId], span: Within) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganizationId.is_in(ids.iter().map(|id| id.0)))
        .filter(Column::Interval.eq(span.interval.number()))
        .filter(Column::BeganAt.gte(span.from.0))
        .filter(Column::BeganAt.lt(span.before.0))
}

/// The sum of a column as a whole number on every database.
fn sum(value: Expr) -> Expr {
    value.sum().cast_as("bigint")
}

fn column(column: Column) -> Expr {
    Expr::col((Entity, column))
}

/// Sums of what was answered, by interval and verdict.
fn answers(select: Select<Entity>) -> Select<Entity> {
    select
        .select_only()
        .columns([Column::BeganAt, Column::Verdict])
        .expr_as(sum(column(Column::Requests)), "requests")
        .expr_as(sum(column(Column::Units)), "units")
        .group_by(Column::BeganAt)
        .group_by(Column::Verdict)
}

pub(super) async fn by_organization_and_interval(
    db: &impl ConnectionTrait,
    ids: &[OrganizationId],
    span: Within,
) -> Result<Vec<(OrganizationId, Row)>> {
    let rows: Vec<OrganizationIntervalRow> = answers(within_each(ids, span))
        .column(Column::OrganizationId)
        .group_by(Column::OrganizationId)
        .into_model()
        .all(db)
        .await?;
    let of_one =
        |found: OrganizationIntervalRow| (OrganizationId(found.organization_id), found.row);
    Ok(rows.into_iter().map(of_one).collect())
}

pub(super) async fn by_key(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    span: Within,
    most: u64,
) -> Result<Vec<KeyRow>> {
    let is_valid = || column(Column::Verdict).eq(Verdict::Valid.number());
    let when = |condition: Expr| -> Expr {
        CaseStatement::new()
            .case(condition, column(Column::Requests))
            .finally(0)
            .into()
    };
    Ok(within(id, span)
        .select_only()
        .column(Column::KeyId)
        .expr_as(sum(when(is_valid())), "valid")
        .expr_as(sum(when(is_valid().not())), "denied")
        .expr_as(sum(column(Column::Units)), "units")
        .group_by(Column::KeyId)
        .order_by(column(Column::Requests).sum(), Order::Desc)
        .order_by_asc(Column::KeyId)
        .limit(most)
        .into_model()
        .all(db)
        .await?)
}

/// How many keys were used.
pub(super) async fn keys_in_use(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    span: Within,
) -> Result<i64> {
    let count: Option<i64> = within(id, span)
        .select_only()
        .expr(column(Column::KeyId).count_distinct())
        .into_tuple()
        .one(db)
        .await?;
    Ok(count.unwrap_or_default())
}

pub(super) async fn by_key_and_interval(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    keys: &[ApiKeyId],
    span: Within,
) -> Result<Vec<(ApiKeyId, Row)>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let select = within(id, span).filter(Column::KeyId.is_in(keys.iter().map(|key| key.0)));
    let rows: Vec<KeyIntervalRow> = answers(select)
        .column(Column::KeyId)
        .group_by(Column::KeyId)
        .into_model()
        .all(db)
        .await?;
    let of_key = |found: KeyIntervalRow| (ApiKeyId(found.key_id), found.row);
    Ok(rows.into_iter().map(of_key).collect())
}

pub(super) async fn delete_of(tx: &Tx, id: OrganizationId, keys: &[Uuid]) -> Result<()> {
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(id.0))
        .filter(Column::KeyId.is_in(keys.iter().copied()))
        .exec(tx.db())
        .await?;
    let subjects = keys.iter().copied().chain([id.0]);
    quota::Entity::delete_many()
        .filter(quota::Column::SubjectId.is_in(subjects))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Deletes some rows of intervals that began before a moment: the oldest, so that the writer is not kept for long.
pub(super) async fn delete_before(
    tx: &Tx,
    interval: Interval,
    at: Timestamp,
    most: u64,
) -> Result<u64> {
    let oldest: Vec<i64> = Entity::find()
        .filter(Column::Interval.eq(interval.number()))
        .filter(Column::BeganAt.lt(at.0))
        .order_by_asc(Column::BeganAt)
        .limit(most)
        .select_only()
        .column(Column::BeganAt)
        .into_tuple()
        .all(tx.db())
        .await?;
    let Some(last) = oldest.last() else {
        return Ok(0);
    };
    let done = Entity::delete_many()
        .filter(Column::Interval.eq(interval.number()))
        .filter(Column::BeganAt.lte(*last))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// Deletes the quotas of some keys and organizations from before a month.
pub(super) async fn delete_quotas(tx: &Tx, month: i32, most: u64) -> Result<u64> {
    let some = quota::Entity::find()
        .filter(quota::Column::Month.lt(month))
        .limit(most)
        .select_only()
        .column(quota::Column::SubjectId)
        .into_query();
    let done = quota::Entity::delete_many()
        .filter(quota::Column::Month.lt(month))
        .filter(quota::Column::SubjectId.in_subquery(some))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}
