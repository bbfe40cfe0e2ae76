//! The log: lines for people on a terminal, JSON lines elsewhere, always to the standard error and in UTC.
//!
//! What is never logged: secrets, passwords, tokens, and e-mail addresses.
//!
//! - bad: `tracing::info!("user {email} signed in with {token}")`
//! - good: `tracing::info!(user = %id, "sessions: signed in")`

use std::io::{self, IsTerminal as _};

use domain::spans::TARGET;
use tracing_subscriber::{
    EnvFilter, Layer as _, layer::SubscriberExt as _, registry, util::SubscriberInitExt as _,
};

use crate::{
    config::{Config, LogFormat},
    otlp::{BoxedLayer, Export},
};

/// What others log that is said better elsewhere: migrations by us, and PostgreSQL's notices that a table is there already.
/// Only while no other filter was chosen.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// Starts the log of the server.
pub fn start_for_server(config: &Config, export: Option<&Export>) {
    let logs = &config.sections.logs;
    match config.chosen_log_filter() {
        Some(filter) => start(&filter.0, logs.log_format, export),
        None => start(&format!("{},{QUIET}", logs.log.0), logs.log_format, export),
    }
    log_panics();
}

/// Starts the log of a command that ends: only what went wrong, unless more was asked for.
pub fn start_for_command(config: &Config) {
    let filter = config
        .chosen_log_filter()
        .map_or("warn", |filter| filter.0.as_str());
    start(filter, config.sections.logs.log_format, None);
}

fn start(filter: &str, format: LogFormat, export: Option<&Export>) {
    // What is for traces alone is not for the log, whatever it was told to hold.
    let filter = EnvFilter::new(format!("{filter},{TARGET}=off"));
    let mut layers: Vec<BoxedLayer> = vec![lines(format).with_filter(filter).boxed()];
    layers.extend(export.map(Export::layer));
    if registry().with(layers).try_init().is_err() {
        tracing::debug!("a log was started before, as happens in tests");
    }
}

fn lines(format: LogFormat) -> BoxedLayer {
    let is_terminal = io::stderr().is_terminal();
    let is_human = format == LogFormat::Human || (format == LogFormat::Auto && is_terminal);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_target(true);
    if is_human {
        let has_colours =
            is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        return lines.with_ansi(has_colours).boxed();
    }
    lines
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .boxed()
}

/// A panic becomes a line like any other, without its message, which may hold what the request held.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, trace_id = crate::http::trace::current(), "panicked");
    }));
}
