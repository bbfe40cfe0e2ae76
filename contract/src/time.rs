//! A moment in time, as both sides write it down.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. Printed as RFC 3339 in UTC with milliseconds; minted only by `domain`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    pub const fn minus_seconds(self, seconds: i64) -> Self {
        self.plus_seconds(-seconds)
    }

    /// The calendar month in UTC that holds this moment, counted from January of the year 0.
    pub fn month(self) -> i32 {
        let (year, month, _) = civil(self.0.div_euclid(86_400_000));
        i32::try_from(year * 12 + month - 1).unwrap_or(i32::MAX)
    }

    /// The first moment of a [`Self::month`].
    pub fn begin_of_month(month: i32) -> Self {
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        Self(days_before(year.into(), month.into()) * 86_400_000)
    }

    /// Whole seconds from `self` until `later`, rounded up; 0 when `later` has passed.
    pub fn seconds_until(self, later: Self) -> u32 {
        let millis = later.0.saturating_sub(self.0).max(0).unsigned_abs();
        u32::try_from(millis.div_ceil(1000)).unwrap_or(u32::MAX)
    }
}

/// Year, month and day of a count of days since 1970-01-01, in the proleptic Gregorian calendar: `civil_from_days` of
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2014).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days from 1970-01-01 to the first of a month: `days_from_civil` of the same paper.
fn days_before(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, millis) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let (year, month, day) = civil(days);
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

/// A moment as a page shows it: the machine form for `<time datetime>`, the text in the reader's time zone, and how long
/// ago it was when the page was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub iso: String,
    pub text: String,
    pub relative: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc_3339_in_utc() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            Timestamp(951_782_399_999).to_string(),
            "2000-02-28T23:59:59.999Z"
        );
        assert_eq!(
            Timestamp(951_782_400_000).to_string(),
            "2000-02-29T00:00:00.000Z"
        );
        assert_eq!(
            Timestamp(1_795_392_000_123).to_string(),
            "2026-11-23T00:00:00.123Z"
        );
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_month_begins_at_its_first_moment() {
        let at = Timestamp(1_795_392_000_123);
        let begin = Timestamp::begin_of_month(at.month());
        let next = Timestamp::begin_of_month(at.month() + 1);
        assert_eq!(begin.to_string(), "2026-11-01T00:00:00.000Z");
        assert_eq!(next.to_string(), "2026-12-01T00:00:00.000Z");
        for month in 0..12 * 4000 {
            let begin = Timestamp::begin_of_month(month);
            assert_eq!(
                (begin.month(), Timestamp(begin.0 - 1).month()),
                (month, month - 1)
            );
        }
    }

    #[test]
    fn seconds_until_rounds_up_and_never_goes_below_zero() {
        assert_eq!(Timestamp(0).seconds_until(Timestamp(1)), 1);
        assert_eq!(Timestamp(0).seconds_until(Timestamp(2000)), 2);
        assert_eq!(Timestamp(5000).seconds_until(Timestamp(2000)), 0);
    }
}
