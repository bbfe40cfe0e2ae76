//! The table `throttles`. Each change is one statement, so that concurrent ones add up.

use contract::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, OnConflict},
};

use crate::{
    context::{Tx, delete_some},
    entities::throttle::{ActiveModel, Column, Entity},
    error::Result,
};

pub(super) struct Row {
    pub(super) key: String,
    pub(super) until_at: Timestamp,
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = String>,
) -> Result<Vec<Row>> {
    let rows = Entity::find()
        .filter(Column::Key.is_in(keys))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Row {
            key: row.key,
            until_at: Timestamp(row.until_at),
        })
        .collect())
}

fn own(column: Column) -> Expr {
    Expr::col((Entity, column))
}

/// Moves the level one period further from where it stands, or from now if that is later. Gives `false`, and leaves it where
/// it is, when it stands beyond `highest`. Beyond `reachable` it was left by a clock that was ahead, and begins anew.
pub(super) async fn advance(
    tx: &Tx,
    key: &str,
    now: Timestamp,
    period_seconds: i64,
    highest: Timestamp,
    reachable: Timestamp,
) -> Result<bool> {
    let fresh = now.plus_seconds(period_seconds).0;
    let counts = own(Column::UntilAt)
        .gt(now.0)
        .and(own(Column::UntilAt).lte(reachable.0));
    let level: Expr = CaseStatement::new()
        .case(counts, own(Column::UntilAt).add(period_seconds * 1000))
        .finally(fresh)
        .into();
    let row = ActiveModel {
        key: Set(key.to_owned()),
        count: Set(1),
        until_at: Set(fresh),
        expires_at: Set(fresh),
    };
    let has_room = own(Column::UntilAt)
        .lte(highest.0)
        .or(own(Column::UntilAt).gt(reachable.0));
    let conflict = OnConflict::column(Column::Key)
        .value(Column::UntilAt, level.clone())
        .value(Column::ExpiresAt, level)
        .value(Column::Count, own(Column::Count).add(1))
        .action_and_where(has_room)
        .to_owned();
    let changed = Entity::insert(row)
        .on_conflict(conflict)
        .exec_without_returning(tx.db())
        .await?;
    Ok(changed == 1)
}

/// Adds one to the count, which begins anew when it has been forgotten; gives the new count.
pub(super) async fn count(
    tx: &Tx,
    key: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<u32> {
    let next: Expr = CaseStatement::new()
        .case(own(Column::ExpiresAt).gt(now.0), own(Column::Count).add(1))
        .finally(1)
        .into();
    let row = ActiveModel {
        key: Set(key.to_owned()),
        count: Set(1),
        until_at: Set(now.0),
        expires_at: Set(expires_at.0),
    };
    let conflict = OnConflict::column(Column::Key)
        .value(Column::Count, next)
        .value(Column::ExpiresAt, Expr::value(expires_at.0))
        .to_owned();
    let row = Entity::insert(row)
        .on_conflict(conflict)
        .exec_with_returning(tx.db())
        .await?;
    Ok(u32::try_from(row.count).unwrap_or_default())
}

pub(super) async fn set_until(tx: &Tx, key: &str, until: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::UntilAt, Expr::value(until.0))
        .filter(own(Column::Key).eq(key))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(super) async fn delete(tx: &Tx, key: &str) -> Result<()> {
    Entity::delete_by_id(key.to_owned()).exec(tx.db()).await?;
    Ok(())
}

/// Deletes all keys that begin so; a key holds none of the wildcards of `LIKE` but in its name.
pub(super) async fn delete_beginning(tx: &Tx, prefix: &str) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Key.starts_with(prefix))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// No count is kept for longer, in seconds: what is, was counted while the clock was ahead.
pub(super) const LONGEST: i64 = 7 * 24 * 60 * 60;

/// Deletes some of what no longer counts; gives how many rows.
pub(crate) async fn sweep(tx: &Tx, now: Timestamp, most: u64) -> Result<u64> {
    let over = Condition::any()
        .add(Column::ExpiresAt.lte(now.0))
        .add(Column::ExpiresAt.gt(now.plus_seconds(LONGEST).0));
    delete_some::<Entity>(tx, Column::Key, over, most).await
}
