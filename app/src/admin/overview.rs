//! `/admin/overview`

use leptos::prelude::*;

use super::{
    api::{JobLine, LoadConsole, OverviewView},
    filters::counted,
    layout::ConsoleHead,
};
use crate::{
    ui::{
        banner::{Banner, Tone},
        loading::{Loaded, load, showing},
        moment::{When, WhenOr},
    },
    usage::chart::{Column, Columns, grouped},
};

#[component]
pub fn ConsoleOverviewPage() -> impl IntoView {
    let data = load::<LoadConsole>(String::new);
    view! { <Loaded data show=showing(|view: OverviewView| view! { <Page view/> }.into_any())/> }
}

#[component]
fn Page(view: OverviewView) -> impl IntoView {
    let purpose = format!("How this installation is doing. Latchkey {}.", view.version);
    let ailing: Vec<_> = view
        .jobs
        .iter()
        .filter(|line| !line.job.is_well())
        .map(|line| line.job.kind.label())
        .collect();
    let warning = (!ailing.is_empty()).then(|| {
        let text = format!(
            "The last run failed: {}. The log says why.",
            ailing.join(", ")
        );
        view! { <Banner tone=Tone::Danger text/> }
    });
    view! {
        <ConsoleHead title="Overview" purpose/>
        {warning}
        <Figures view=view.clone()/>
        <SignUps days=view.sign_ups zone=view.time_zone/>
        <Jobs jobs=view.jobs/>
    }
    .into_any()
}

fn number(count: u64) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

#[component]
fn Figures(view: OverviewView) -> impl IntoView {
    let (totals, mails) = (view.totals, view.mails);
    let figure = |title: &'static str, href: &'static str, count: u64, below: String| {
        view! {
            <div>
                <dt>{title}</dt>
                <dd><a href=href>{number(count)}</a></dd>
                <dd class="below">{below}</dd>
            </div>
        }
    };
    let unverified = totals.users.saturating_sub(totals.verified_users);
    let people = format!(
        "{} not verified, {} suspended",
        number(unverified),
        number(totals.suspended_users)
    );
    let sessions = format!(
        "{} in all",
        counted(totals.sessions, "active session", "active sessions")
    );
    let places = format!("{} suspended", number(totals.suspended_organizations));
    let invitations = counted(
        totals.open_invitations,
        "open invitation",
        "open invitations",
    );
    let given_up = format!("{} given up", number(mails.dead));
    view! {
        <dl class="figures">
            {figure("Users", "/admin/users", totals.users, people)}
            {figure("Staff", "/admin/users?staff=yes", totals.staff, sessions)}
            {figure("Organizations", "/admin/organizations", totals.organizations, places)}
            {figure("Usable keys", "/admin/keys", totals.active_keys, invitations)}
            {figure("Waiting e-mails", "/admin/mail", mails.queued, given_up)}
        </dl>
    }
    .into_any()
}

#[component]
fn SignUps(days: Vec<(String, i64)>, zone: String) -> impl IntoView {
    let last = days.len().saturating_sub(1);
    let sum: i64 = days.iter().map(|(_, count)| count).sum();
    let title = format!("Sign-ups per day, last {} days ({zone})", days.len());
    if sum == 0 {
        return view! {
            <section class="card chart-card" aria-labelledby="chart-title">
                <h2 class="card-title" id="chart-title">"Sign-ups"</h2>
                <p class="card-purpose">{format!("None in the last {} days.", days.len())}</p>
            </section>
        }
        .into_any();
    }
    let column = |(place, (label, count)): (usize, &(String, i64))| {
        let running = if place == last { ", not over yet" } else { "" };
        Column {
            told: format!("{label}{running}: {}", grouped(*count)),
            label: label.clone(),
            lower: *count,
            upper: 0,
            is_running: place == last,
        }
    };
    let columns = days.iter().enumerate().map(column).collect();
    let rows = days
        .iter()
        .rev()
        .map(|(label, count)| {
            view! { <tr><th scope="row">{label.clone()}</th><td data-label="Sign-ups">{grouped(*count)}</td></tr> }
        })
        .collect_view();
    view! {
        <section class="card chart-card" aria-labelledby="chart-title">
            <header>
                <h2 class="card-title" id="chart-title">{title.clone()}</h2>
                <p class="legend">{format!("{} in all", grouped(sum))}</p>
            </header>
            <Columns columns title/>
            <details class="more">
                <summary>"As a table"</summary>
                <div class="table-wrap">
                    <table class="table">
                        <caption class="vh">"Sign-ups by day"</caption>
                        <thead><tr><th scope="col">"Day"</th><th scope="col">"Sign-ups"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn Jobs(jobs: Vec<JobLine>) -> impl IntoView {
    if jobs.is_empty() {
        return view! {
            <section class="card chart-card" aria-labelledby="jobs-title">
                <h2 class="card-title" id="jobs-title">"Jobs"</h2>
                <p class="card-purpose">"No job has run since this process started."</p>
            </section>
        }
        .into_any();
    }
    let rows = jobs
        .into_iter()
        .map(|line| view! { <Job line/> })
        .collect_view();
    view! {
        <section aria-labelledby="jobs-title">
            <h2 class="section-title" id="jobs-title">"Jobs of this process, since it started"</h2>
            <div class="table-wrap">
                <table class="table">
                    <caption class="vh">"Jobs"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Job"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Last run"</th>
                            <th scope="col">"Last success"</th>
                            <th scope="col">"Runs"</th>
                            <th scope="col">"Failures"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Job(line: JobLine) -> impl IntoView {
    let JobLine {
        job,
        last_run,
        last_success,
    } = line;
    let (class, state) = if job.is_well() {
        ("badge ok", "OK")
    } else {
        ("badge danger", "Failing")
    };
    let took = format!("took {} ms", job.last_milliseconds);
    let failures = match job.failures_in_a_row {
        0 => number(job.failures),
        row => format!(
            "{}, the last {} in a row",
            number(job.failures),
            number(row)
        ),
    };
    view! {
        <tr>
            <th scope="row">
                {job.kind.label()}" "<code>{job.kind.as_str()}</code>" "
                <span class="cell-below">{job.kind.sentence()}</span>
            </th>
            <td class="status"><span class=class>{state}</span></td>
            <td data-label="Last run"><span><When moment=last_run/><span class="cell-below">{took}</span></span></td>
            <td data-label="Last success"><WhenOr moment=last_success none="Never"/></td>
            <td data-label="Runs">{number(job.runs)}</td>
            <td data-label="Failures">{failures}</td>
        </tr>
    }
    .into_any()
}
