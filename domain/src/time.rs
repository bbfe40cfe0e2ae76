//! Time as people read it: in their zone, and how long ago.

use contract::{Timestamp, time::Moment};
use jiff::tz::TimeZone;

/// The zone of this IANA name, from the bundled database.
fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// Whether the bundled IANA time zone database knows this name, and how it writes it.
pub fn canonical_zone(name: &str) -> Option<String> {
    let known = zone(name)?;
    known.iana_name().map(ToOwned::to_owned)
}

/// The names to choose from: areas and cities, and UTC; aliases of the database for old programs are left out.
pub fn zones() -> Vec<String> {
    const AREAS: [&str; 10] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let names = jiff::tz::db().available().map(|name| name.to_string());
    let mut names: Vec<String> = names
        .filter(|name| AREAS.iter().any(|area| name.starts_with(area)))
        .collect();
    names.sort_unstable();
    names.insert(0, "UTC".to_owned());
    names
}

/// A moment in RFC 3339, in any offset.
pub fn parse(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.trim().parse().ok()?;
    Some(Timestamp(at.as_millisecond()))
}

/// The last days in a zone until now, oldest first: each as `2026-11-23`, and when it began. In UTC when the zone is not known.
pub(crate) fn last_days(now: Timestamp, zone_name: &str, count: usize) -> Vec<(String, Timestamp)> {
    let zone = zone(zone_name).unwrap_or(TimeZone::UTC);
    let at = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let today = at.to_zoned(zone.clone()).date();
    let days = std::iter::successors(Some(today), |day| day.yesterday().ok());
    let told = |day: jiff::civil::Date| {
        let began = day.to_zoned(zone.clone()).ok()?.timestamp();
        Some((day.to_string(), Timestamp(began.as_millisecond())))
    };
    let mut days: Vec<_> = days.take(count).filter_map(told).collect();
    days.reverse();
    days
}

/// When a day like `2026-11-23` begins in a zone, and when it is over; none of what is no day. In UTC when the zone is not known.
pub fn day(text: &str, zone_name: &str) -> Option<(Timestamp, Timestamp)> {
    let zone = zone(zone_name).unwrap_or(TimeZone::UTC);
    let text = text.trim();
    let day: jiff::civil::Date = (text.len() == 10).then(|| text.parse().ok()).flatten()?;
    let begin = |day: jiff::civil::Date| {
        let began = day.to_zoned(zone.clone()).ok()?.timestamp();
        Some(Timestamp(began.as_millisecond()))
    };
    Some((begin(day)?, begin(day.tomorrow().ok()?)?))
}

/// `23 Nov 2026, 10:05 CET`; in UTC when the zone is not known.
pub fn in_zone(at: Timestamp, zone_name: &str) -> String {
    let zone = zone(zone_name).unwrap_or(TimeZone::UTC);
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned(zone)
        .strftime("%-d %b %Y, %H:%M %Z")
        .to_string()
}

/// "just now", "5 minutes ago", "yesterday", "3 months ago", "in 2 days".
fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = (now.0 - at.0) / 1000;
    let (count, unit) = match seconds.abs() {
        ..45 => return "just now".to_owned(),
        45..5_400 => (seconds.abs().div_euclid(60).max(1), "minute"),
        5_400..129_600 => ((seconds.abs() + 1_800) / 3_600, "hour"),
        129_600..3_888_000 => ((seconds.abs() + 43_200) / 86_400, "day"),
        3_888_000..47_304_000 => ((seconds.abs() + 1_296_000) / 2_592_000, "month"),
        _ => ((seconds.abs() + 15_768_000) / 31_536_000, "year"),
    };
    let s = if count == 1 { "" } else { "s" };
    if seconds < 0 {
        format!("in {count} {unit}{s}")
    } else {
        format!("{count} {unit}{s} ago")
    }
}

/// A moment for a page.
pub fn moment(at: Timestamp, now: Timestamp, zone_name: &str) -> Moment {
    Moment {
        iso: at.to_string(),
        text: in_zone(at, zone_name),
        relative: relative(at, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_readers_zone() {
        let at = Timestamp(1_795_428_300_000);
        assert_eq!(in_zone(at, "Europe/Berlin"), "23 Nov 2026, 11:05 CET");
        assert_eq!(in_zone(at, "no such zone"), "23 Nov 2026, 10:05 UTC");
    }

    #[test]
    fn days_begin_at_midnight_in_their_zone_also_when_clocks_change() {
        // 26 October 2026, 12:00 in Berlin; the night before, clocks were set back.
        let now = Timestamp(1_793_012_400_000);
        let days = last_days(now, "Europe/Berlin", 3);
        let told: Vec<_> = days
            .iter()
            .map(|(date, began)| (date.as_str(), in_zone(*began, "UTC")))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-10-24", "23 Oct 2026, 22:00 UTC".to_owned()),
                ("2026-10-25", "24 Oct 2026, 22:00 UTC".to_owned()),
                ("2026-10-26", "25 Oct 2026, 23:00 UTC".to_owned()),
            ]
        );
        assert_eq!(last_days(now, "no such zone", 1)[0].0, "2026-10-26");
    }

    #[test]
    fn a_day_begins_and_ends_where_the_reader_is() {
        let told = |text: &str, zone: &str| {
            day(text, zone).map(|(from, to)| (from.to_string(), to.to_string()))
        };
        let pair = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(
            told("2026-11-23", "Asia/Tokyo"),
            pair("2026-11-22T15:00:00.000Z", "2026-11-23T15:00:00.000Z")
        );
        // The day on which the clocks go back has 25 hours.
        assert_eq!(
            told(" 2026-10-25 ", "Europe/Berlin"),
            pair("2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z")
        );
        for junk in [
            "",
            "yesterday",
            "2026-02-30",
            "23.11.2026",
            "2026-11-23T10:00",
            "9999-12-31",
        ] {
            assert_eq!(told(junk, "UTC"), None, "{junk}");
        }
    }

    #[test]
    fn names_are_known_in_any_case_and_junk_is_not() {
        assert_eq!(
            canonical_zone("europe/berlin").as_deref(),
            Some("Europe/Berlin")
        );
        for junk in ["", "Mars/Olympus", "../../etc/passwd", "Europe/Berlin\0"] {
            assert_eq!(canonical_zone(junk), None, "{junk:?}");
        }
        assert!(zones().len() > 300 && zones().iter().all(|name| canonical_zone(name).is_some()));
    }

    #[test]
    fn the_printed_form_agrees_with_a_calendar_library() {
        for millis in [
            0,
            951_782_399_999,
            1_795_428_300_123,
            4_102_444_800_000,
            -62_135_596_800_000,
        ] {
            let ours = Timestamp(millis).to_string();
            let theirs = jiff::Timestamp::from_millisecond(millis).expect("in range");
            assert_eq!(ours, theirs.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
        }
    }

    #[test]
    fn how_long_ago_is_rounded_to_one_unit() {
        let now = Timestamp(1_000_000_000_000);
        let ago = |seconds: i64| relative(now.minus_seconds(seconds), now);
        assert_eq!(
            [
                ago(5),
                ago(60),
                ago(7_200),
                ago(86_400 * 3),
                ago(86_400 * 90),
                ago(86_400 * 800)
            ],
            [
                "just now",
                "1 minute ago",
                "2 hours ago",
                "3 days ago",
                "3 months ago",
                "2 years ago"
            ]
        );
        assert_eq!(ago(-86_400 * 2), "in 2 days");
    }
}
