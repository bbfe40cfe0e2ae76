//! The tables `usage`, `quotas` and `key_uses`, as they are added to.

use std::collections::HashMap;

use contract::{Timestamp, usage::Interval};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::in_steps;
use crate::{
    api_keys::KeyHash,
    context::Tx,
    entities::{key_use, quota, usage},
    error::Result,
    verification::counts::Folded,
};

/// Adds to the counters: table after table, and in each in the order of its rows, so that two processes that count at once wait for
/// each other only one way.
pub(in crate::verification) async fn add(tx: &Tx, folded: &Folded) -> Result<()> {
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
    let mut usage: Vec<_> = sums.into_iter().collect();
    usage.sort_unstable_by_key(|(of, _)| *of);
    for some in in_steps(&usage) {
        add_usage(tx, some).await?;
    }
    let mut units: Vec<_> = folded.units.iter().collect();
    units.sort_unstable();
    for some in in_steps(&units) {
        add_units(tx, some).await?;
    }
    let mut uses: Vec<_> = folded.uses.iter().collect();
    uses.sort_unstable();
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
pub(in crate::verification) async fn set_warned(
    tx: &Tx,
    subject: Uuid,
    month: i32,
    percent: i16,
) -> Result<bool> {
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
