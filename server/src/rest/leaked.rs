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
    /// The key itself: having it is proof enough.
    #[schema(example = "lk_org_…")]
    key: String,
    /// Where it was found; its owners are told. Anything beyond 500 characters is cut off.
    #[serde(default)]
    source: String,
}

/// The result of a report.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "it describes what is answered")]
pub(super) struct LeakAnswer {
    /// The key's public id.
    id: String,
    /// `REVOKED` if it was revoked now, `ALREADY_REVOKED` if it was revoked before.
    result: String,
}

/// Revokes a key that has leaked, and tells its owners by e-mail.
///
/// Anybody who has the key may do this: whoever has it could also use it. Secret scanners call it for what they find.
#[utoipa::path(
    post,
    path = "/v1/keys/leaked",
    tag = "Leaked keys",
    request_body = LeakReport,
    responses(
        (status = 200, description = "The key is revoked, by this report or earlier", body = LeakAnswer),
        (status = 400, description = "The body is not the expected JSON", body = Refusals),
        (status = 404, description = "This is not a key of this installation", body = Refusals),
        (status = 413, description = "The body is larger than 256 KiB", body = Refusals),
        (status = 415, description = "The content type is not JSON", body = Refusals),
        (status = 429, description = "Too many reports from this address of what is not a key", body = Refusals)
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
