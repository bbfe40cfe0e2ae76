//! The id that ties an answer, its log lines and its audit entries together.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

tokio::task_local! {
    static CURRENT: String;
}

/// Response header that carries the id; a request may bring its own.
pub static HEADER: HeaderName = HeaderName::from_static("x-request-id");

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
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Takes the caller's id where it is short and plain, else draws one; sets it on the answer.
pub async fn layer(mut request: Request, next: Next, draw: impl FnOnce() -> [u8; 16]) -> Response {
    let given = request
        .headers()
        .get(&HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_plain(id));
    let id = given.map_or_else(|| hexadecimal(draw()), ToOwned::to_owned);
    request.extensions_mut().insert(TraceId(id.clone()));
    let mut response = CURRENT.scope(id.clone(), next.run(request)).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER.clone(), value);
    }
    response
}

fn hexadecimal(bytes: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(bytes))
}

fn is_plain(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
