//! What only the server can make of what was typed: dates, and addresses.

use contract::{
    Problem, Timestamp,
    api_keys::{DEFAULT_DAYS, Expiry, MOST_DAYS, MOST_NETWORKS},
};
use ipnet::IpNet;
use std::net::IpAddr;

use crate::{Ctx, error::Result};

const DAY: i64 = 24 * 60 * 60;

/// The moment at which a key is to end; `None` for never.
pub(super) fn expires_at(ctx: &Ctx, expiry: &Expiry) -> Result<Option<Timestamp>> {
    let now = ctx.now();
    let at = match expiry {
        Expiry::Never => return Ok(None),
        Expiry::Default => now.plus_seconds(DEFAULT_DAYS * DAY),
        Expiry::Days(days) => now.plus_seconds(days * DAY),
        Expiry::At(at) => *at,
        Expiry::Date(text) => end_of(text)?,
    };
    let refuse = |sentence| Err(Problem::invalid_expiry(sentence).on("expiresAt").into());
    if at <= now {
        return refuse("This is in the past. Choose a later date.");
    }
    if at > now.plus_seconds((MOST_DAYS + 1) * DAY) {
        return refuse(
            "This is more than ten years away. Choose an earlier date, or let the key never expire.",
        );
    }
    Ok(Some(at))
}

/// The first moment after a day in UTC.
fn end_of(text: &str) -> Result<Timestamp> {
    let day = text.trim().parse::<jiff::civil::Date>().ok();
    let end = day
        .and_then(|day| day.tomorrow().ok())
        .and_then(|next| next.to_zoned(jiff::tz::TimeZone::UTC).ok())
        .map(|zoned| Timestamp(zoned.timestamp().as_millisecond()));
    end.ok_or_else(|| {
        Problem::invalid_expiry("Enter a date, like 2027-03-31.")
            .on("expiresAt")
            .into()
    })
}

/// Addresses and networks in their shortest form, each once. An address alone stands for itself.
pub(super) fn networks(text: &str) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for word in text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|word| !word.is_empty())
    {
        let shown = network(word).ok_or_else(|| Problem::invalid_ip(word).on("allowedIps"))?;
        if !found.contains(&shown) {
            found.push(shown);
        }
        if found.len() > MOST_NETWORKS {
            return Err(Problem::out_of_range(0, MOST_NETWORKS as u64)
                .on("allowedIps")
                .into());
        }
    }
    Ok(found)
}

fn network(word: &str) -> Option<String> {
    match word.parse::<IpAddr>() {
        Ok(ip) => Some(ip.to_canonical().to_string()),
        Err(_) => Some(word.parse::<IpNet>().ok()?.trunc().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use contract::Code;

    use super::*;

    #[test]
    fn addresses_and_networks_are_written_in_one_way() {
        let good = " 203.0.113.7, 10.1.2.3/8;2001:DB8::1/32\n::ffff:192.0.2.1 203.0.113.7";
        assert_eq!(
            networks(good).expect("they are good"),
            ["203.0.113.7", "10.0.0.0/8", "2001:db8::/32", "192.0.2.1"]
        );
        assert!(networks(" ").expect("none is good").is_empty());
    }

    #[test]
    fn junk_and_too_many_are_refused() {
        for junk in [
            "300.1.1.1",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "example.com",
            "<b>",
        ] {
            let error = networks(junk).expect_err("it is junk");
            assert!(error.is_refusal(Code::InvalidIp), "{junk}");
        }
        let many: String = (0..60).map(|at| format!("10.0.0.{at} ")).collect();
        let error = networks(&many).expect_err("these are too many");
        assert!(error.is_refusal(Code::OutOfRange));
    }

    #[test]
    fn a_day_ends_when_the_next_begins() {
        let end = end_of(" 2026-12-31 ").map(|at| at.to_string());
        assert_eq!(end.ok().as_deref(), Some("2027-01-01T00:00:00.000Z"));
        for junk in ["", "31.12.2026", "2026-02-30", "9999-12-31"] {
            assert!(end_of(junk).is_err(), "{junk}");
        }
    }
}
