//! What Prometheus scrapes.
//!
//! Counts are kept where things happen; what is a state rather than a count (memory, the queue of mail) is looked up when
//! somebody asks. The metrics of the rules stand in [`domain::metrics`], those of the faces and the process in `definition`.

pub mod definition;
mod process;
mod reference;

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use domain::metrics::{self, Metric, NONE, Section};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::state::AppState;

pub use reference::reference;

/// Bounds of histograms in seconds: from a look-up in memory to a job that takes a minute.
const SECONDS: [f64; 16] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0, 60.0,
];

/// How often histograms are folded together when nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(1);

/// Every metric there is.
pub fn sections() -> impl Iterator<Item = &'static Section> {
    definition::SECTIONS.iter().chain(metrics::SECTIONS)
}

fn all() -> impl Iterator<Item = &'static Metric> {
    sections().flat_map(|section| section.metrics).copied()
}

/// Starts counting. Once in a process, and before what keeps handles of its metrics.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?;
    let handle = builder.install_recorder()?;
    all().for_each(Metric::describe);
    process::begin();
    definition::BUILD_INFO
        .gauge([env!("CARGO_PKG_VERSION")])
        .set(1.0);
    Ok(handle)
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
    let tasks = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    definition::RUNTIME_TASKS.gauge(NONE).set(tasks as f64);
    metrics::refresh(&state.ctx).await;
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let text = state.metrics.render() + &process::text();
    (headers, text).into_response()
}
