//! Server functions about usage.

use contract::usage::{KeyUsage, UsageRange, UsageSeries};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::{
        organizations::api::{enter, place, zone},
        ssr,
    },
    contract::{Timestamp, usage::Interval, verification::QuotaState},
    domain::{
        time::in_zone,
        usage::{self, Span},
    },
};

use crate::{organizations::views::Place, problem::Fault, ui::loading::Packed};

/// Keys in the table.
#[cfg(feature = "ssr")]
const MOST_KEYS: u64 = 50;

/// `/o/{slug}/usage`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageView {
    pub place: Place,
    pub range: UsageRange,
    pub series: UsageSeries,
    /// What each point is of, in words.
    pub labels: Vec<String>,
    /// The same span before: let pass, refused, units.
    pub before: (i64, i64, i64),
    pub keys: Vec<KeyUsage>,
    /// How many keys were used.
    pub in_use: i64,
    pub quota: (i64, i64),
    pub resets: String,
}

#[cfg(feature = "ssr")]
fn label(at: Timestamp, interval: Interval) -> String {
    let text = in_zone(at, "UTC");
    let (day, time) = text.split_once(", ").unwrap_or((&text, ""));
    match interval {
        Interval::Day => format!("{day}, UTC"),
        Interval::Hour | Interval::Minute => {
            let end = in_zone(at.plus_seconds(interval.seconds()), "UTC");
            let end = end.split_once(", ").map_or("", |(_, time)| time);
            format!("{day}, {}–{end}", time.trim_end_matches(" UTC"))
        }
    }
}

/// What each point of a series is of.
#[cfg(feature = "ssr")]
pub fn labels(series: &UsageSeries) -> Vec<String> {
    let points = series.points.iter();
    points
        .map(|point| label(point.at, series.interval))
        .collect()
}

/// What `/o/{slug}/usage` shows.
#[server(prefix = "/_fn", endpoint = "load-usage")]
pub async fn load_usage(slug: String, #[server(default)] range: String) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "usage").await?;
        let (ctx, zone) = (&request.ctx, zone(&request).await?);
        let range = UsageRange::parse(&range);
        let span = Span::of(range, ctx.now());
        let series = usage::series(ctx, &found, span).await?;
        let before = usage::series(ctx, &found, span.before()).await?;
        let QuotaState {
            limit,
            used,
            resets_at,
            ..
        } = usage::quota(ctx, &found).await?;
        Ok(UsageView {
            labels: labels(&series),
            before: (before.valid(), before.denied(), before.units()),
            in_use: usage::keys_in_use(ctx, &found, span).await?,
            keys: usage::by_key(ctx, &found, span, MOST_KEYS).await?,
            quota: (used, limit),
            resets: in_zone(resets_at, "UTC"),
            place: place(&request, &found, &zone).await?,
            series,
            range,
        })
    };
    ssr::view(&request, view.await)
}
