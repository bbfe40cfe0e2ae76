//! How much keys are used, read from the counters that `verification` keeps.
//!
//! A call is in them seconds after it was answered.

mod store;

use std::{collections::HashMap, hash::Hash};

use contract::{
    ApiKeyId, Code, OrganizationId, Permission, Problem, Timestamp,
    usage::{Interval, KeyUsage, MOST_POINTS, UsagePoint, UsageRange, UsageSeries},
    verification::{QuotaState, Verdict},
};
use uuid::Uuid;

use crate::{Ctx, InOrg, api_keys, context::Tx, error::Result, verification};

/// How many months before the present one it is kept how much of its quota each key and organization has used.
const KEPT_MONTHS: i32 = 13;

/// A span of time, from the interval that holds its first moment to the one that holds its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub interval: Interval,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Span {
    pub fn of(range: UsageRange, now: Timestamp) -> Self {
        Self {
            interval: range.interval(),
            from: range.begin(now),
            to: now,
        }
    }

    /// The same length just before.
    #[must_use]
    pub fn before(self) -> Self {
        let length = self.end().0 - self.begin().0;
        Self {
            interval: self.interval,
            from: Timestamp(self.begin().0 - length),
            to: Timestamp(self.begin().0 - 1),
        }
    }

    const fn begin(self) -> Timestamp {
        self.interval.begin(self.from)
    }

    /// The first moment after it.
    const fn end(self) -> Timestamp {
        self.interval
            .begin(self.to)
            .plus_seconds(self.interval.seconds())
    }

    fn points(self) -> i64 {
        (self.end().0 - self.begin().0) / (self.interval.seconds() * 1000)
    }

    fn check(self) -> Result<()> {
        if self.from > self.to {
            let problem = Problem::new(Code::OutOfRange);
            return Err(problem.on("from").into());
        }
        if self.points() > MOST_POINTS {
            let problem = Problem::out_of_range(1, MOST_POINTS.unsigned_abs());
            return Err(problem.on("interval").into());
        }
        Ok(())
    }
}

/// What happened in a span, interval after interval.
pub async fn series(ctx: &Ctx, viewer: &InOrg, span: Span) -> Result<UsageSeries> {
    viewer.require(Permission::ReadUsage)?;
    let mut all = series_each(ctx, &[viewer], span).await?;
    all.pop().unwrap_or(Err(Code::NotFound.into()))
}

/// What happened in each of some organizations; each has an outcome of its own.
pub async fn series_each(
    ctx: &Ctx,
    viewers: &[&InOrg],
    span: Span,
) -> Result<Vec<Result<UsageSeries>>> {
    span.check()?;
    let ids: Vec<_> = viewers.iter().map(|viewer| viewer.id()).collect();
    let rows = store::by_organization_and_interval(ctx.read(), &ids, span.into()).await?;
    let mut rows = gathered(rows);
    let series = |viewer: &&InOrg| {
        viewer.require(Permission::ReadUsage)?;
        let rows = rows.remove(&viewer.id()).unwrap_or_default();
        Ok(filled(ctx.now(), span, rows))
    };
    Ok(viewers.iter().map(series).collect())
}

fn gathered<K: Eq + Hash>(rows: Vec<(K, store::Row)>) -> HashMap<K, Vec<store::Row>> {
    let mut gathered: HashMap<K, Vec<store::Row>> = HashMap::new();
    for (of, row) in rows {
        gathered.entry(of).or_default().push(row);
    }
    gathered
}

/// What each of some keys did. Of a key of another organization, nothing happened.
pub async fn series_of(
    ctx: &Ctx,
    viewer: &InOrg,
    keys: &[ApiKeyId],
    span: Span,
) -> Result<HashMap<ApiKeyId, UsageSeries>> {
    viewer.require(Permission::ReadUsage)?;
    span.check()?;
    let rows = store::by_key_and_interval(ctx.read(), viewer.id(), keys, span.into()).await?;
    let mut of_keys = gathered(rows);
    let now = ctx.now();
    let series = |key: &ApiKeyId| {
        let rows = of_keys.remove(key).unwrap_or_default();
        (*key, filled(now, span, rows))
    };
    Ok(keys.iter().map(series).collect())
}

fn filled(now: Timestamp, span: Span, rows: Vec<store::Row>) -> UsageSeries {
    let (begin, step) = (span.begin(), span.interval.seconds());
    let mut points: Vec<UsagePoint> = (0..span.points())
        .map(|place| UsagePoint {
            at: begin.plus_seconds(place * step),
            is_running: begin.plus_seconds((place + 1) * step) > now,
            ..UsagePoint::default()
        })
        .collect();
    let mut verdicts: HashMap<Verdict, i64> = HashMap::new();
    for row in rows {
        let place = (row.began_at - begin.0) / (step * 1000);
        let point = usize::try_from(place)
            .ok()
            .and_then(|place| points.get_mut(place));
        let (Some(point), Some(verdict)) = (point, Verdict::of_number(row.verdict)) else {
            continue;
        };
        if verdict == Verdict::Valid {
            point.valid += row.requests;
        } else {
            point.denied += row.requests;
        }
        point.units += row.units;
        *verdicts.entry(verdict).or_default() += row.requests;
    }
    let mut verdicts: Vec<_> = verdicts.into_iter().collect();
    verdicts.sort_unstable_by_key(|(verdict, count)| (-count, verdict.number()));
    UsageSeries {
        interval: span.interval,
        points,
        verdicts,
    }
}

/// What each key did in a span, the most used first; at most `most`.
pub async fn by_key(ctx: &Ctx, viewer: &InOrg, span: Span, most: u64) -> Result<Vec<KeyUsage>> {
    viewer.require(Permission::ReadUsage)?;
    span.check()?;
    let rows = store::by_key(ctx.read(), viewer.id(), span.into(), most).await?;
    let ids: Vec<_> = rows.iter().map(|row| ApiKeyId(row.key_id)).collect();
    let names = api_keys::names(ctx, viewer, &ids).await?;
    let mut names: HashMap<_, _> = names.into_iter().map(|key| (key.id, key)).collect();
    let usage = |row: store::KeyRow| {
        let key = names.remove(&ApiKeyId(row.key_id))?;
        Some(KeyUsage {
            key_id: key.id,
            name: key.name,
            start: key.start,
            last4: key.last4,
            valid: row.valid,
            denied: row.denied,
            units: row.units,
        })
    };
    Ok(rows.into_iter().filter_map(usage).collect())
}

/// How many keys were used in a span, whatever was answered.
pub async fn keys_in_use(ctx: &Ctx, viewer: &InOrg, span: Span) -> Result<i64> {
    viewer.require(Permission::ReadUsage)?;
    span.check()?;
    store::keys_in_use(ctx.read(), viewer.id(), span.into()).await
}

/// Requests of each key, hour by hour over the last day, for the small charts of a list. Keys that did nothing are not in it.
pub async fn sparklines(
    ctx: &Ctx,
    viewer: &InOrg,
    keys: &[ApiKeyId],
) -> Result<HashMap<ApiKeyId, Vec<i64>>> {
    viewer.require(Permission::ReadUsage)?;
    let span = Span::of(UsageRange::Day, ctx.now());
    let rows = store::by_key_and_interval(ctx.read(), viewer.id(), keys, span.into()).await?;
    let length = usize::try_from(span.points()).unwrap_or_default();
    let mut lines: HashMap<ApiKeyId, Vec<i64>> = HashMap::new();
    for (key, row) in rows {
        let line = lines.entry(key).or_insert_with(|| vec![0; length]);
        let place = (row.began_at - span.begin().0) / (span.interval.seconds() * 1000);
        if let Some(count) = usize::try_from(place).ok().and_then(|at| line.get_mut(at)) {
            *count += row.requests;
        }
    }
    Ok(lines)
}

/// Where the organization's quota of this month stands.
pub async fn quota(ctx: &Ctx, viewer: &InOrg) -> Result<QuotaState> {
    let mut all = quota_each(ctx, &[viewer]).await?;
    all.pop().unwrap_or(Err(Code::NotFound.into()))
}

/// Where the quota of each of some organizations stands; each has an outcome of its own.
pub async fn quota_each(ctx: &Ctx, viewers: &[&InOrg]) -> Result<Vec<Result<QuotaState>>> {
    let subjects: Vec<Uuid> = viewers.iter().map(|viewer| viewer.id().0).collect();
    let used = verification::quota_used(ctx, &subjects).await?;
    let state = |viewer: &&InOrg| {
        viewer.require(Permission::ReadUsage)?;
        let used = used.get(&viewer.id().0).copied().unwrap_or_default();
        let limit = viewer.organization().quota_limit;
        Ok(QuotaState::new(limit, used, resets_at(ctx)))
    };
    Ok(viewers.iter().map(state).collect())
}

/// Units that each key has used this month; keys that used none are not in it.
pub async fn key_units(
    ctx: &Ctx,
    viewer: &InOrg,
    keys: &[ApiKeyId],
) -> Result<HashMap<ApiKeyId, i64>> {
    viewer.require(Permission::ReadUsage)?;
    let own = api_keys::names(ctx, viewer, keys).await?;
    let subjects: Vec<Uuid> = own.iter().map(|key| key.id.0).collect();
    let used = verification::quota_used(ctx, &subjects).await?;
    Ok(used
        .into_iter()
        .map(|(id, used)| (ApiKeyId(id), used))
        .collect())
}

/// When quotas begin anew.
pub fn resets_at(ctx: &Ctx) -> Timestamp {
    Timestamp::begin_of_month(ctx.now().month() + 1)
}

/// Deletes what was counted of an organization that is purged, and of some of its keys.
pub(crate) async fn forget(tx: &Tx, id: OrganizationId, keys: &[Uuid]) -> Result<()> {
    store::delete_of(tx, id, keys).await
}

/// Deletes some counts that are older than they are kept; gives how many rows.
pub(crate) async fn sweep(tx: &Tx, ctx: &Ctx, now: Timestamp, most: u64) -> Result<u64> {
    let mut rows = store::delete_quotas(tx, now.month() - KEPT_MONTHS, most).await?;
    for interval in Interval::ALL {
        if let Some(kept) = ctx.settings().retention.usage_seconds(interval) {
            rows += store::delete_before(tx, interval, now.minus_seconds(kept), most).await?;
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_has_no_gaps_and_marks_what_runs() {
        let now = Timestamp(1_795_428_300_000);
        let span = Span::of(UsageRange::Day, now);
        let row = |hours: i64, verdict: Verdict, requests| store::Row {
            began_at: Interval::Hour.begin(now).minus_seconds(hours * 3600).0,
            verdict: verdict.number(),
            requests,
            units: requests * 2,
        };
        let rows = vec![
            row(0, Verdict::Valid, 5),
            row(23, Verdict::Revoked, 1),
            row(24, Verdict::Valid, 100),
            row(3, Verdict::Valid, 2),
        ];
        let series = filled(now, span, rows);
        assert_eq!(series.points.len(), 24);
        assert_eq!((series.valid(), series.denied()), (7, 1));
        let running: Vec<_> = series.points.iter().map(|p| p.is_running).collect();
        assert_eq!(running.iter().position(|is| *is), Some(23));
        assert_eq!(
            series.verdicts,
            [(Verdict::Valid, 7), (Verdict::Revoked, 1)]
        );
        let before = span.before();
        assert_eq!((before.points(), before.end()), (24, span.begin()));
    }

    #[test]
    fn a_span_has_a_direction_and_an_end() {
        let now = Timestamp(1_795_428_300_000);
        let span = |seconds: i64, interval| Span {
            interval,
            from: now,
            to: now.plus_seconds(seconds),
        };
        assert!(span(-1, Interval::Day).check().is_err());
        assert!(span(60 * MOST_POINTS, Interval::Minute).check().is_err());
        assert!(
            span(60 * (MOST_POINTS - 1), Interval::Minute)
                .check()
                .is_ok()
        );
    }
}
