//! What of a request or a job can be seen apart in a trace, where traces are exported.
//!
//! Spans and the events in them have a target of their own, [`TARGET`], so that the log leaves them out and an exporter takes nothing
//! else. They hold names and times; what people typed, addresses and ids are not for them.

use tracing::{Span, info_span};

/// The target of all that an exporter of traces takes.
pub const TARGET: &str = "latchkey::trace";

/// A part of what is under way; none where nothing is traced.
pub(crate) fn part(name: &'static str) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    info_span!(target: TARGET, "part", otel.name = name)
}

/// A piece of work that nobody has asked for.
pub(crate) fn job(name: &'static str) -> Span {
    info_span!(target: TARGET, parent: None, "job", otel.name = name)
}

/// Something that has happened in what is under way.
pub(crate) fn note(name: &'static str) {
    tracing::info!(target: TARGET, "{name}");
}
