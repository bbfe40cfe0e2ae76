//! How long is kept what has ended.

use contract::usage::Interval;
use domain::{seal::SecretKey, settings::RetentionSettings};

use super::{Written, refusal, written};

fn retention(written: &Written) -> RetentionSettings {
    let settings = written.config().settings(SecretKey::new("x"));
    settings.retention
}

#[test]
fn what_is_configured_is_what_the_rules_know() {
    let given = written()
        .var("LATCHKEY_KEEP_MAIL_DAYS", "1")
        .var("LATCHKEY_KEEP_INVITATIONS_DAYS", "2")
        .var("LATCHKEY_KEEP_LINKS_DAYS", "3")
        .var("LATCHKEY_KEEP_MINUTE_COUNTS_HOURS", "4")
        .var("LATCHKEY_KEEP_HOUR_COUNTS_DAYS", "5");
    let retention = retention(&given);
    let days = [
        retention.mail_days,
        retention.invitation_days,
        retention.link_days,
    ];
    assert_eq!(days, [1, 2, 3]);
    let usage = Interval::ALL.map(|interval| retention.usage_seconds(interval));
    assert_eq!(usage, [Some(4 * 60 * 60), Some(5 * 24 * 60 * 60), None]);
}

#[test]
fn nothing_given_is_what_the_rules_take_for_granted() {
    let (read, standard) = (retention(&written()), RetentionSettings::default());
    assert_eq!(
        (read.mail_days, read.invitation_days, read.link_days),
        (
            standard.mail_days,
            standard.invitation_days,
            standard.link_days
        )
    );
    assert_eq!(
        (read.minute_hours, read.hour_days),
        (standard.minute_hours, standard.hour_days)
    );
}

#[test]
fn what_is_too_short_or_too_long_is_refused_with_the_range() {
    for (variable, value, reason, range) in [
        (
            "LATCHKEY_KEEP_LINKS_DAYS",
            "0",
            "is too small",
            "from 1 to 365",
        ),
        (
            "LATCHKEY_KEEP_LINKS_DAYS",
            "366",
            "is too large",
            "from 1 to 365",
        ),
        (
            "LATCHKEY_KEEP_MINUTE_COUNTS_HOURS",
            "0",
            "is too small",
            "from 1 to 744",
        ),
        (
            "LATCHKEY_KEEP_HOUR_COUNTS_DAYS",
            "2",
            "is too small",
            "from 3 to 3650",
        ),
        (
            "LATCHKEY_KEEP_HOUR_COUNTS_DAYS",
            "3651",
            "is too large",
            "from 3 to 3650",
        ),
    ] {
        let mistake = refusal(variable, value);
        assert!(
            mistake.contains(reason) && mistake.contains(range),
            "{variable}={value}: {mistake}"
        );
    }
}
