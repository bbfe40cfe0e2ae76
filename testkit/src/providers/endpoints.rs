//! What the provider answers, and where.

use std::collections::HashMap;

use axum::{
    Form, Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{FakeProvider, Instead, tokens::about};

pub(super) fn routes(provider: &FakeProvider) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/keys", get(keys))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
        .route("/login/oauth/access_token", post(github_token))
        .route("/api/v3/user", get(github_user))
        .route("/api/v3/user/emails", get(github_emails))
        .layer(from_fn_with_state(provider.clone(), instead))
        .with_state(provider.clone())
}

async fn instead(State(provider): State<FakeProvider>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let instead = {
        let mut inner = provider.inner();
        inner.asked.push(path.clone());
        inner.says.instead.get(path.as_str()).cloned()
    };
    match instead {
        None => next.run(request).await,
        Some(Instead::Status(status)) => StatusCode::from_u16(status)
            .expect("it is a status")
            .into_response(),
        Some(Instead::Html) => Html("<h1>Down for maintenance</h1>").into_response(),
        Some(Instead::Hangs) => std::future::pending().await,
        Some(Instead::RedirectTo(place)) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, place)]).into_response()
        }
        Some(Instead::Json(value)) => Json(value).into_response(),
        Some(Instead::Endless) => Json(" ".repeat(1024 * 1024)).into_response(),
    }
}

async fn discovery(State(provider): State<FakeProvider>) -> Json<Value> {
    let url = &provider.url;
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    });
    for (name, value) in provider.inner().says.discovery.clone() {
        document[name] = value;
    }
    Json(document)
}

async fn keys(State(provider): State<FakeProvider>) -> Json<Value> {
    let point = provider.key().verifying_key().to_sec1_point(false);
    let point = point.as_bytes();
    let kid = provider.inner().says.kid.clone();
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
        "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
        "y": URL_SAFE_NO_PAD.encode(&point[33..65]),
    }] }))
}

async fn token(
    State(provider): State<FakeProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let Some(code) = provider.takes_code(&form, &headers) else {
        let refused = Json(json!({ "error": "invalid_grant" }));
        return (StatusCode::BAD_REQUEST, refused).into_response();
    };
    Json(json!({
        "access_token": "access-token-of-ada",
        "token_type": "Bearer",
        "expires_in": 300,
        "id_token": provider.id_token(code.nonce.as_deref()),
    }))
    .into_response()
}

fn has_token(headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value == "Bearer access-token-of-ada")
}

async fn userinfo(State(provider): State<FakeProvider>, headers: HeaderMap, _: Bytes) -> Response {
    if !has_token(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let says = provider.inner().says.clone();
    let mut info = json!({ "sub": says.subject });
    for (name, value) in about(&says) {
        info[name] = value;
    }
    Json(info).into_response()
}

/// Like GitHub, answers a wrong code with 200.
async fn github_token(
    State(provider): State<FakeProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Json<Value> {
    Json(match provider.takes_code(&form, &headers) {
        Some(_) => json!({
            "access_token": "access-token-of-ada",
            "token_type": "bearer",
            "scope": "user:email",
        }),
        None => json!({
            "error": "bad_verification_code",
            "error_description": "The code passed is incorrect or expired.",
        }),
    })
}

async fn github_user(State(provider): State<FakeProvider>, headers: HeaderMap) -> Response {
    if !has_token(&headers) || !headers.contains_key(header::USER_AGENT) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let says = provider.inner().says.clone();
    Json(json!({ "id": says.id, "login": says.login, "name": says.name, "email": null }))
        .into_response()
}

async fn github_emails(State(provider): State<FakeProvider>, headers: HeaderMap) -> Response {
    if !has_token(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let says = provider.inner().says.clone();
    let mut emails = vec![
        json!({ "email": "other@example.test", "primary": false, "verified": true, "visibility": null }),
    ];
    if let Some(email) = says.email {
        emails.push(json!({
            "email": email, "primary": true, "verified": says.email_verified, "visibility": "private",
        }));
    }
    Json(emails).into_response()
}
