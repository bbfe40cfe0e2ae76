//! Server functions of the console's first and last page, and what all of them have in common.

use contract::{
    admin::{JobHealth, MailCounts, ShownSetting, Totals},
    time::Moment,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::{
        organizations::api::zone,
        ssr::{self, RequestCtx},
    },
    contract::{
        Timestamp,
        admin::{DaySignUps, PAGE_SIZE},
        page::PageRequest,
    },
    domain::{
        admin, sessions,
        time::{in_zone, moment},
    },
};

use crate::{problem::Fault, ui::loading::Packed};

/// `/admin/overview`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverviewView {
    pub totals: Totals,
    pub mails: MailCounts,
    pub version: String,
    /// The zone that days are of.
    pub time_zone: String,
    /// Accounts made by day, oldest first: the day in words, and how many.
    pub sign_ups: Vec<(String, i64)>,
    pub jobs: Vec<JobLine>,
}

/// A job of the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLine {
    pub job: JobHealth,
    pub last_run: Moment,
    pub last_success: Option<Moment>,
}

/// `/admin/settings`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationView {
    pub settings: Vec<ShownSetting>,
}

/// When staff look, and in which zone they read times.
#[cfg(feature = "ssr")]
#[derive(Debug)]
pub struct Desk {
    pub now: Timestamp,
    pub zone: String,
}

#[cfg(feature = "ssr")]
impl Desk {
    /// That of whoever asks; refused to whoever may not look.
    pub async fn of(request: &RequestCtx) -> domain::Result<Self> {
        admin::look(&request.ctx, &request.actor).await?;
        Ok(Self {
            now: request.ctx.now(),
            zone: zone(request).await?,
        })
    }

    pub fn shown(&self, at: Timestamp) -> Moment {
        moment(at, self.now, &self.zone)
    }

    pub fn shown_if(&self, at: Option<Timestamp>) -> Option<Moment> {
        at.map(|at| self.shown(at))
    }
}

/// Whether acts would ask for a proof first.
#[cfg(feature = "ssr")]
pub fn needs_proof(request: &RequestCtx) -> bool {
    sessions::require_fresh(&request.ctx, &request.actor).is_err()
}

/// A page of a list, next to one of two cursors or at the beginning.
#[cfg(feature = "ssr")]
pub fn paged(after: String, before: String) -> PageRequest {
    let given = |text: String| (!text.is_empty()).then_some(text);
    PageRequest {
        size: Some(PAGE_SIZE),
        after: given(after),
        before: given(before),
        ..PageRequest::default()
    }
}

/// What `/admin/overview` shows.
#[server(prefix = "/_fn", endpoint = "console-overview")]
pub async fn load_console() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let desk = Desk::of(&request).await?;
        let seen = admin::overview(&request.ctx, &request.actor).await?;
        let day = |day: &DaySignUps| {
            let text = in_zone(day.began_at, &seen.time_zone);
            let text = text.split(", ").next().unwrap_or_default();
            (
                text.to_owned(),
                i64::try_from(day.count).unwrap_or(i64::MAX),
            )
        };
        let job = |job: JobHealth| JobLine {
            last_run: desk.shown(job.last_run_at),
            last_success: desk.shown_if(job.last_success_at),
            job,
        };
        Ok(OverviewView {
            sign_ups: seen.sign_ups.iter().map(day).collect(),
            totals: seen.totals,
            mails: seen.mails,
            version: seen.version,
            time_zone: seen.time_zone,
            jobs: seen.jobs.into_iter().map(job).collect(),
        })
    };
    ssr::view(&request, view.await)
}

/// What `/admin/settings` shows.
#[server(prefix = "/_fn", endpoint = "console-configuration")]
pub async fn load_configuration() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let settings = admin::configuration(&request.ctx, &request.actor).await;
    ssr::view(
        &request,
        settings.map(|settings| ConfigurationView { settings }),
    )
}
