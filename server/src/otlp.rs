//! Traces for a collector of OpenTelemetry, by OTLP over HTTP, where `otlp_endpoint` names one.
//!
//! Exported is what has the target [`spans::TARGET`], and the SQL statements of a span; the log is not. Spans are sent in batches by a
//! thread of their own; when the collector cannot be reached they are dropped, and requests do not wait.
//!
//! What else can be set has the standard variables: `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`,
//! `OTEL_BSP_…`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SDK_DISABLED`.

mod ids;
mod sender;

use std::{sync::OnceLock, time::Duration};

use domain::{database::Asked, spans};
use opentelemetry::{
    Context, KeyValue, time,
    trace::{
        Span as _, SpanContext, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceState,
        Tracer as _, TracerProvider as _,
    },
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider},
};
use tracing::{Span, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{Layer, Registry, filter::Targets};

use crate::{config::Traces, fault::Fault, http::trace::Parent};
use ids::Ids;
use sender::Sender;

/// How long the end of the process waits for the last batch.
const LAST_BATCH: Duration = Duration::from_secs(5);

/// For spans that are made when they are over.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// A layer of the log's subscriber.
pub type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// The export of traces, until it is finished.
#[derive(Debug)]
pub struct Export {
    provider: SdkTracerProvider,
}

/// Starts the export where it is configured. Within a runtime, on which the batches are sent.
pub fn start(settings: &Traces) -> Result<Option<Export>, Fault> {
    let is_off = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|is| is.eq_ignore_ascii_case("true"));
    let Some(endpoint) = settings.otlp_endpoint.as_ref().filter(|_| !is_off) else {
        return Ok(None);
    };
    let fault =
        |error: &dyn std::fmt::Display| Fault::Said(format!("Traces cannot be exported: {error}."));
    let sender = Sender::new().map_err(|error| fault(&error))?;
    let headers = settings.otlp_headers.clone().unwrap_or_default();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint.for_traces())
        .with_headers(headers.into_iter().collect())
        .with_http_client(sender)
        .build()
        .map_err(|error| fault(&error))?;
    let provider = SdkTracerProvider::builder()
        .with_id_generator(Ids::default())
        .with_resource(resource())
        .with_batch_exporter(exporter)
        .build();
    Ok(Some(Export { provider }))
}

/// Who sends this: what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say, else "latchkey".
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    let is_named = std::env::var_os("OTEL_SERVICE_NAME").is_some_and(|name| !name.is_empty())
        || std::env::var("OTEL_RESOURCE_ATTRIBUTES").is_ok_and(|all| all.contains("service.name="));
    if is_named {
        builder.build()
    } else {
        builder.with_service_name("latchkey").build()
    }
}

impl Export {
    /// What takes the spans of this process.
    pub fn layer(&self) -> BoxedLayer {
        let tracer = self.provider.tracer("latchkey");
        if TRACER.set(tracer.clone()).is_err() {
            tracing::debug!("an export was started before, as happens in tests");
        }
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(Targets::new().with_target(spans::TARGET, LevelFilter::INFO))
            .boxed()
    }

    /// Sends what is left.
    pub async fn finish(self) {
        let finish = move || self.provider.shutdown_with_timeout(LAST_BATCH);
        match tokio::task::spawn_blocking(finish).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces were not exported"),
            Err(error) => tracing::error!(%error, "the last traces were not exported"),
        }
    }
}

/// Makes a span that has not begun a part of the trace of its caller.
pub fn continue_trace(span: &Span, parent: Parent) {
    let flags = TraceFlags::default().with_sampled(parent.is_sampled);
    let remote = SpanContext::new(
        parent.trace.into(),
        parent.span.into(),
        flags,
        true,
        TraceState::default(),
    );
    let context = Context::new().with_remote_span_context(remote);
    if span.set_parent(context).is_err() {
        tracing::debug!("a request is not traced although it has a span");
    }
}

/// Tells of a statement that was run for the span that is under way, if one is.
pub fn tell_statement(system: &'static str, asked: &Asked<'_>) {
    let Some(tracer) = TRACER.get() else {
        return;
    };
    let parent = Context::current();
    if !parent.span().span_context().is_sampled() {
        return;
    }
    let end = time::now();
    let verb = asked.sql.split_whitespace().next().unwrap_or_default();
    let builder = tracer
        .span_builder(verb.to_owned())
        .with_kind(SpanKind::Client)
        .with_start_time(end.checked_sub(asked.elapsed).unwrap_or(end))
        .with_attributes([
            KeyValue::new("db.system.name", system),
            KeyValue::new("db.query.text", asked.sql.to_owned()),
        ]);
    let mut span = tracer.build_with_context(builder, &parent);
    if asked.has_failed {
        span.set_status(Status::error(""));
    }
    span.end_with_timestamp(end);
}
