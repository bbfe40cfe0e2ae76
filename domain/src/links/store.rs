//! The table `links`.

use contract::{Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr,
};
use uuid::Uuid;

use super::{LiveLink, Purpose};
use crate::{
    Ctx,
    context::Tx,
    entities::link::{ActiveModel, Column, Entity},
    error::Result,
    secret::SecretHash,
};

pub(super) struct Found {
    pub(super) live: LiveLink,
    pub(super) expires_at: Timestamp,
    pub(super) is_used: bool,
}

pub(super) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    email_key: &str,
    purpose: Purpose,
    hash: &SecretHash,
) -> Result<()> {
    let now = ctx.now();
    let row = ActiveModel {
        id: Set(ctx.new_id()),
        user_id: Set(user_id.0),
        purpose: Set(purpose.as_str().to_owned()),
        token_hash: Set(hash.0.clone()),
        email_key: Set(email_key.to_owned()),
        created_at: Set(now.0),
        expires_at: Set(now.plus_seconds(purpose.lifetime_seconds()).0),
        used_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    purpose: Purpose,
    hash: &SecretHash,
) -> Result<Option<Found>> {
    let row = Entity::find()
        .filter(Column::TokenHash.eq(hash.0.clone()))
        .filter(Column::Purpose.eq(purpose.as_str()))
        .one(db)
        .await?;
    Ok(row.map(|row| Found {
        live: LiveLink {
            id: row.id,
            user_id: UserId(row.user_id),
            email_key: row.email_key,
        },
        expires_at: Timestamp(row.expires_at),
        is_used: row.used_at.is_some(),
    }))
}

pub(super) async fn mark_used(tx: &Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn delete_unused(tx: &Tx, user_id: UserId, purpose: Purpose) -> Result<()> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user_id.0))
        .filter(Column::Purpose.eq(purpose.as_str()))
        .filter(Column::UsedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Every unused link of a person dies, whatever its purpose.
pub(crate) async fn delete_for(tx: &Tx, user_id: UserId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user_id.0))
        .filter(Column::UsedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Deletes the links that ended before a moment; gives how many.
pub(crate) async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64> {
    Ok(Entity::delete_many()
        .filter(Column::ExpiresAt.lt(before.0))
        .exec(tx.db())
        .await?
        .rows_affected)
}
