//! What verification reads and writes: `api_keys`, `key_secrets`, `key_uses`, `organizations`, `charges`, `usage`, `quotas`.

use std::{collections::HashMap, sync::atomic::AtomicI64};

use contract::{
    ApiKeyId, OrganizationId, Timestamp, organizations::SubscriptionTier, usage::Interval,
};
use ipnet::IpNet;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{CaseStatement, Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    fold::Folded,
    journal::Charge,
    meter::Known,
    table::{KeyFacts, OrganizationFacts, State},
};
use crate::{
    Ctx, api_keys,
    api_keys::KeyHash,
    context::Tx,
    entities::{api_key, charge, key_secret, key_use, organization, quota, usage},
    error::{Error, Result},
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
        hash: *hash,
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
        networks: networks(&key.allowed_ips),
        rate_limit: api_keys::rate_limit(&key),
        quota: key.quota,
        meter: ctx.gate().meters.of(key.id, known),
        noted: AtomicI64::new(i64::MIN),
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
        is_usable: row.deleted_at.is_none(),
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

// --- the journal ------------------------------------------------------------------------------------------------------------

fn encoded(charges: &[Charge]) -> Result<Vec<u8>> {
    postcard::to_allocvec(charges).map_err(|source| Error::internal("encoding charges", source))
}

/// Writes charges as one row, by one statement; a second time under the same id writes nothing.
pub(super) async fn insert_charges(ctx: &Ctx, id: Uuid, charges: &[Charge]) -> Result<()> {
    insert_rows(ctx.database().writer(), vec![(id, encoded(charges)?)]).await
}

async fn insert_rows(db: &impl ConnectionTrait, rows: Vec<(Uuid, Vec<u8>)>) -> Result<()> {
    let rows = rows.into_iter().map(|(id, entries)| charge::ActiveModel {
        id: Set(id),
        entries: Set(entries),
    });
    charge::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(charge::Column::Id)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// A row of the journal, as it is kept.
pub(super) type JournalRow = (Uuid, Vec<u8>);

/// Charges as a row that is to be written.
pub(super) fn journal_row(ctx: &Ctx, charges: &[Charge]) -> Result<JournalRow> {
    Ok((ctx.new_id(), encoded(charges)?))
}

pub(super) async fn insert_journal(tx: &Tx, rows: &[JournalRow]) -> Result<()> {
    for some in in_steps(rows) {
        insert_rows(tx.db(), some.to_vec()).await?;
    }
    Ok(())
}

/// Rows of the journal, oldest first: after one, up to one.
pub(super) async fn read_journal(
    ctx: &Ctx,
    after: Option<Uuid>,
    until: Option<Uuid>,
    most: u64,
) -> Result<Vec<JournalRow>> {
    let select = charge::Entity::find()
        .apply_if(after, |select, id| select.filter(charge::Column::Id.gt(id)))
        .apply_if(until, |select, id| {
            select.filter(charge::Column::Id.lte(id))
        })
        .order_by_asc(charge::Column::Id)
        .limit(most);
    let rows = select.all(ctx.read()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.entries)).collect())
}

pub(super) fn decoded(entries: &[u8]) -> Result<Vec<Charge>> {
    postcard::from_bytes(entries).map_err(|source| Error::internal("decoding charges", source))
}

/// Deletes rows of the journal; `false` when some were gone: another process has counted them.
pub(super) async fn delete_journal(tx: &Tx, ids: &[Uuid]) -> Result<bool> {
    let mut deleted = 0;
    for some in in_steps(ids) {
        let done = charge::Entity::delete_many()
            .filter(charge::Column::Id.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
        deleted += done.rows_affected;
    }
    Ok(deleted == ids.len() as u64)
}

// --- counters ---------------------------------------------------------------------------------------------------------------

/// Adds to the counters.
pub(super) async fn add(tx: &Tx, folded: &Folded) -> Result<()> {
    // A statement may not touch a row twice: those of one hour are put together.
    let mut sums: HashMap<UsageOf, (i64, i64)> = HashMap::with_capacity(3 * folded.counts.len());
    for (of, (requests, units)) in &folded.counts {
        for interval in Interval::ALL {
            let began_at = interval.begin(Timestamp(of.minute * 60_000));
            let place = (
                of.key_id,
                of.organization_id,
                interval.number(),
                began_at,
                of.verdict,
            );
            let sum = sums.entry(place).or_default();
            sum.0 += requests;
            sum.1 += units;
        }
    }
    let usage: Vec<_> = sums.into_iter().collect();
    for some in in_steps(&usage) {
        add_usage(tx, some).await?;
    }
    let units: Vec<_> = folded.units.iter().collect();
    for some in in_steps(&units) {
        add_units(tx, some).await?;
    }
    let uses: Vec<_> = folded.uses.iter().collect();
    for some in in_steps(&uses) {
        set_uses(tx, some).await?;
    }
    Ok(())
}

type UsageOf = (Uuid, Uuid, i16, Timestamp, i16);

async fn add_usage(tx: &Tx, some: &[(UsageOf, (i64, i64))]) -> Result<()> {
    let own = |column| Expr::col((usage::Entity, column));
    let new = |column| Expr::cust(format!("excluded.{column}"));
    let conflict = OnConflict::columns([
        usage::Column::KeyId,
        usage::Column::Interval,
        usage::Column::BeganAt,
        usage::Column::Verdict,
    ])
    .value(
        usage::Column::Requests,
        own(usage::Column::Requests).add(new("requests")),
    )
    .value(
        usage::Column::Units,
        own(usage::Column::Units).add(new("units")),
    )
    .to_owned();
    let rows = some
        .iter()
        .map(|&(of, (requests, units))| usage::ActiveModel {
            key_id: Set(of.0),
            organization_id: Set(of.1),
            interval: Set(of.2),
            began_at: Set(of.3.0),
            verdict: Set(of.4),
            requests: Set(requests),
            units: Set(units),
        });
    usage::Entity::insert_many(rows)
        .on_conflict(conflict)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

async fn add_units(tx: &Tx, some: &[(&(Uuid, i32), &i64)]) -> Result<()> {
    let conflict = OnConflict::columns([quota::Column::SubjectId, quota::Column::Month])
        .value(
            quota::Column::Used,
            Expr::col((quota::Entity, quota::Column::Used)).add(Expr::cust("excluded.used")),
        )
        .to_owned();
    let rows = some
        .iter()
        .map(|((subject_id, month), units)| quota::ActiveModel {
            subject_id: Set(*subject_id),
            month: Set(*month),
            used: Set(**units),
            told_percent: Set(0),
        });
    quota::Entity::insert_many(rows)
        .on_conflict(conflict)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Notes when secrets were last used; only ever forward.
async fn set_uses(tx: &Tx, some: &[(&KeyHash, &(i64, String))]) -> Result<()> {
    let own = || Expr::col((key_use::Entity, key_use::Column::UsedAt));
    let later = |new: &'static str, column| -> Expr {
        CaseStatement::new()
            .case(Expr::cust("excluded.used_at").gt(own()), Expr::cust(new))
            .finally(Expr::col((key_use::Entity, column)))
            .into()
    };
    let conflict = OnConflict::column(key_use::Column::Hash)
        .value(
            key_use::Column::Ip,
            later("excluded.ip", key_use::Column::Ip),
        )
        .value(
            key_use::Column::UsedAt,
            later("excluded.used_at", key_use::Column::UsedAt),
        )
        .to_owned();
    let rows = some
        .iter()
        .map(|(hash, (minute, ip))| key_use::ActiveModel {
            hash: Set(hash.to_vec()),
            used_at: Set(minute * 60_000),
            ip: Set(ip.clone()),
        });
    key_use::Entity::insert_many(rows)
        .on_conflict(conflict)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Notes that the owners are warned of this share; `false` when they were already.
pub(super) async fn set_warned(tx: &Tx, subject: Uuid, month: i32, percent: i16) -> Result<bool> {
    let row = quota::ActiveModel {
        subject_id: Set(subject),
        month: Set(month),
        used: Set(0),
        told_percent: Set(percent),
    };
    let conflict = OnConflict::columns([quota::Column::SubjectId, quota::Column::Month])
        .value(quota::Column::ToldPercent, Expr::value(percent))
        .action_and_where(Expr::col((quota::Entity, quota::Column::ToldPercent)).lt(percent))
        .to_owned();
    let changed = quota::Entity::insert(row)
        .on_conflict(conflict)
        .exec_without_returning(tx.db())
        .await?;
    Ok(changed == 1)
}

/// Another quota: its shares are told anew.
pub(crate) async fn reset_told(tx: &Tx, subject: Uuid, month: i32) -> Result<()> {
    quota::Entity::update_many()
        .col_expr(quota::Column::ToldPercent, Expr::value(0_i16))
        .filter(quota::Column::SubjectId.eq(subject))
        .filter(quota::Column::Month.eq(month))
        .exec(tx.db())
        .await?;
    Ok(())
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

/// Hashes of the secrets of keys that were changed since a moment.
pub(super) async fn changed_keys(ctx: &Ctx, since: Timestamp) -> Result<Vec<Vec<u8>>> {
    let ids: Vec<Uuid> = api_key::Entity::find()
        .filter(api_key::Column::UpdatedAt.gte(since.0))
        .select_only()
        .column(api_key::Column::Id)
        .into_tuple()
        .all(ctx.read())
        .await?;
    let mut found = Vec::new();
    for some in ids.chunks(500) {
        found.extend(api_keys::hashes(ctx.read(), some).await?);
    }
    Ok(found)
}

pub(super) async fn changed_organizations(
    ctx: &Ctx,
    since: Timestamp,
) -> Result<Vec<OrganizationId>> {
    let ids: Vec<Uuid> = organization::Entity::find()
        .filter(organization::Column::UpdatedAt.gte(since.0))
        .select_only()
        .column(organization::Column::Id)
        .into_tuple()
        .all(ctx.read())
        .await?;
    Ok(ids.into_iter().map(OrganizationId).collect())
}
