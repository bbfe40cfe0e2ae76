//! The few endpoints that are not GraphQL: verification of keys, for gateways and backends, and reports of leaked ones.
//!
//! They stand apart from the rest of the router: asked before every request of a product, they carry no more layers than they need.
//! What is said of them in `openapi.json` and at `/v1/docs` is made from the types and functions here.

mod answer;
mod body;
mod forward_auth;
mod leaked;
mod openapi;
mod verify;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use contract::{Code, Problem};
use domain::{Actor, Ctx};

pub use openapi::document;

use crate::{
    authenticate::{bearer, is_service_token},
    problem,
    state::AppState,
};

/// What is asked before every request of a product.
pub fn verification() -> Router<AppState> {
    Router::new()
        .route("/v1/keys/verify", post(verify::verify))
        .route("/v1/keys/verify/batch", post(verify::verify_batch))
        .route("/v1/forward-auth", get(forward_auth::check))
}

/// What is asked now and then.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/v1/keys/leaked", post(leaked::report))
        .route("/v1/openapi.json", get(openapi::show))
        .route("/v1/docs", get(openapi::page))
}

/// Lets pass the operator's programs.
fn service(ctx: &Ctx, headers: &HeaderMap) -> Result<Actor, Box<Response>> {
    match bearer(headers) {
        Some(token) if is_service_token(ctx, token) => Ok(Actor::Service),
        _ => {
            let problem = Problem::new(Code::Unauthenticated);
            let mut response = problem::answer(&problem.into(), &trace_id(ctx));
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"service\""),
            );
            Err(Box::new(response))
        }
    }
}

fn trace_id(ctx: &Ctx) -> String {
    ctx.origin().trace_id.clone()
}

/// What may be told of a failure.
fn refused(ctx: &Ctx, error: &domain::Error) -> Response {
    let trace_id = trace_id(ctx);
    problem::answer(&error.tell(&trace_id), &trace_id).into_response()
}
