//! The tables `api_keys`, `key_secrets` and `key_uses`.

mod everywhere;
mod lists;
mod views;

use contract::{
    ApiKeyId, OrganizationId, Timestamp, UserId,
    api_keys::{RateLimit, Scope},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::format::{KeyFormat, Minted};
use crate::{
    Ctx,
    context::Tx,
    entities::{
        api_key::{ActiveModel, Column, Entity, Model},
        key_secret, key_use,
    },
    error::Result,
    search,
};

pub(crate) use everywhere::{
    count_everywhere, count_made_by, count_made_by_each, count_usable, find_everywhere,
    list_everywhere, list_made_by,
};
pub(super) use lists::{count_many, list, list_many};
pub(super) use views::{KeyName, get, names};

const DAY: i64 = 24 * 60 * 60;

/// A key that is about to be made.
#[derive(Clone, Debug)]
pub(super) struct NewKey {
    pub(super) organization_id: OrganizationId,
    pub(super) name: String,
    pub(super) scopes: Vec<Scope>,
    pub(super) allowed_ips: Vec<String>,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) quota: Option<i64>,
    pub(super) created_by: UserId,
    pub(super) expires_at: Option<Timestamp>,
}

pub(crate) fn joined<T: ToString>(parts: &[T]) -> String {
    let texts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    texts.join(" ")
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

pub(crate) fn scopes(text: &str) -> Vec<Scope> {
    text.split_whitespace()
        .filter_map(|scope| Scope::parse(scope).ok())
        .collect()
}

pub(crate) fn rate_limit(row: &Model) -> Option<RateLimit> {
    Some(RateLimit {
        limit: u32::try_from(row.rate_limit?).ok()?,
        period_seconds: u32::try_from(row.rate_period?).ok()?,
    })
}

pub(super) async fn insert(tx: &Tx, ctx: &Ctx, new: &NewKey) -> Result<ApiKeyId> {
    let (id, now) = (ctx.new_id(), ctx.now().0);
    let row = ActiveModel {
        id: Set(id),
        organization_id: Set(new.organization_id.0),
        name: Set(new.name.clone()),
        name_key: Set(search::folded(&new.name)),
        scopes: Set(joined(&new.scopes)),
        allowed_ips: Set(joined(&new.allowed_ips)),
        rate_limit: Set(new.rate_limit.map(|rate| number(rate.limit))),
        rate_period: Set(new.rate_limit.map(|rate| number(rate.period_seconds))),
        quota: Set(new.quota),
        created_by: Set(Some(new.created_by.0)),
        created_at: Set(now),
        updated_at: Set(now),
        expires_at: Set(new.expires_at.map(|at| at.0)),
        expiry_told_at: Set(None),
        paused_at: Set(None),
        revoked_at: Set(None),
        revoke_reason: Set(String::new()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(ApiKeyId(id))
}

pub(super) async fn insert_secret(tx: &Tx, ctx: &Ctx, id: ApiKeyId, minted: &Minted) -> Result<()> {
    let row = key_secret::ActiveModel {
        hash: Set(minted.hash.to_vec()),
        key_id: Set(id.0),
        pepper: Set(minted.pepper.clone()),
        start: Set(minted.start.clone()),
        last4: Set(minted.last4.clone()),
        created_at: Set(ctx.now().0),
        expires_at: Set(None),
    };
    key_secret::Entity::insert(row)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Ends the secrets of a key that have no end yet, or a later one.
pub(super) async fn end_secrets(tx: &Tx, id: ApiKeyId, at: Timestamp) -> Result<()> {
    let endless = key_secret::Column::ExpiresAt.is_null();
    key_secret::Entity::update_many()
        .col_expr(key_secret::Column::ExpiresAt, Expr::value(at.0))
        .filter(key_secret::Column::KeyId.eq(id.0))
        .filter(endless.or(key_secret::Column::ExpiresAt.gt(at.0)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Ends the secrets of a key that were replaced; gives how many still worked.
pub(super) async fn end_former(tx: &Tx, id: ApiKeyId, now: Timestamp) -> Result<u64> {
    let done = key_secret::Entity::update_many()
        .col_expr(key_secret::Column::ExpiresAt, Expr::value(now.0))
        .filter(key_secret::Column::KeyId.eq(id.0))
        .filter(key_secret::Column::ExpiresAt.gt(now.0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// Forgets the secrets of a key that ended before it was given another.
pub(super) async fn delete_ended(tx: &Tx, id: ApiKeyId, now: Timestamp) -> Result<()> {
    let ended = || {
        key_secret::Entity::find()
            .filter(key_secret::Column::KeyId.eq(id.0))
            .filter(key_secret::Column::ExpiresAt.lte(now.0))
            .select_only()
            .column(key_secret::Column::Hash)
            .into_query()
    };
    key_use::Entity::delete_many()
        .filter(key_use::Column::Hash.in_subquery(ended()))
        .exec(tx.db())
        .await?;
    key_secret::Entity::delete_many()
        .filter(key_secret::Column::KeyId.eq(id.0))
        .filter(key_secret::Column::ExpiresAt.lte(now.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// What is stored of the secrets of some keys.
pub(crate) async fn hashes(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Vec<u8>>> {
    Ok(key_secret::Entity::find()
        .filter(key_secret::Column::KeyId.is_in(ids.iter().copied()))
        .select_only()
        .column(key_secret::Column::Hash)
        .into_tuple()
        .all(db)
        .await?)
}

/// The id of the key that has this secret.
pub(super) async fn find_by_hashes(
    db: &impl ConnectionTrait,
    hashes: &[Vec<u8>],
) -> Result<Option<ApiKeyId>> {
    let row = key_secret::Entity::find()
        .filter(key_secret::Column::Hash.is_in(hashes.iter().cloned()))
        .one(db)
        .await?;
    Ok(row.map(|row| ApiKeyId(row.key_id)))
}

pub(super) async fn find(db: &impl ConnectionTrait, id: ApiKeyId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id.0).one(db).await?)
}

/// Sets columns, and when the key was last changed.
pub(super) async fn change(
    tx: &Tx,
    ctx: &Ctx,
    id: ApiKeyId,
    values: Vec<(Column, Expr)>,
) -> Result<()> {
    let mut update = Entity::update_many()
        .filter(Column::Id.eq(id.0))
        .col_expr(Column::UpdatedAt, Expr::value(ctx.now().0));
    for (column, value) in values {
        update = update.col_expr(column, value);
    }
    update.exec(tx.db()).await?;
    Ok(())
}

/// What an edit changes; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Edit {
    pub(super) name: Option<String>,
    pub(super) scopes: Option<Vec<Scope>>,
    pub(super) expires_at: Option<Option<Timestamp>>,
    pub(super) allowed_ips: Option<Vec<String>>,
    pub(super) rate_limit: Option<Option<RateLimit>>,
    pub(super) quota: Option<Option<i64>>,
}

pub(super) async fn edit(tx: &Tx, ctx: &Ctx, id: ApiKeyId, edit: Edit) -> Result<()> {
    let mut values = Vec::new();
    if let Some(name) = edit.name {
        values.push((Column::NameKey, Expr::value(search::folded(&name))));
        values.push((Column::Name, Expr::value(name)));
    }
    if let Some(scopes) = edit.scopes {
        values.push((Column::Scopes, Expr::value(joined(&scopes))));
    }
    if let Some(at) = edit.expires_at {
        values.push((Column::ExpiresAt, Expr::value(at.map(|at| at.0))));
        values.push((Column::ExpiryToldAt, Expr::value(None::<i64>)));
    }
    if let Some(ips) = edit.allowed_ips {
        values.push((Column::AllowedIps, Expr::value(joined(&ips))));
    }
    if let Some(rate) = edit.rate_limit {
        let limit = rate.map(|rate| number(rate.limit));
        let period = rate.map(|rate| number(rate.period_seconds));
        values.push((Column::RateLimit, Expr::value(limit)));
        values.push((Column::RatePeriod, Expr::value(period)));
    }
    if let Some(quota) = edit.quota {
        values.push((Column::Quota, Expr::value(quota)));
    }
    change(tx, ctx, id, values).await
}

pub(super) async fn set_paused(
    tx: &Tx,
    ctx: &Ctx,
    id: ApiKeyId,
    at: Option<Timestamp>,
) -> Result<()> {
    let at = Expr::value(at.map(|at| at.0));
    change(tx, ctx, id, vec![(Column::PausedAt, at)]).await
}

pub(super) async fn set_revoked(tx: &Tx, ctx: &Ctx, id: ApiKeyId, reason: &str) -> Result<()> {
    let values = vec![
        (Column::RevokedAt, Expr::value(ctx.now().0)),
        (Column::RevokeReason, Expr::value(reason)),
    ];
    change(tx, ctx, id, values).await
}

/// Keys that can still be used or resumed.
pub(super) async fn count_alive(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    now: Timestamp,
) -> Result<u64> {
    let select = Entity::find().filter(Column::OrganizationId.eq(id.0));
    Ok(select.filter(alive(now)).count(db).await?)
}

fn alive(now: Timestamp) -> Condition {
    Condition::all()
        .add(Column::RevokedAt.is_null())
        .add(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(now.0)))
}

/// Keys that work and are known by a former secret key alone, until they are rotated.
pub(crate) async fn count_of_former_key(ctx: &Ctx) -> Result<u64> {
    let names = KeyFormat::former_peppers(ctx.settings());
    let known = key_secret::Entity::find()
        .filter(key_secret::Column::Pepper.is_in(names))
        .filter(
            key_secret::Column::ExpiresAt
                .is_null()
                .or(key_secret::Column::ExpiresAt.gt(ctx.now().0)),
        )
        .select_only()
        .column(key_secret::Column::KeyId)
        .into_query();
    let select = Entity::find()
        .filter(alive(ctx.now()))
        .filter(Column::Id.in_subquery(known));
    Ok(select.count(ctx.read()).await?)
}

/// How long it is kept when, and from where, a secret was last used that was replaced, in seconds.
const KEEP_ENDED: i64 = 30 * 24 * 60 * 60;

/// Forgets some secrets that were replaced and ended long ago; gives how many.
pub(crate) async fn sweep(tx: &Tx, now: Timestamp, most: u64) -> Result<u64> {
    let ended: Vec<Vec<u8>> = key_secret::Entity::find()
        .filter(key_secret::Column::ExpiresAt.lt(now.minus_seconds(KEEP_ENDED).0))
        .limit(most)
        .select_only()
        .column(key_secret::Column::Hash)
        .into_tuple()
        .all(tx.db())
        .await?;
    if ended.is_empty() {
        return Ok(0);
    }
    key_use::Entity::delete_many()
        .filter(key_use::Column::Hash.is_in(ended.iter().cloned()))
        .exec(tx.db())
        .await?;
    let done = key_secret::Entity::delete_many()
        .filter(key_secret::Column::Hash.is_in(ended))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// Keys that expire before `until`, of which their owners were not told.
pub(super) async fn untold(
    db: &impl ConnectionTrait,
    now: Timestamp,
    until: Timestamp,
    most: u64,
) -> Result<Vec<ApiKeyId>> {
    let rows: Vec<Uuid> = Entity::find()
        .filter(alive(now))
        .filter(Column::ExpiresAt.lte(until.0))
        .filter(Column::ExpiryToldAt.is_null())
        .order_by_asc(Column::ExpiresAt)
        .limit(most)
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(ApiKeyId).collect())
}

/// Notes that the owners are told; `false` when another was first.
pub(super) async fn set_told(tx: &Tx, id: ApiKeyId, now: Timestamp) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::ExpiryToldAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::ExpiryToldAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Deletes some keys of an organization that is purged, with what was counted of them; gives how many.
pub(crate) async fn delete_some(tx: &Tx, id: OrganizationId, most: u64) -> Result<u64> {
    let ids: Vec<Uuid> = Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .limit(most)
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .all(tx.db())
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let hashes = hashes(tx.db(), &ids).await?;
    key_use::Entity::delete_many()
        .filter(key_use::Column::Hash.is_in(hashes))
        .exec(tx.db())
        .await?;
    crate::usage::forget(tx, id, &ids).await?;
    let done = Entity::delete_many()
        .filter(Column::Id.is_in(ids))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}
