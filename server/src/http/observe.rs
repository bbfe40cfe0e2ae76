//! Each request in the log and in the metrics: by route, never by what its address holds.

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};
use metrics::SharedString;
use tokio::time::Instant;

use super::metrics::definition::{HTTP_REQUESTS, HTTP_SECONDS};

/// Counts and times a request. The log line names the path without its query, which may hold a secret.
pub async fn layer(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(SharedString::const_str("other"), |path| {
            path.as_str().to_owned().into()
        });
    let method = method(request.method());
    let began = Instant::now();
    let response = next.run(request).await;
    let (status, seconds) = (response.status().as_u16(), began.elapsed().as_secs_f64());
    let labels = [method.into(), route.clone(), status.to_string().into()];
    HTTP_REQUESTS.counter(labels).increment(1);
    HTTP_SECONDS.histogram([route.clone()]).record(seconds);
    tracing::debug!(
        method,
        %route,
        status,
        millis = seconds * 1000.0,
        trace_id = super::trace::current(),
        "http.request"
    );
    response
}

/// A caller may write any word as its method; only those that are known become a label.
pub(super) fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
