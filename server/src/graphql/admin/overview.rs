//! How the installation fares, in the schema.

use async_graphql::SimpleObject;
use contract::admin;

use crate::graphql::scalars::DateTime;

/// How the installation is doing.
#[derive(Debug, SimpleObject)]
pub(super) struct Overview {
    /// How many people there are.
    user_count: u64,
    /// Of these, with a verified address.
    verified_user_count: u64,
    /// Of these, suspended by an operator.
    suspended_user_count: u64,
    /// Of these, staff.
    staff_count: u64,
    /// How many sessions are active.
    live_session_count: u64,
    /// How many organizations there are, without those that wait to be purged.
    organization_count: u64,
    /// Of these, suspended by an operator.
    suspended_organization_count: u64,
    /// How many API keys can be used.
    active_api_key_count: u64,
    /// How many invitations can still be accepted.
    open_invitation_count: u64,
    /// E-mails that wait to be sent.
    queued_mail_count: u64,
    /// E-mails that were given up.
    dead_mail_count: u64,
    /// Accounts that were created on each of the last 30 days, oldest first; the last is today, which is not over yet.
    sign_ups: Vec<DaySignUps>,
    /// The time zone of these days: that of the caller.
    time_zone: String,
    /// The recurring jobs of the process, and how they went since it started. With several processes, those of the one that
    /// answers.
    jobs: Vec<JobHealth>,
    /// The version of Latchkey.
    version: String,
}

/// Accounts that were created on one day.
#[derive(Debug, SimpleObject)]
struct DaySignUps {
    /// Like `2026-11-23`.
    date: String,
    /// The first moment of the day.
    began_at: DateTime,
    /// How many.
    count: u64,
}

/// How a job is doing.
#[derive(Debug, SimpleObject)]
struct JobHealth {
    /// Like `maintenance`.
    name: String,
    /// How often it ran.
    runs: u64,
    /// How many of the runs failed.
    failures: u64,
    /// How many of the last runs failed in a row; 0 when all is well.
    failures_in_a_row: u64,
    /// When the last run ended.
    last_run_at: DateTime,
    /// When the last successful run ended; null if none was successful.
    last_success_at: Option<DateTime>,
    /// How long the last run took.
    last_milliseconds: u64,
}

impl From<admin::JobHealth> for JobHealth {
    fn from(job: admin::JobHealth) -> Self {
        Self {
            name: job.kind.as_str().to_owned(),
            runs: job.runs,
            failures: job.failures,
            failures_in_a_row: job.failures_in_a_row,
            last_run_at: job.last_run_at.into(),
            last_success_at: job.last_success_at.map(DateTime),
            last_milliseconds: job.last_milliseconds,
        }
    }
}

impl From<admin::DaySignUps> for DaySignUps {
    fn from(day: admin::DaySignUps) -> Self {
        Self {
            date: day.date,
            began_at: day.began_at.into(),
            count: day.count,
        }
    }
}

impl From<admin::Overview> for Overview {
    fn from(overview: admin::Overview) -> Self {
        let totals = overview.totals;
        Self {
            user_count: totals.users,
            verified_user_count: totals.verified_users,
            suspended_user_count: totals.suspended_users,
            staff_count: totals.staff,
            live_session_count: totals.sessions,
            organization_count: totals.organizations,
            suspended_organization_count: totals.suspended_organizations,
            active_api_key_count: totals.active_keys,
            open_invitation_count: totals.open_invitations,
            queued_mail_count: overview.mails.queued,
            dead_mail_count: overview.mails.dead,
            sign_ups: overview.sign_ups.into_iter().map(Into::into).collect(),
            time_zone: overview.time_zone,
            jobs: overview.jobs.into_iter().map(Into::into).collect(),
            version: overview.version,
        }
    }
}

/// A setting in effect.
#[derive(Debug, SimpleObject)]
pub(super) struct ShownSetting {
    /// Its name, as in the configuration file.
    name: String,
    /// What it is; secrets are hidden.
    value: String,
    /// Where it comes from: `default`, a file, an environment variable, or a flag.
    source: String,
}

impl From<admin::ShownSetting> for ShownSetting {
    fn from(setting: admin::ShownSetting) -> Self {
        Self {
            name: setting.name,
            value: setting.value,
            source: setting.source,
        }
    }
}
