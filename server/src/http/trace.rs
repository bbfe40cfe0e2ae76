//! The id that ties an answer, its log lines and its audit entries together, and the span of a request where traces are exported.
//!
//! One id is enough for all: an id that is drawn here is also the id of the trace. A caller may bring its own (`x-request-id`); a
//! trace of a caller (`traceparent`, W3C Trace Context) is continued for proxies that are trusted, since a stranger could mix
//! spans into the traces of others.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use domain::{Ctx, spans::TARGET};
use tracing::{Instrument as _, Span, field::Empty, info_span};

use super::observe;
use crate::{otlp, state::HttpOptions};

tokio::task_local! {
    static CURRENT: Current;
}

/// Response header that carries the id; a request may bring its own.
pub static HEADER: HeaderName = HeaderName::from_static("x-request-id");

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What is under way.
#[derive(Clone)]
struct Current {
    id: String,
    /// The id of its trace; `None` where a stranger has chosen the id.
    trace: Option<u128>,
}

/// The id of a request, in its extensions.
#[derive(Clone, Debug)]
pub struct TraceId(pub String);

impl TraceId {
    pub fn of(request: &Request) -> String {
        request
            .extensions()
            .get::<Self>()
            .map(|id| id.0.clone())
            .unwrap_or_default()
    }
}

/// The id of the request being answered; empty outside of one.
pub fn current() -> String {
    CURRENT
        .try_with(|current| current.id.clone())
        .unwrap_or_default()
}

/// The id that the trace of the request being answered is to have.
pub fn current_trace() -> Option<u128> {
    CURRENT.try_with(|current| current.trace).ok().flatten()
}

/// Where in the trace of a caller a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    pub trace: u128,
    pub span: u64,
    /// Whether the caller keeps what it traces.
    pub is_sampled: bool,
}

impl Parent {
    /// Reads `00-TRACE-SPAN-FLAGS`, or what a later version has put there (Trace Context §3.2); `None` for anything else.
    fn read(headers: &HeaderMap) -> Option<Self> {
        let mut parts = headers.get(&TRACEPARENT)?.to_str().ok()?.split('-');
        let mut part = |length| {
            let text = parts.next().filter(|text| text.len() == length)?;
            let is_plain = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            text.bytes().all(is_plain).then_some(text)
        };
        let (version, trace, span, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        let is_known = version != "ff" && (version != "00" || parts.next().is_none());
        let trace = u128::from_str_radix(trace, 16).ok().filter(|id| *id != 0)?;
        let span = u64::from_str_radix(span, 16).ok().filter(|id| *id != 0)?;
        let flags = u8::from_str_radix(flags, 16).ok()?;
        is_known.then_some(Self {
            trace,
            span,
            is_sampled: flags & 1 == 1,
        })
    }
}

/// What identifying a request takes.
#[derive(Clone, Debug)]
pub struct Tracing {
    pub ctx: Ctx,
    pub http: Arc<HttpOptions>,
}

impl Tracing {
    /// The id of a request, and whose trace it continues. Where its caller brings none it is drawn.
    fn identify(&self, request: &Request) -> (Current, Option<Parent>) {
        let headers = request.headers();
        let given = (headers.get(&HEADER))
            .and_then(|value| value.to_str().ok())
            .filter(|id| is_plain(id));
        let is_trusted = self.trusts(request);
        let parent = Parent::read(headers).filter(|_| is_trusted);
        let id = match (given, parent) {
            (Some(given), _) => given.to_owned(),
            (None, Some(parent)) => hexadecimal(parent.trace),
            (None, None) => hexadecimal(u128::from_be_bytes(self.ctx.random_bytes())),
        };
        let is_ours = given.is_none() || is_trusted;
        let trace = match parent {
            Some(parent) => Some(parent.trace),
            None if is_ours && id.len() == 32 => u128::from_str_radix(&id, 16).ok(),
            None => None,
        };
        (Current { id, trace }, parent)
    }

    /// Whether the connection comes from a proxy of the configuration.
    fn trusts(&self, request: &Request) -> bool {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        peer.is_some_and(|ConnectInfo(peer)| self.http.trusts(peer.ip()))
    }
}

/// Gives the request its id and its span, and the id to the answer.
pub async fn layer(State(tracing): State<Tracing>, request: Request, next: Next) -> Response {
    let (current, parent) = tracing.identify(&request);
    let span = span(&request, &current.id);
    answer(current, parent, span, request, next).await
}

/// The same for requests that come by the ten thousand: only what a trusted caller keeps of them is traced.
pub async fn sparing_layer(
    State(tracing): State<Tracing>,
    request: Request,
    next: Next,
) -> Response {
    let (current, parent) = tracing.identify(&request);
    let span = match parent {
        Some(Parent {
            is_sampled: true, ..
        }) => span(&request, &current.id),
        _ => Span::none(),
    };
    answer(current, parent, span, request, next).await
}

async fn answer(
    current: Current,
    parent: Option<Parent>,
    span: Span,
    mut request: Request,
    next: Next,
) -> Response {
    let id = current.id.clone();
    request.extensions_mut().insert(TraceId(id.clone()));
    let mut response = if span.is_disabled() {
        CURRENT.scope(current, next.run(request)).await
    } else {
        if let Some(parent) = parent {
            otlp::continue_trace(&span, parent);
        }
        let answer = next.run(request).instrument(span.clone());
        let response = CURRENT.scope(current, answer).await;
        note_status(&span, &response);
        response
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER.clone(), value);
    }
    response
}

/// By the names of OpenTelemetry's conventions for HTTP. An address is not among them: it may hold a secret.
fn span(request: &Request, id: &str) -> Span {
    let span = info_span!(
        target: TARGET,
        parent: None,
        "http.request",
        otel.name = Empty,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = Empty,
        http.route = Empty,
        http.response.status_code = Empty,
        request.id = id,
    );
    if !span.is_disabled() {
        let method = observe::method(request.method());
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map_or("other", MatchedPath::as_str);
        span.record("otel.name", format!("{method} {route}"));
        span.record("http.request.method", method);
        span.record("http.route", route);
    }
    span
}

fn note_status(span: &Span, response: &Response) {
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

fn hexadecimal(id: u128) -> String {
    format!("{id:032x}")
}

fn is_plain(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Parent> {
        let value = text.parse().expect("a header");
        Parent::read(&HeaderMap::from_iter([(TRACEPARENT.clone(), value)]))
    }

    #[test]
    fn a_traceparent_is_read_as_its_specification_says() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let parent = Parent {
            trace: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
            span: 0x00f0_67aa_0ba9_02b7,
            is_sampled: true,
        };
        assert_eq!(read(good), Some(parent));
        let unsampled = Parent {
            is_sampled: false,
            ..parent
        };
        assert_eq!(read(&good.replace("-01", "-00")), Some(unsampled));
        assert_eq!(read(&good.replace("00-4", "cc-4")), Some(parent));
        assert_eq!(
            read(&(good.replace("00-4", "cc-4") + "-more")),
            Some(parent)
        );
    }

    #[test]
    fn anything_else_is_none() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for junk in [
            String::new(),
            "-".to_owned(),
            good.to_uppercase(),
            format!("{good}-more"),
            good.replace("00-4", "ff-4"),
            good.replace("4736", "473"),
            good.replace("4bf9", "+bf9"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01".to_owned(),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01".to_owned(),
        ] {
            assert_eq!(read(&junk), None, "{junk}");
        }
    }
}
