//! `GET /v1/forward-auth`: what nginx (`auth_request`), Caddy (`forward_auth`) and Traefik (ForwardAuth) ask before they let a request
//! pass.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    Problem,
    api_keys::{MOST_UNITS, Scope},
    verification::{Verdict, Verification, VerifyKey},
};
use domain::{Actor, Ctx, Face, Origin, verification};
use std::net::SocketAddr;

use super::{answer::tell_rate, refused, service};
use crate::{
    authenticate::{bearer, client_ip},
    http::trace,
    problem,
    state::AppState,
};

static KEY: HeaderName = HeaderName::from_static("x-api-key");
static COST: HeaderName = HeaderName::from_static("x-latchkey-cost");
static SCOPES: HeaderName = HeaderName::from_static("x-latchkey-scopes");
static CODE: HeaderName = HeaderName::from_static("x-latchkey-code");
static ORGANIZATION: HeaderName = HeaderName::from_static("x-latchkey-organization");
static KEY_ID: HeaderName = HeaderName::from_static("x-latchkey-key");
static TOKEN: HeaderName = HeaderName::from_static("x-latchkey-service-token");

/// Tells a gateway whether to let a request pass, and charges the key if so.
///
/// The key is read from `Authorization: Bearer` or `X-Api-Key`. The gateway may ask for scopes and set a cost. Gateways that do not
/// connect from an address of `forward_auth_from` send a service token in `X-Latchkey-Service-Token`.
#[utoipa::path(
    get,
    path = "/v1/forward-auth",
    tag = "Verification",
    params(
        ("authorization" = Option<String>, Header, description = "`Bearer` and the key"),
        ("x-api-key" = Option<String>, Header, description = "The key, when it is not in `Authorization`"),
        ("x-latchkey-cost" = Option<i64>, Header, description = "Units to charge; 1 by default"),
        ("x-latchkey-scopes" = Option<String>, Header, description = "Scopes that the key must have, separated by spaces or commas"),
        ("x-latchkey-service-token" = Option<String>, Header, description = "A service token, for gateways that connect from elsewhere")
    ),
    responses(
        (status = 200, description = "The request may pass",
            headers(
                ("x-latchkey-organization" = String, description = "The id of the key's organization"),
                ("x-latchkey-key" = String, description = "The id of the key"),
                ("x-latchkey-scopes" = String, description = "All scopes of the key, separated by spaces"),
                ("x-latchkey-code" = String, description = "`VALID`; with other statuses, why not"),
                ("ratelimit" = String, description = "The state of the key's rate limit")
            )),
        (status = 400, description = "The cost or a scope is not valid"),
        (status = 401, description = "No key, or one that is not valid: `NOT_FOUND`, `REVOKED`, `EXPIRED`, `PAUSED`; or the gateway is not known"),
        (status = 403, description = "The key does not allow this: `INSUFFICIENT_SCOPE`, `IP_NOT_ALLOWED`, `ORGANIZATION_SUSPENDED`"),
        (status = 429, description = "`RATE_LIMITED` or `QUOTA_EXCEEDED`"),
        (status = 503, description = "The charge could not be written down")
    )
)]
pub(super) async fn check(State(state): State<AppState>, request: Request) -> Response {
    let ctx = state.ctx.with_origin(Origin {
        ip: client_ip(&request, &state.http),
        trace_id: trace::current(),
        ..Origin::of(Face::Rest)
    });
    if !is_gateway(&state, &request)
        && let Err(response) = service(&ctx, &service_header(request.headers()))
    {
        return *response;
    }
    let question = match question(&ctx, request.headers()) {
        Ok(question) => question,
        Err(problem) => {
            let mut response = problem::answer(&problem.into(), &trace::current());
            *response.status_mut() = StatusCode::BAD_REQUEST;
            return response;
        }
    };
    match verification::verify(&ctx, &Actor::Service, &question).await {
        Ok(answer) => told(&ctx, &answer),
        Err(error @ domain::Error::Refused(_)) => {
            let mut response = refused(&ctx, &error);
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
        Err(error) => refused(&ctx, &error),
    }
}

/// Whether the connection comes from a gateway of the configuration, whatever the request's headers say.
fn is_gateway(state: &AppState, request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|ConnectInfo(peer)| {
        let ip = peer.ip().to_canonical();
        let gateways = &state.http.forward_auth_from;
        gateways.iter().any(|network| network.contains(&ip))
    })
}

/// The service token where [`service`] looks for it: `Authorization` holds the key.
fn service_header(headers: &HeaderMap) -> HeaderMap {
    let mut service = HeaderMap::new();
    if let Some(token) = headers.get(&TOKEN).and_then(|value| value.to_str().ok())
        && let Ok(value) = HeaderValue::from_str(&format!("Bearer {token}"))
    {
        service.insert(header::AUTHORIZATION, value);
    }
    service
}

fn question(ctx: &Ctx, headers: &HeaderMap) -> Result<VerifyKey, Problem> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let cost = match headers.get(&COST) {
        None => None,
        Some(_) => Some(
            text(&COST)
                .and_then(|cost| cost.trim().parse().ok())
                .ok_or_else(|| Problem::out_of_range(0, MOST_UNITS.unsigned_abs()).on("cost"))?,
        ),
    };
    let scopes = text(&SCOPES).unwrap_or_default();
    Ok(VerifyKey {
        key: bearer(headers)
            .or(text(&KEY))
            .unwrap_or_default()
            .to_owned(),
        scopes: scopes
            .split([' ', ','])
            .filter(|scope| !scope.is_empty())
            .map(ToOwned::to_owned)
            .collect(),
        cost,
        ip: ctx.origin().ip.map(|ip| ip.to_string()),
    })
}

const fn status(code: Verdict) -> StatusCode {
    match code {
        Verdict::Valid => StatusCode::OK,
        Verdict::NotFound | Verdict::Revoked | Verdict::Expired | Verdict::Paused => {
            StatusCode::UNAUTHORIZED
        }
        Verdict::OrganizationSuspended | Verdict::IpNotAllowed | Verdict::InsufficientScope => {
            StatusCode::FORBIDDEN
        }
        Verdict::RateLimited | Verdict::QuotaExceeded => StatusCode::TOO_MANY_REQUESTS,
    }
}

fn told(ctx: &Ctx, answer: &Verification) -> Response {
    let mut response = status(answer.code).into_response();
    let headers = response.headers_mut();
    headers.insert(CODE.clone(), HeaderValue::from_static(answer.code.as_str()));
    let mut tell = |name: &HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name.clone(), value);
        }
    };
    if answer.valid {
        if let Some(organization) = &answer.organization {
            tell(&ORGANIZATION, organization.id.to_string());
        }
        if let Some(key) = &answer.key {
            tell(&KEY_ID, key.id.to_string());
        }
        let scopes: Vec<&str> = answer.scopes.iter().map(Scope::as_str).collect();
        tell(&SCOPES, scopes.join(" "));
    }
    if status(answer.code) == StatusCode::UNAUTHORIZED {
        tell(&header::WWW_AUTHENTICATE, "Bearer".to_owned());
    }
    if let (Verdict::QuotaExceeded, Some(at)) = (answer.code, answer.resets_at) {
        let seconds = ctx.now().seconds_until(at);
        tell(&header::RETRY_AFTER, seconds.to_string());
    }
    tell_rate(response.headers_mut(), answer, ctx.now());
    response
}
