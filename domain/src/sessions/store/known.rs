//! The table `known_clients`.

use contract::{Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};

use super::super::DAY;
use crate::{
    context::Tx,
    entities::known_client::{ActiveModel, Column, Entity},
    error::Result,
};

/// What was not used to sign in for so long is new again.
const KEPT: i64 = 365 * DAY;

/// What somebody has signed in with, and when last.
pub(in crate::sessions) async fn seen(
    db: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Vec<(Vec<u8>, Timestamp)>> {
    let rows: Vec<(Vec<u8>, i64)> = Entity::find()
        .filter(Column::UserId.eq(user_id.0))
        .select_only()
        .columns([Column::Hash, Column::SeenAt])
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(hash, at)| (hash, Timestamp(at)))
        .collect())
}

pub(in crate::sessions) async fn put(
    tx: &Tx,
    user_id: UserId,
    hash: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    let row = ActiveModel {
        user_id: Set(user_id.0),
        hash: Set(hash),
        seen_at: Set(now.0),
    };
    let again = OnConflict::columns([Column::UserId, Column::Hash])
        .update_column(Column::SeenAt)
        .to_owned();
    Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Forgets what was not used for long; gives how many rows.
pub(in crate::sessions) async fn sweep(tx: &Tx, now: Timestamp) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::SeenAt.lt(now.minus_seconds(KEPT).0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}
