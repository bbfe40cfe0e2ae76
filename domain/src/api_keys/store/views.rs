//! Keys as they are shown: with their makers, secrets and last uses.

use std::collections::{HashMap, HashSet};

use contract::{
    ApiKeyId, OrganizationId, Timestamp,
    api_keys::{ApiKey, EXPIRING_DAYS, KeyStatus, Rotation},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{DAY, rate_limit, scopes};
use crate::{
    entities::{
        api_key::{Column, Entity, Model},
        key_secret, key_use, membership, user,
    },
    error::Result,
};

pub(in crate::api_keys) async fn get(
    db: &impl ConnectionTrait,
    now: Timestamp,
    id: ApiKeyId,
) -> Result<Option<ApiKey>> {
    let rows = Entity::find_by_id(id.0).all(db).await?;
    Ok(views(db, now, rows).await?.pop())
}

struct Secret {
    row: key_secret::Model,
    used: Option<key_use::Model>,
}

/// Keys with their makers, secrets and uses, in the order of the rows.
pub(super) async fn views(
    db: &impl ConnectionTrait,
    now: Timestamp,
    rows: Vec<Model>,
) -> Result<Vec<ApiKey>> {
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
pub(in crate::api_keys) async fn names(
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
