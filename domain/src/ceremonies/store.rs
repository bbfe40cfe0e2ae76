//! The table `answered_ceremonies`.

use contract::{Code, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, TryInsertResult};
use uuid::Uuid;

use crate::{
    context::Tx,
    entities::answered_ceremony::{ActiveModel, Column, Entity},
    error::Result,
};

/// Uses a question up; refused with `CHALLENGE_EXPIRED` when it was answered before.
pub(crate) async fn answered(tx: &Tx, id: Uuid, expires_at: Timestamp) -> Result<()> {
    let row = ActiveModel {
        id: Set(id),
        expires_at: Set(expires_at.0),
    };
    let done = Entity::insert(row)
        .on_conflict_do_nothing_on([Column::Id])
        .exec_without_returning(tx.db())
        .await?;
    match done {
        TryInsertResult::Inserted(1) => Ok(()),
        _ => Err(Code::ChallengeExpired.into()),
    }
}

/// Deletes what has ended; gives how many rows.
pub(crate) async fn sweep(tx: &Tx, now: Timestamp) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::ExpiresAt.lte(now.0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}
