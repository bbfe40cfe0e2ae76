//! `POST /v1/keys/leaked`

use axum::{Extension, response::Response};
use domain::api_keys::{self, Leak};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{answer::Refusals, body::Body, refused, verify::done};
use crate::authenticate::Caller;

/// A key that was found where it should not be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LeakReport {
    /// The key itself: to have it is proof enough.
    #[schema(example = "lk_org_…")]
    key: String,
    /// Where it was found; told to its owners. What is beyond 500 characters is cut.
    #[serde(default)]
    source: String,
}

/// What became of a report.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "it describes what is answered")]
pub(super) struct LeakAnswer {
    /// The key's public id.
    id: String,
    /// `REVOKED` when it was revoked now, `ALREADY_REVOKED` when it was before.
    result: String,
}

/// Revokes a key that has leaked, and writes to its owners.
///
/// Anybody who has the key may do this: whoever has it could also use it. Secret scanners call it for what they find.
#[utoipa::path(
    post,
    path = "/v1/keys/leaked",
    tag = "Leaked keys",
    request_body = LeakReport,
    responses(
        (status = 200, description = "It was revoked, now or before", body = LeakAnswer),
        (status = 400, description = "The body is not the JSON that is expected", body = Refusals),
        (status = 404, description = "This is no key of this installation", body = Refusals),
        (status = 413, description = "The body is larger than 256 KiB", body = Refusals),
        (status = 415, description = "The body is not said to be JSON", body = Refusals),
        (status = 429, description = "Too many keys from this address that are none", body = Refusals)
    )
)]
pub(super) async fn report(
    Extension(Caller { ctx, .. }): Extension<Caller>,
    body: Result<Body<LeakReport>, Response>,
) -> Response {
    let report = match body {
        Ok(Body(report)) => report,
        Err(response) => return response,
    };
    match api_keys::report_leak(&ctx, &report.key, &report.source).await {
        Ok(Leak::Revoked(id)) => done(json!({ "id": id, "result": "REVOKED" })),
        Ok(Leak::Known(id)) => done(json!({ "id": id, "result": "ALREADY_REVOKED" })),
        Err(error) => refused(&ctx, &error),
    }
}
