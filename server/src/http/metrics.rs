//! What Prometheus scrapes.
//!
//! Counts are kept where things happen; what is a state rather than a count (memory, the queue of mail) is looked up when
//! somebody asks. Labels are few and fixed: never an id, an address or anything that a caller chooses.

use std::{fs, time::Duration};

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use domain::Ctx;
use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::state::AppState;

/// Bounds of histograms in seconds: from a look-up in memory to a page that is too slow.
const SECONDS: [f64; 13] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// How long a scrape waits for the database.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often histograms are folded together when nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts counting. Once in a process.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?;
    let handle = builder.install_recorder()?;
    describe();
    Ok(handle)
}

fn describe() {
    describe_counter!(
        "latchkey_http_requests_total",
        "Requests, by method, route and status."
    );
    describe_histogram!(
        "latchkey_http_request_seconds",
        "Time to the head of an answer, by route."
    );
    describe_gauge!(
        "latchkey_build_info",
        "Always 1; the label tells the version."
    );
    describe_gauge!(
        "latchkey_mail_queue",
        "Letters by state: queued, or dead after the last try."
    );
    describe_counter!(
        "latchkey_mails_total",
        "Tries to send a letter, by result: sent, retried or dead."
    );
    describe_counter!(
        "latchkey_sign_ins_total",
        "Sign-ins, by result: ok or refused."
    );
    describe_gauge!(
        "latchkey_password_hashes_waiting",
        "Password hashes that wait for a core."
    );
    describe_counter!(
        "latchkey_backups_total",
        "Backups that were due, by result: ok or failed."
    );
    describe_gauge!(
        "latchkey_backup_age_seconds",
        "Time since the last good backup of the schedule."
    );
    describe_gauge!("process_resident_memory_bytes", "Memory of the process.");
    describe_gauge!("process_open_fds", "Open files and sockets of the process.");
}

/// Folds histograms together now and then, until it is dropped; their samples would gather without bound.
pub async fn keep_up(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle.run_upkeep();
    }
}

/// The listener that is only for metrics.
pub fn router(state: AppState) -> Router {
    Router::new().route("/metrics", get(show)).with_state(state)
}

/// `GET /metrics`.
pub async fn show(State(state): State<AppState>) -> Response {
    gauge!("latchkey_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    refresh_process();
    refresh_mail(&state.ctx).await;
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, state.metrics.render()).into_response()
}

/// The counts of the last scrape stay when the database does not answer.
async fn refresh_mail(ctx: &Ctx) {
    if let Ok(Ok(counts)) = tokio::time::timeout(PATIENCE, domain::mail::counts(ctx)).await {
        gauge!("latchkey_mail_queue", "state" => "queued").set(counts.queued as f64);
        gauge!("latchkey_mail_queue", "state" => "dead").set(counts.dead as f64);
    }
}

/// Only on Linux, which tells a process about itself in files.
fn refresh_process() {
    if let Some(bytes) = fs::read_to_string("/proc/self/status")
        .ok()
        .as_deref()
        .and_then(resident_bytes)
    {
        gauge!("process_resident_memory_bytes").set(bytes as f64);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        gauge!("process_open_fds").set(files.count() as f64);
    }
}

/// `VmRSS:    12345 kB`. Unlike `statm` it needs no page size, which differs between machines.
fn resident_bytes(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_what_the_kernel_writes() {
        assert_eq!(
            resident_bytes("Name:\tlatchkey\nVmRSS:\t   12345 kB\nThreads:\t3\n"),
            Some(12_641_280)
        );
        assert_eq!(resident_bytes("Name:\tlatchkey\n"), None);
    }
}
