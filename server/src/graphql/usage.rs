//! What usage is in the schema.

use async_graphql::{Enum, SimpleObject};
use contract::{
    Timestamp,
    usage::{self, UsageRange},
    verification::QuotaState,
};
use domain::{Ctx, usage::Span};

use super::scalars::{DateTime, SafeInt};

/// The length of the intervals that are counted together, in UTC.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "usage::Interval", name = "UsageInterval")]
pub(super) enum Interval {
    /// Kept for 48 hours, unless the installation is configured otherwise.
    Minute,
    /// Kept for 90 days, unless the installation is configured otherwise.
    Hour,
    /// Kept as long as the key.
    Day,
}

/// Units of a calendar month, in UTC.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(super) struct Quota {
    /// How many can be used.
    limit: SafeInt,
    /// How many are used, as of a few seconds ago.
    used: SafeInt,
    /// How many are left.
    remaining: SafeInt,
    /// The first moment of the next month.
    resets_at: DateTime,
}

impl From<QuotaState> for Quota {
    fn from(state: QuotaState) -> Self {
        Self {
            limit: SafeInt(state.limit),
            used: SafeInt(state.used),
            remaining: SafeInt(state.remaining),
            resets_at: state.resets_at.into(),
        }
    }
}

/// What happened in one interval.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct UsagePoint {
    /// The first moment of the interval.
    at: DateTime,
    /// Verifications that found a key valid.
    valid: SafeInt,
    /// Those that did not.
    denied: SafeInt,
    /// Units that were charged.
    units: SafeInt,
    /// Whether the interval is not over yet.
    is_running: bool,
}

/// How often one answer was given.
#[derive(Clone, Debug, SimpleObject)]
struct UsageByCode {
    /// The answer's code, like `VALID`.
    code: String,
    /// How often.
    requests: SafeInt,
}

/// What happened in a period: a point for each interval, with zeros where nothing did.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct UsageSeries {
    /// The length of an interval.
    interval: Interval,
    /// The intervals in their order.
    points: Vec<UsagePoint>,
    /// How often each answer was given, most frequent first.
    codes: Vec<UsageByCode>,
    /// Verifications that found a key valid, in all.
    valid: SafeInt,
    /// Those that did not, in all.
    denied: SafeInt,
    /// Units that were charged, in all.
    units: SafeInt,
}

impl From<&usage::UsageSeries> for UsageSeries {
    fn from(series: &usage::UsageSeries) -> Self {
        let point = |point: &usage::UsagePoint| UsagePoint {
            at: point.at.into(),
            valid: SafeInt(point.valid),
            denied: SafeInt(point.denied),
            units: SafeInt(point.units),
            is_running: point.is_running,
        };
        Self {
            interval: series.interval.into(),
            points: series.points.iter().map(point).collect(),
            valid: SafeInt(series.valid()),
            denied: SafeInt(series.denied()),
            units: SafeInt(series.units()),
            codes: series
                .verdicts
                .iter()
                .map(|(verdict, requests)| UsageByCode {
                    code: verdict.as_str().to_owned(),
                    requests: SafeInt(*requests),
                })
                .collect(),
        }
    }
}

/// The span that is asked for; the last 24 hours by default. Fields that say nothing ask for the same span.
pub(super) fn span(
    ctx: &Ctx,
    from: Option<DateTime>,
    to: Option<DateTime>,
    interval: Interval,
) -> Span {
    let to = to.map_or_else(
        || usage::Interval::from(interval).begin(ctx.now()),
        |at| at.0,
    );
    let day = UsageRange::Day;
    let from = from.map_or_else(
        || {
            let begin = day.begin(to);
            Timestamp(begin.0.max(to.minus_seconds(day.points() * 3600).0))
        },
        |at| at.0,
    );
    Span {
        interval: interval.into(),
        from,
        to,
    }
}
