//! What verification reads and writes: `api_keys`, `key_secrets`, `key_uses`, `organizations`, `charges`, `usage`, `quotas`.

mod counters;
mod journal;

use std::{collections::HashMap, sync::atomic::AtomicU32};

use contract::{ApiKeyId, OrganizationId, Timestamp, organizations::SubscriptionTier};
use ipnet::IpNet;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    meter::Known,
    table::{KeyFacts, Limits, OrganizationFacts, State},
};
use crate::{
    Ctx, api_keys,
    api_keys::KeyHash,
    entities::{api_key, key_secret, organization, quota},
    error::Result,
};

pub(crate) use counters::reset_told;
pub(super) use counters::{add, set_warned};
pub(super) use journal::{
    JournalRow, NOTHING, count_rows, decoded, delete_journal, encoded, in_journal, insert_journal,
    insert_row, journal_row, read_journal,
};

// --- the table --------------------------------------------------------------------------------------------------------------

/// The key that has a secret of this hash.
pub(super) async fn key(ctx: &Ctx, hash: &KeyHash) -> Result<Option<KeyFacts>> {
    let found = key_secret::Entity::find_by_id(hash.to_vec())
        .find_also_related(api_key::Entity)
        .one(ctx.read())
        .await?;
    let Some((secret, Some(key))) = found else {
        return Ok(None);
    };
    let known = known(ctx, key.id).await?;
    let ends = [secret.expires_at, key.expires_at];
    Ok(Some(KeyFacts {
        id: ApiKeyId(key.id),
        organization_id: OrganizationId(key.organization_id),
        scopes: ctx.gate().table.scopes(&key.scopes),
        state: if key.revoked_at.is_some() {
            State::Revoked
        } else if key.paused_at.is_some() {
            State::Paused
        } else {
            State::Live
        },
        expires_at: ends.into_iter().flatten().min().map(Timestamp),
        limits: Limits {
            networks: networks(&key.allowed_ips),
            rate: api_keys::rate_limit(&key),
            quota: key.quota,
        }
        .boxed(),
        meter: ctx.gate().meters.of(key.id, known),
        noted: AtomicU32::new(0),
        name: key.name.into(),
    }))
}

/// Each as a network; an address alone is one of its own.
fn networks(text: &str) -> Box<[IpNet]> {
    text.split_whitespace()
        .filter_map(|word| {
            let alone = word.parse::<std::net::IpAddr>().map(IpNet::from);
            alone.or_else(|_| word.parse()).ok()
        })
        .collect()
}

pub(super) async fn organization(
    ctx: &Ctx,
    id: OrganizationId,
) -> Result<Option<OrganizationFacts>> {
    let row = organization::Entity::find_by_id(id.0)
        .one(ctx.read())
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let known = known(ctx, row.id).await?;
    Ok(Some(OrganizationFacts {
        id,
        slug: row.slug.into(),
        tier: SubscriptionTier::parse(&row.subscription_tier).unwrap_or_default(),
        quota_limit: row.quota_limit,
        is_usable: row.deleted_at.is_none() && row.suspended_at.is_none(),
        meter: ctx.gate().meters.of(row.id, known),
    }))
}

/// What is counted of the month.
async fn known(ctx: &Ctx, subject: Uuid) -> Result<Known> {
    let month = ctx.now().month();
    let row = quota::Entity::find_by_id((subject, month))
        .one(ctx.read())
        .await?;
    Ok(Known {
        month,
        used: row.as_ref().map_or(0, |row| row.used),
        told_percent: row.map_or(0, |row| row.told_percent),
    })
}

/// Units that a key or an organization has used this month, as far as they are counted.
pub(crate) async fn quota_used(ctx: &Ctx, subjects: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let rows = quota::Entity::find()
        .filter(quota::Column::SubjectId.is_in(subjects.iter().copied()))
        .filter(quota::Column::Month.eq(ctx.now().month()))
        .all(ctx.read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.subject_id, row.used))
        .collect())
}

/// Rows of one statement. Few sizes make few statements, which the database prepares once and keeps.
const STEPS: [usize; 4] = [64, 16, 4, 1];

/// The same items, in pieces of those sizes.
fn in_steps<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = STEPS.into_iter().find(|size| *size <= items.len())?;
        let (piece, rest) = items.split_at(size);
        items = rest;
        Some(piece)
    })
}

// --- what other processes did -----------------------------------------------------------------------------------------------

/// Hashes of all secrets in their order, beyond one; at most `most`.
pub(super) async fn hashes_beyond(ctx: &Ctx, last: &[u8], most: u64) -> Result<Vec<Vec<u8>>> {
    Ok(key_secret::Entity::find()
        .filter(key_secret::Column::Hash.gt(last.to_vec()))
        .order_by_asc(key_secret::Column::Hash)
        .limit(most)
        .select_only()
        .column(key_secret::Column::Hash)
        .into_tuple()
        .all(ctx.read())
        .await?)
}

/// Hashes of secrets that were made since a moment.
pub(super) async fn hashes_since(ctx: &Ctx, since: Timestamp) -> Result<Vec<Vec<u8>>> {
    Ok(key_secret::Entity::find()
        .filter(key_secret::Column::CreatedAt.gte(since.0))
        .select_only()
        .column(key_secret::Column::Hash)
        .into_tuple()
        .all(ctx.read())
        .await?)
}

/// Keys that were changed since a moment, each with the time of its last change.
pub(super) async fn changed_keys(ctx: &Ctx, since: Timestamp) -> Result<Vec<(Uuid, i64)>> {
    Ok(api_key::Entity::find()
        .filter(api_key::Column::UpdatedAt.gte(since.0))
        .select_only()
        .columns([api_key::Column::Id, api_key::Column::UpdatedAt])
        .into_tuple()
        .all(ctx.read())
        .await?)
}

/// Hashes of the secrets of some keys.
pub(super) async fn hashes_of(ctx: &Ctx, keys: &[Uuid]) -> Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for some in keys.chunks(500) {
        found.extend(api_keys::hashes(ctx.read(), some).await?);
    }
    Ok(found)
}

/// Organizations that were changed since a moment, each with the time of its last change.
pub(super) async fn changed_organizations(ctx: &Ctx, since: Timestamp) -> Result<Vec<(Uuid, i64)>> {
    Ok(organization::Entity::find()
        .filter(organization::Column::UpdatedAt.gte(since.0))
        .select_only()
        .columns([organization::Column::Id, organization::Column::UpdatedAt])
        .into_tuple()
        .all(ctx.read())
        .await?)
}
