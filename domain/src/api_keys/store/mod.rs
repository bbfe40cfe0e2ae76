//! The tables `api_keys`, `key_secrets` and `key_uses`.

use std::collections::{HashMap, HashSet};

use contract::{
    ApiKeyId, OrganizationId, Timestamp, UserId,
    api_keys::{ApiKey, EXPIRING_DAYS, KeyStatus, REVOKED_DAYS, RateLimit, Rotation, Scope},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use uuid::Uuid;

use super::{
    filter::{Shown, ValidKeyFilter},
    format::Minted,
};
use crate::{
    Ctx,
    context::Tx,
    entities::{
        api_key::{ActiveModel, Column, Entity, Model},
        key_secret, key_use, membership, user,
    },
    error::Result,
    paging::{Window, together},
};

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

fn of_status(status: KeyStatus, now: Timestamp) -> Condition {
    let soon = now.plus_seconds(EXPIRING_DAYS * DAY).0;
    match status {
        KeyStatus::Revoked => Condition::all().add(Column::RevokedAt.is_not_null()),
        KeyStatus::Expired => Condition::all()
            .add(Column::RevokedAt.is_null())
            .add(Column::ExpiresAt.lte(now.0)),
        KeyStatus::Paused => alive(now).add(Column::PausedAt.is_not_null()),
        KeyStatus::Expiring => alive(now)
            .add(Column::PausedAt.is_null())
            .add(Column::ExpiresAt.lte(soon)),
        KeyStatus::Active => alive(now)
            .add(Column::PausedAt.is_null())
            .add(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(soon))),
    }
}

/// What the list of an organization shows: long revoked keys are not in it.
fn listed(id: OrganizationId, filter: &ValidKeyFilter, now: Timestamp) -> Select<Entity> {
    let recently = now.minus_seconds(REVOKED_DAYS * DAY).0;
    let mut select = Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .filter(
            Column::RevokedAt
                .is_null()
                .or(Column::RevokedAt.gt(recently)),
        );
    select = match filter.shown {
        Shown::Present => select.filter(Column::RevokedAt.is_null()),
        Shown::All => select,
        Shown::Of(status) => select.filter(of_status(status, now)),
    };
    if !filter.search.is_empty() {
        let escaped = filter
            .search
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let starting = key_secret::Entity::find()
            .filter(
                Expr::col((key_secret::Entity, key_secret::Column::Start))
                    .like(LikeExpr::new(format!("{escaped}%")).escape('\\')),
            )
            .select_only()
            .column(key_secret::Column::KeyId)
            .into_query();
        let holds = |name: Expr| {
            let holds = LikeExpr::new(format!("%{}%", escaped.to_lowercase())).escape('\\');
            Expr::expr(Func::lower(name)).like(holds)
        };
        // Asked for each key of the organization: they are few, and people may be many.
        let maker = user::Entity::find()
            .filter(Expr::col((user::Entity, user::Column::Id)).equals((Entity, Column::CreatedBy)))
            .filter(holds(Expr::col((user::Entity, user::Column::Name))))
            .select_only()
            .column(user::Column::Id)
            .into_query();
        let found = Condition::any()
            .add(holds(Expr::col((Entity, Column::Name))))
            .add(Expr::exists(maker))
            .add(Column::Id.in_subquery(starting));
        select = select.filter(found);
    }
    select
}

pub(super) async fn list(
    db: &impl ConnectionTrait,
    now: Timestamp,
    id: OrganizationId,
    filter: &ValidKeyFilter,
    window: &Window,
) -> Result<Vec<ApiKey>> {
    let rows = window
        .restrict(listed(id, filter, now), Column::Id)
        .all(db)
        .await?;
    views(db, now, rows).await
}

/// A page of each of several lists, in few statements; the rows of a list in any order.
pub(super) async fn list_many(
    db: &impl ConnectionTrait,
    now: Timestamp,
    asked: &[(OrganizationId, &ValidKeyFilter, &Window)],
) -> Result<Vec<Vec<ApiKey>>> {
    let pages = asked.iter().map(|(id, filter, window)| {
        window
            .restrict(listed(*id, filter, now), Column::Id)
            .into_query()
    });
    let (mut parts, mut rows) = (Vec::new(), Vec::new());
    for (part, row) in together(db, pages).await? {
        parts.push(part);
        rows.push(Model::from_query_result(&row, "")?);
    }
    let mut found: Vec<Vec<ApiKey>> = asked.iter().map(|_| Vec::new()).collect();
    for (part, key) in parts.into_iter().zip(views(db, now, rows).await?) {
        found[part].push(key);
    }
    Ok(found)
}

/// How many keys each of several lists has, in one statement.
pub(super) async fn count_many(
    db: &impl ConnectionTrait,
    now: Timestamp,
    asked: &[(OrganizationId, &ValidKeyFilter)],
) -> Result<Vec<u64>> {
    let counts = asked.iter().map(|(id, filter)| {
        listed(*id, filter, now)
            .select_only()
            .expr_as(Expr::col((Entity, Column::Id)).count(), "keys")
            .into_query()
    });
    let mut found = vec![0; asked.len()];
    for (part, row) in together(db, counts).await? {
        let count: i64 = row.try_get("", "keys")?;
        found[part] = u64::try_from(count).unwrap_or_default();
    }
    Ok(found)
}

pub(super) async fn get(
    db: &impl ConnectionTrait,
    now: Timestamp,
    id: ApiKeyId,
) -> Result<Option<ApiKey>> {
    let rows = Entity::find_by_id(id.0).all(db).await?;
    Ok(views(db, now, rows).await?.pop())
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

// --- what is shown ----------------------------------------------------------------------------------------------------------

struct Secret {
    row: key_secret::Model,
    used: Option<key_use::Model>,
}

/// Keys with their makers, secrets and uses, in the order of the rows.
async fn views(db: &impl ConnectionTrait, now: Timestamp, rows: Vec<Model>) -> Result<Vec<ApiKey>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let makers = makers(db, &rows).await?;
    let members = members(db, &rows).await?;
    let mut secrets = secrets(db, &rows).await?;
    let view = |row: Model| {
        let secrets = secrets.remove(&row.id).unwrap_or_default();
        let maker = row.created_by.and_then(|id| makers.get(&id).cloned());
        let is_member = row
            .created_by
            .is_some_and(|id| members.contains(&(row.organization_id, id)));
        view(row, secrets, maker, is_member, now)
    };
    Ok(rows.into_iter().map(view).collect())
}

fn status(row: &Model, now: Timestamp) -> KeyStatus {
    let soon = now.plus_seconds(EXPIRING_DAYS * DAY).0;
    match row.expires_at {
        _ if row.revoked_at.is_some() => KeyStatus::Revoked,
        Some(at) if at <= now.0 => KeyStatus::Expired,
        _ if row.paused_at.is_some() => KeyStatus::Paused,
        Some(at) if at <= soon => KeyStatus::Expiring,
        _ => KeyStatus::Active,
    }
}

/// The newest secret has no end of its own.
fn newness(secret: &Secret) -> (bool, i64) {
    (secret.row.expires_at.is_none(), secret.row.created_at)
}

fn view(
    row: Model,
    mut secrets: Vec<Secret>,
    maker: Option<String>,
    is_member: bool,
    now: Timestamp,
) -> ApiKey {
    secrets.sort_unstable_by_key(newness);
    let newest = secrets.pop();
    let former = secrets
        .pop()
        .filter(|secret| secret.row.expires_at.is_some_and(|at| at > now.0));
    let used = |secret: &Secret| secret.used.as_ref().map(|used| Timestamp(used.used_at));
    let from = |secret: &Secret| {
        let used = secret.used.as_ref()?;
        (!used.ip.is_empty()).then(|| used.ip.clone())
    };
    let last = newest
        .iter()
        .chain(&former)
        .filter(|secret| secret.used.is_some())
        .max_by_key(|secret| used(secret));
    ApiKey {
        status: status(&row, now),
        scopes: scopes(&row.scopes),
        rate_limit: rate_limit(&row),
        allowed_ips: row
            .allowed_ips
            .split_whitespace()
            .map(ToOwned::to_owned)
            .collect(),
        last_used_at: last.and_then(used),
        last_used_ip: last.and_then(from),
        rotation: former.as_ref().and_then(|former| {
            Some(Rotation {
                start: former.row.start.clone(),
                last4: former.row.last4.clone(),
                rotated_at: Timestamp(newest.as_ref()?.row.created_at),
                expires_at: Timestamp(former.row.expires_at?),
                last_used_at: used(former),
                last_used_ip: from(former),
            })
        }),
        id: ApiKeyId(row.id),
        organization_id: OrganizationId(row.organization_id),
        name: row.name,
        start: newest
            .as_ref()
            .map(|secret| secret.row.start.clone())
            .unwrap_or_default(),
        last4: newest.map(|secret| secret.row.last4).unwrap_or_default(),
        created_by: maker.unwrap_or_default(),
        maker_left: !is_member,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        expires_at: row.expires_at.map(Timestamp),
        quota: row.quota,
        revoked_at: row.revoked_at.map(Timestamp),
        revoke_reason: row.revoke_reason,
    }
}

async fn makers(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashMap<Uuid, String>> {
    let ids: HashSet<Uuid> = rows.iter().filter_map(|row| row.created_by).collect();
    let people = user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let named = |person: user::Model| {
        let name = if person.name.is_empty() {
            person.username
        } else {
            person.name
        };
        (person.id, name)
    };
    Ok(people.into_iter().map(named).collect())
}

/// Who of the makers is a member of the organization of a key.
async fn members(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashSet<(Uuid, Uuid)>> {
    let makers: HashSet<Uuid> = rows.iter().filter_map(|row| row.created_by).collect();
    let organizations: HashSet<Uuid> = rows.iter().map(|row| row.organization_id).collect();
    let found: Vec<(Uuid, Uuid)> = membership::Entity::find()
        .filter(membership::Column::OrganizationId.is_in(organizations))
        .filter(membership::Column::UserId.is_in(makers))
        .select_only()
        .columns([
            membership::Column::OrganizationId,
            membership::Column::UserId,
        ])
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

async fn secrets(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashMap<Uuid, Vec<Secret>>> {
    let found = key_secret::Entity::find()
        .filter(key_secret::Column::KeyId.is_in(rows.iter().map(|row| row.id)))
        .all(db)
        .await?;
    let hashes = found.iter().map(|row| row.hash.clone());
    let used = key_use::Entity::find()
        .filter(key_use::Column::Hash.is_in(hashes))
        .all(db)
        .await?;
    let mut used: HashMap<Vec<u8>, key_use::Model> = used
        .into_iter()
        .map(|row| (row.hash.clone(), row))
        .collect();
    let mut secrets: HashMap<Uuid, Vec<Secret>> = HashMap::new();
    for row in found {
        let used = used.remove(&row.hash);
        secrets
            .entry(row.key_id)
            .or_default()
            .push(Secret { row, used });
    }
    Ok(secrets)
}

/// How a key is called.
#[derive(Clone, Debug)]
pub(crate) struct KeyName {
    pub(crate) id: ApiKeyId,
    pub(crate) name: String,
    pub(crate) start: String,
    pub(crate) last4: String,
}

/// Those of several keys that are of an organization.
pub(super) async fn names(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    ids: &[ApiKeyId],
) -> Result<Vec<KeyName>> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(Column::OrganizationId.eq(organization.0))
        .all(db)
        .await?;
    let mut secrets = secrets(db, &rows).await?;
    let named = |row: Model| {
        let secrets = secrets.remove(&row.id).unwrap_or_default();
        let newest = secrets.into_iter().max_by_key(newness).map(|one| one.row);
        KeyName {
            id: ApiKeyId(row.id),
            name: row.name,
            start: newest
                .as_ref()
                .map(|row| row.start.clone())
                .unwrap_or_default(),
            last4: newest.map(|row| row.last4).unwrap_or_default(),
        }
    };
    Ok(rows.into_iter().map(named).collect())
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
