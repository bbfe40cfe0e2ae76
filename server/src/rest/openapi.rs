//! The description of this face: `GET /v1/openapi.json`, and as a page at `/v1/docs`.

use std::sync::LazyLock;

use app::api_docs;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{forward_auth, leaked, verify};
use crate::{
    http::error_pages::{STATIC_POLICY, frame},
    state::AppState,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Latchkey: keys",
        description = "Verification of API keys for gateways and backends, and reports of leaked ones. Everything else is in the GraphQL API."
    ),
    paths(
        verify::verify,
        verify::verify_batch,
        forward_auth::check,
        leaked::report
    ),
    modifiers(&ServiceToken)
)]
struct Described;

struct ServiceToken;

impl Modify for ServiceToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of `service_tokens` in the configuration."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("serviceToken", SecurityScheme::Http(scheme));
    }
}

/// The description as text.
pub fn document() -> String {
    let mut text = Described::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

static DOCUMENT: LazyLock<String> = LazyLock::new(document);

pub(super) async fn show() -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], DOCUMENT.as_str()).into_response()
}

pub(super) async fn page(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let described = serde_json::from_str(&DOCUMENT).unwrap_or_default();
    let html = api_docs::page(frame(&state, &headers).await, &described);
    (
        [(header::CONTENT_SECURITY_POLICY, STATIC_POLICY)],
        Html(html),
    )
        .into_response()
}
