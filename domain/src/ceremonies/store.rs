//! The table `answered_ceremonies`.

use contract::{Code, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, TryInsertResult};
use uuid::Uuid;

use crate::{
    context::{Tx, delete_some},
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

/// Deletes some of what has ended; gives how many rows.
pub(crate) async fn sweep(tx: &Tx, now: Timestamp, most: u64) -> Result<u64> {
    let over = Condition::all().add(Column::ExpiresAt.lte(now.0));
    delete_some::<Entity>(tx, Column::Id, over, most).await
}
