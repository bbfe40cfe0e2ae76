//! A person's browser gets a page where a program gets JSON.

use app::{
    cookies::{Jar, Name},
    ssr,
    static_pages::{self, Frame},
    visit::Facts,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use contract::{Code, accounts::Theme};

use super::{assets::assets, trace};
use crate::{authenticate, state::AppState};

/// What a page without scripts may load.
pub const STATIC_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Paths that programs speak to.
const PROGRAMS: [&str; 6] = [
    "/graphql", "/v1/", "/pkg/", "/healthz", "/readyz", "/metrics",
];

/// Puts a page in the place of an error that a person would see bare.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = wants_page(&request).then(|| request.headers().clone());
    let is_head = request.method() == Method::HEAD;
    let response = next.run(request).await;
    match headers {
        Some(headers) if is_bare_error(&response) => {
            page(response, frame(&state, &headers).await, is_head)
        }
        _ => response,
    }
}

fn wants_page(request: &Request) -> bool {
    let accepts = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or_default();
    accepts.contains("text/html")
        && !PROGRAMS
            .iter()
            .any(|path| request.uri().path().starts_with(path))
}

fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    (status.is_client_error() || status.is_server_error()) && !is_page
}

/// What a page without routes knows of its reader.
pub async fn frame(state: &AppState, headers: &HeaderMap) -> Frame {
    let theme = Jar::read(headers, state.is_https())
        .get(Name::Theme)
        .and_then(|text| Theme::parse(text).ok())
        .unwrap_or_default();
    let person = authenticate::visitor(state, headers).await;
    let facts = Facts {
        product: state.ctx.settings().product_name.clone(),
        theme,
        ..ssr::facts_of(person.as_ref())
    };
    Frame {
        facts,
        assets: assets(),
    }
}

fn page(bare: Response, frame: Frame, is_head: bool) -> Response {
    let (mut parts, _) = bare.into_parts();
    let retry_after = parts
        .headers
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let html = static_pages::error(
        frame,
        parts.status.as_u16(),
        parts.extensions.get::<Code>().copied(),
        &trace::current(),
        retry_after,
    );
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    parts.headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(STATIC_POLICY),
    );
    Response::from_parts(
        parts,
        if is_head {
            axum::body::Body::empty()
        } else {
            html.into()
        },
    )
}
