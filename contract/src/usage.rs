//! How much keys are used: requests and units by minute, hour and day, in UTC.

use serde::{Deserialize, Serialize};

use crate::{ApiKeyId, Timestamp, verification::Verdict};

/// Most intervals of one series.
pub const MOST_POINTS: i64 = 1_500;

/// The length of a piece of time that is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    Minute,
    Hour,
    Day,
}

impl Interval {
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    pub const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
        }
    }

    /// The number that stands for it in the database; never changed.
    pub const fn number(self) -> i16 {
        match self {
            Self::Minute => 0,
            Self::Hour => 1,
            Self::Day => 2,
        }
    }

    /// The first moment of the interval that holds this one.
    pub const fn begin(self, at: Timestamp) -> Timestamp {
        let length = self.seconds() * 1000;
        Timestamp(at.0.div_euclid(length) * length)
    }
}

/// The spans to choose from on the usage page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UsageRange {
    #[default]
    #[serde(rename = "24h")]
    Day,
    #[serde(rename = "7d")]
    Week,
    #[serde(rename = "30d")]
    Month,
    #[serde(rename = "90d")]
    Quarter,
}

impl UsageRange {
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Quarter];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
            Self::Quarter => "90 days",
        }
    }

    /// Anything else is the first.
    pub fn parse(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|range| range.as_str() == text)
            .unwrap_or_default()
    }

    pub const fn interval(self) -> Interval {
        match self {
            Self::Day => Interval::Hour,
            Self::Week | Self::Month | Self::Quarter => Interval::Day,
        }
    }

    /// How many intervals it has, the running one among them.
    pub const fn points(self) -> i64 {
        match self {
            Self::Day => 24,
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }

    /// Its first moment, when the running interval is its last.
    pub const fn begin(self, now: Timestamp) -> Timestamp {
        let interval = self.interval();
        let running = interval.begin(now);
        running.minus_seconds((self.points() - 1) * interval.seconds())
    }
}

/// What happened in one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsagePoint {
    /// The first moment of the interval.
    pub at: Timestamp,
    /// Verifications that let the key pass.
    pub valid: i64,
    /// Those that did not.
    pub denied: i64,
    /// Units that were charged.
    pub units: i64,
    /// The interval is not over.
    pub is_running: bool,
}

/// What happened in a span of time: without gaps, the empty intervals are there with zeros.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageSeries {
    pub interval: Interval,
    pub points: Vec<UsagePoint>,
    /// How often each answer was given, most often first; only those that were.
    pub verdicts: Vec<(Verdict, i64)>,
}

impl UsageSeries {
    pub fn valid(&self) -> i64 {
        self.points.iter().map(|point| point.valid).sum()
    }

    pub fn denied(&self) -> i64 {
        self.points.iter().map(|point| point.denied).sum()
    }

    pub fn units(&self) -> i64 {
        self.points.iter().map(|point| point.units).sum()
    }
}

/// What one key did in a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUsage {
    pub key_id: ApiKeyId,
    pub name: String,
    pub start: String,
    pub last4: String,
    pub valid: i64,
    pub denied: i64,
    pub units: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_begins_at_its_first_moment() {
        let at = Timestamp(1_795_428_399_999);
        assert_eq!(
            Interval::ALL.map(|interval| interval.begin(at).to_string()),
            [
                "2026-11-23T10:06:00.000Z",
                "2026-11-23T10:00:00.000Z",
                "2026-11-23T00:00:00.000Z"
            ]
        );
    }

    #[test]
    fn a_range_ends_with_the_running_interval() {
        let now = Timestamp(1_795_428_300_000);
        for range in UsageRange::ALL {
            let length = range.points() * range.interval().seconds();
            let end = range.begin(now).plus_seconds(length);
            assert!(range.begin(now) < now && now < end, "{range:?}");
            assert_eq!(UsageRange::parse(range.as_str()), range);
        }
    }
}
