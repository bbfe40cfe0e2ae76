//! The tables `authenticator_apps` and `recovery_codes`.

use std::collections::HashMap;

use contract::{Timestamp, UserId, second_factors::RecoveryCode};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::recovery::hash;
use crate::{
    Ctx,
    context::Tx,
    counting,
    entities::{
        authenticator_app::{ActiveModel, Column, Entity, Model},
        passkey, recovery_code,
    },
    error::Result,
};

/// An app as it is stored.
#[derive(Debug)]
pub(super) struct App {
    pub(super) sealed_secret: Vec<u8>,
    pub(super) confirmed_at: Option<Timestamp>,
}

pub(super) async fn app(db: &impl ConnectionTrait, id: UserId) -> Result<Option<App>> {
    let row = Entity::find_by_id(id.0).one(db).await?;
    Ok(row.map(|row| App {
        sealed_secret: row.sealed_secret,
        confirmed_at: row.confirmed_at.map(Timestamp),
    }))
}

/// [`super::is_any_on`] within a statement, of the person whose id a column or a value is.
pub(crate) fn is_any_on_for(person: Expr) -> Expr {
    let [app, key] = factors_of(person);
    app.or(key)
}

/// The contrary. Said of each factor, as databases look for rows without another best.
pub(crate) fn is_none_on_for(person: Expr) -> Expr {
    let [app, key] = factors_of(person);
    app.not().and(key.not())
}

fn factors_of(person: Expr) -> [Expr; 2] {
    let app = Entity::find()
        .filter(Expr::col((Entity, Column::UserId)).eq(person.clone()))
        .filter(Column::ConfirmedAt.is_not_null())
        .select_only()
        .column(Column::UserId)
        .into_query();
    let key = passkey::Entity::find()
        .filter(Expr::col((passkey::Entity, passkey::Column::UserId)).eq(person))
        .select_only()
        .column(passkey::Column::UserId)
        .into_query();
    [Expr::exists(app), Expr::exists(key)]
}

/// An app that no code has confirmed, in place of the one before.
pub(super) async fn put_app(tx: &Tx, ctx: &Ctx, id: UserId, sealed_secret: &[u8]) -> Result<()> {
    let row = ActiveModel {
        user_id: Set(id.0),
        sealed_secret: Set(sealed_secret.to_vec()),
        last_step: Set(0),
        created_at: Set(ctx.now().0),
        confirmed_at: Set(None),
    };
    let replaced = [
        Column::SealedSecret,
        Column::LastStep,
        Column::CreatedAt,
        Column::ConfirmedAt,
    ];
    let conflict = OnConflict::column(Column::UserId)
        .update_columns(replaced)
        .to_owned();
    Entity::insert(row)
        .on_conflict(conflict)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Notes a step of which a code was taken; `false` when it is not newer than the last.
pub(super) async fn advance_app(tx: &Tx, id: UserId, step: i64) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::LastStep, Expr::value(step))
        .filter(Column::UserId.eq(id.0))
        .filter(Column::LastStep.lt(step))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn confirm_app(tx: &Tx, id: UserId, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ConfirmedAt, Expr::value(now.0))
        .filter(Column::UserId.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// What is sealed of the apps of people after this one, in the order of their ids.
pub(super) async fn apps_after(
    db: &impl ConnectionTrait,
    last: Option<UserId>,
    most: u64,
) -> Result<Vec<(UserId, Vec<u8>)>> {
    let mut select = Entity::find();
    if let Some(last) = last {
        select = select.filter(Column::UserId.gt(last.0));
    }
    let rows = select
        .order_by_asc(Column::UserId)
        .limit(most)
        .all(db)
        .await?;
    let sealed = |row: Model| (UserId(row.user_id), row.sealed_secret);
    Ok(rows.into_iter().map(sealed).collect())
}

/// The same secret, sealed anew; 0 where another app has taken its place.
pub(super) async fn replace_sealed(
    tx: &Tx,
    id: UserId,
    before: &[u8],
    after: Vec<u8>,
) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(Column::SealedSecret, Expr::value(after))
        .filter(Column::UserId.eq(id.0))
        .filter(Column::SealedSecret.eq(before))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

pub(super) async fn delete_app(tx: &Tx, id: UserId) -> Result<()> {
    Entity::delete_by_id(id.0).exec(tx.db()).await?;
    Ok(())
}

pub(super) async fn delete_codes(tx: &Tx, id: UserId) -> Result<()> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::UserId.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Forgets the app if it was begun or confirmed since a moment; gives how many.
pub(super) async fn delete_app_since(tx: &Tx, id: UserId, since: Timestamp) -> Result<u64> {
    let is_since = Column::CreatedAt
        .gte(since.0)
        .or(Column::ConfirmedAt.gte(since.0));
    let done = Entity::delete_many()
        .filter(Column::UserId.eq(id.0))
        .filter(is_since)
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// Forgets the codes that were made since a moment, which their ids tell (UUID version 7); gives how many.
pub(super) async fn delete_codes_since(tx: &Tx, id: UserId, since: Timestamp) -> Result<u64> {
    let millis = u64::try_from(since.0).unwrap_or_default();
    let first = uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid();
    let done = recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::UserId.eq(id.0))
        .filter(recovery_code::Column::Id.gte(first))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// These codes in place of all others.
pub(super) async fn replace_codes(
    tx: &Tx,
    ctx: &Ctx,
    id: UserId,
    codes: &[RecoveryCode],
) -> Result<()> {
    delete_codes(tx, id).await?;
    let rows = codes.iter().map(|code| recovery_code::ActiveModel {
        id: Set(ctx.new_id()),
        user_id: Set(id.0),
        hash: Set(hash(id, code)),
        used_at: Set(None),
    });
    recovery_code::Entity::insert_many(rows)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Uses a code up; `false` when there is none, or it was used.
pub(super) async fn use_code(tx: &Tx, id: UserId, hash: &[u8], now: Timestamp) -> Result<bool> {
    let done = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(now.0))
        .filter(recovery_code::Column::UserId.eq(id.0))
        .filter(recovery_code::Column::Hash.eq(hash))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn codes_left(db: &impl ConnectionTrait, id: UserId) -> Result<u32> {
    let left = recovery_code::Entity::find()
        .filter(recovery_code::Column::UserId.eq(id.0))
        .filter(recovery_code::Column::UsedAt.is_null())
        .count(db)
        .await?;
    Ok(u32::try_from(left).unwrap_or(u32::MAX))
}

/// Codes that were not used, of each of some people.
pub(super) async fn codes_left_each(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let left = recovery_code::Entity::find().filter(recovery_code::Column::UsedAt.is_null());
    counting::each(db, left, recovery_code::Column::UserId, ids).await
}

/// Since when each of some people has an app that a code has confirmed.
pub(super) async fn apps_since(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Timestamp>> {
    let rows: Vec<(Uuid, Option<i64>)> = Entity::find()
        .filter(Column::UserId.is_in(ids.iter().copied()))
        .select_only()
        .columns([Column::UserId, Column::ConfirmedAt])
        .into_tuple()
        .all(db)
        .await?;
    let confirmed = |(id, at): (Uuid, Option<i64>)| Some((id, Timestamp(at?)));
    Ok(rows.into_iter().filter_map(confirmed).collect())
}
