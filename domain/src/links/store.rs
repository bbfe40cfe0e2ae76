//! The table `links`.

use contract::{Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{LiveLink, Purpose};
use crate::{
    Ctx,
    context::{Tx, delete_some},
    entities::link::{ActiveModel, Column, Entity},
    error::Result,
    secret::SecretHash,
};

pub(super) struct Found {
    pub(super) live: LiveLink,
    pub(super) expires_at: Timestamp,
    pub(super) is_used: bool,
}

pub(super) struct NewLink<'a> {
    pub(super) user_id: UserId,
    pub(super) email_key: &'a str,
    pub(super) purpose: Purpose,
    pub(super) detail: &'a str,
}

pub(super) async fn insert(tx: &Tx, ctx: &Ctx, new: &NewLink<'_>, hash: &SecretHash) -> Result<()> {
    let now = ctx.now();
    let row = ActiveModel {
        id: Set(ctx.new_id()),
        user_id: Set(new.user_id.0),
        purpose: Set(new.purpose.as_str().to_owned()),
        token_hash: Set(hash.0.clone()),
        email_key: Set(new.email_key.to_owned()),
        detail: Set(new.detail.to_owned()),
        created_at: Set(now.0),
        expires_at: Set(now.plus_seconds(new.purpose.lifetime_seconds()).0),
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
            detail: row.detail,
            created_at: Timestamp(row.created_at),
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

/// The detail of the person's link for a purpose, while that is good.
pub(crate) async fn pending_detail(
    db: &impl ConnectionTrait,
    user_id: UserId,
    email_key: &str,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<String>> {
    let row = Entity::find()
        .filter(Column::UserId.eq(user_id.0))
        .filter(Column::Purpose.eq(purpose.as_str()))
        .filter(Column::EmailKey.eq(email_key))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now.0))
        .one(db)
        .await?;
    Ok(row.map(|row| row.detail))
}

/// The former addresses that a good link would bring back.
pub(crate) async fn undoable_addresses(
    db: &impl ConnectionTrait,
    user_id: UserId,
    now: Timestamp,
) -> Result<Vec<String>> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user_id.0))
        .filter(Column::Purpose.eq(Purpose::UndoEmailChange.as_str()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now.0))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.detail).collect())
}

/// The links die that undo this change of address and later ones; those of earlier changes live on.
pub(crate) async fn delete_undos_since(tx: &Tx, user_id: UserId, since: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user_id.0))
        .filter(Column::Purpose.eq(Purpose::UndoEmailChange.as_str()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::CreatedAt.gte(since.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Every unused link of a person dies, but for those that undo a change of address.
pub(crate) async fn delete_for(tx: &Tx, user_id: UserId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user_id.0))
        .filter(Column::Purpose.ne(Purpose::UndoEmailChange.as_str()))
        .filter(Column::UsedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Deletes the links that ended before a moment; gives how many.
pub(crate) async fn sweep(tx: &Tx, before: Timestamp, most: u64) -> Result<u64> {
    let over = Condition::all().add(Column::ExpiresAt.lt(before.0));
    delete_some::<Entity>(tx, Column::Id, over, most).await
}
