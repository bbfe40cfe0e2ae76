//! The tables `challenges` and `trusted_browsers`.

use contract::{Timestamp, UserId, sessions::Method};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter,
};
use uuid::Uuid;

use super::super::Kind;
use crate::{
    Ctx,
    context::{Tx, delete_some},
    entities::{challenge, trusted_browser},
    error::Result,
    secret::SecretHash,
};

/// A challenge that waits.
#[derive(Debug)]
pub(in crate::sessions) struct Waiting {
    pub(in crate::sessions) id: Uuid,
    pub(in crate::sessions) user_id: UserId,
    pub(in crate::sessions) kind: Kind,
    pub(in crate::sessions) method: Method,
}

pub(in crate::sessions) async fn insert_challenge(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    kind: Kind,
    method: Method,
    hash: &SecretHash,
    expires_at: Timestamp,
) -> Result<()> {
    let row = challenge::ActiveModel {
        id: Set(ctx.new_id()),
        user_id: Set(user_id.0),
        token_hash: Set(hash.0.clone()),
        session_kind: Set(kind.as_str().to_owned()),
        method: Set(method.as_str().to_owned()),
        created_at: Set(ctx.now().0),
        expires_at: Set(expires_at.0),
    };
    challenge::Entity::insert(row)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

pub(in crate::sessions) async fn challenge(
    db: &impl ConnectionTrait,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<Waiting>> {
    let row = challenge::Entity::find()
        .filter(challenge::Column::TokenHash.eq(hash.0.clone()))
        .filter(challenge::Column::ExpiresAt.gt(now.0))
        .one(db)
        .await?;
    Ok(row.and_then(|row| {
        Some(Waiting {
            id: row.id,
            user_id: UserId(row.user_id),
            kind: Kind::of(&row.session_kind)?,
            method: Method::of(&row.method)?,
        })
    }))
}

/// `false` when it is gone.
pub(in crate::sessions) async fn delete_challenge(tx: &Tx, id: Uuid) -> Result<bool> {
    let done = challenge::Entity::delete_by_id(id).exec(tx.db()).await?;
    Ok(done.rows_affected == 1)
}

pub(in crate::sessions) async fn insert_trust(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    hash: &SecretHash,
    expires_at: Timestamp,
) -> Result<()> {
    let row = trusted_browser::ActiveModel {
        id: Set(ctx.new_id()),
        user_id: Set(user_id.0),
        token_hash: Set(hash.0.clone()),
        created_at: Set(ctx.now().0),
        expires_at: Set(expires_at.0),
    };
    trusted_browser::Entity::insert(row)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

pub(in crate::sessions) async fn is_trusted(
    db: &impl ConnectionTrait,
    user_id: UserId,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<bool> {
    let found = trusted_browser::Entity::find()
        .filter(trusted_browser::Column::TokenHash.eq(hash.0.clone()))
        .filter(trusted_browser::Column::UserId.eq(user_id.0))
        .filter(trusted_browser::Column::ExpiresAt.gt(now.0))
        .count(db)
        .await?;
    Ok(found > 0)
}

/// Every browser of a person is asked for the second step again, and who is in the middle of signing in begins anew.
pub(crate) async fn distrust_browsers(tx: &Tx, user_id: UserId) -> Result<()> {
    trusted_browser::Entity::delete_many()
        .filter(trusted_browser::Column::UserId.eq(user_id.0))
        .exec(tx.db())
        .await?;
    challenge::Entity::delete_many()
        .filter(challenge::Column::UserId.eq(user_id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Deletes what has ended; gives how many rows.
pub(in crate::sessions) async fn sweep(tx: &Tx, now: Timestamp, most: u64) -> Result<u64> {
    let over = Condition::all().add(challenge::Column::ExpiresAt.lte(now.0));
    let challenges =
        delete_some::<challenge::Entity>(tx, challenge::Column::Id, over, most).await?;
    let over = Condition::all().add(trusted_browser::Column::ExpiresAt.lte(now.0));
    let trusted =
        delete_some::<trusted_browser::Entity>(tx, trusted_browser::Column::Id, over, most).await?;
    Ok(challenges + trusted)
}
