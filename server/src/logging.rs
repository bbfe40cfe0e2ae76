//! The log: lines for people on a terminal, JSON lines elsewhere, always to the standard error and in UTC.
//!
//! What is never logged: secrets, passwords, tokens, and e-mail addresses.
//!
//! - bad: `tracing::info!("user {email} signed in with {token}")`
//! - good: `tracing::info!(user = %id, "sessions: signed in")`

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{
    EnvFilter, layer::SubscriberExt as _, registry, util::SubscriberInitExt as _,
};

use crate::config::{Config, LogFormat};

/// What others log that is said better elsewhere: migrations by us, and PostgreSQL's notices that a table is there already.
/// Only while no other filter was chosen.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// Starts the log of the server.
pub fn start_for_server(config: &Config) {
    let logs = &config.sections.logs;
    match config.chosen_log_filter() {
        Some(filter) => start(&filter.0, logs.log_format),
        None => start(&format!("{},{QUIET}", logs.log.0), logs.log_format),
    }
    log_panics();
}

/// Starts the log of a command that ends: only what went wrong, unless more was asked for.
pub fn start_for_command(config: &Config) {
    let filter = config
        .chosen_log_filter()
        .map_or("warn", |filter| filter.0.as_str());
    start(filter, config.sections.logs.log_format);
}

fn start(filter: &str, format: LogFormat) {
    let is_terminal = io::stderr().is_terminal();
    let is_human = format == LogFormat::Human || (format == LogFormat::Auto && is_terminal);
    let registry = registry().with(EnvFilter::new(filter));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_target(true);
    let started = if is_human {
        let has_colours =
            is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        registry.with(lines.with_ansi(has_colours)).try_init()
    } else {
        registry
            .with(
                lines
                    .json()
                    .flatten_event(true)
                    .with_current_span(true)
                    .with_span_list(false),
            )
            .try_init()
    };
    if started.is_err() {
        tracing::debug!("a log was started before, as happens in tests");
    }
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
