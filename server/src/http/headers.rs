//! Headers that every answer carries.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::guard::is_from_letter;
use crate::state::AppState;

/// What an answer may do that says nothing itself: nothing.
const NO_CONTENT_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Sets what protects a browser. What a handler has set itself stays.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // Pages opened from a letter tell nobody where they were opened.
    let referrer = if is_from_letter(request.uri().path()) {
        "no-referrer"
    } else {
        "same-origin"
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    add(headers, header::CONTENT_SECURITY_POLICY, NO_CONTENT_POLICY);
    add(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(headers, header::X_FRAME_OPTIONS, "DENY");
    add(headers, header::REFERRER_POLICY, referrer);
    add(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    add(
        headers,
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    add(
        headers,
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    add(headers, header::CACHE_CONTROL, "no-store");
    if state.is_https() {
        add(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        );
    }
    response
}

/// What answers to programs carry.
pub async fn for_programs(mut response: Response) -> Response {
    let headers = response.headers_mut();
    add(headers, header::CACHE_CONTROL, "no-store");
    add(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}
