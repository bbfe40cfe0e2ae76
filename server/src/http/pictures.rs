//! `/pictures/{id}`: what people have uploaded, as we have encoded it. No session is looked up: who knows an id was shown it.

use axum::{
    Router,
    extract::{Path, State, rejection::PathRejection},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use contract::Code;
use domain::pictures;

use crate::{problem::Failure, state::AppState};

/// A picture has no parts and runs nothing, even when somebody opens it by itself.
const POLICY: &str = "default-src 'none'; sandbox";

/// Another picture has another id.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

pub fn routes() -> Router<AppState> {
    Router::new().route("/pictures/{id}", get(show))
}

async fn show(
    State(state): State<AppState>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Failure> {
    let Path(id) = id.map_err(|_| Code::NotFound)?;
    let picture = pictures::get(&state.ctx, &id).await?;
    let headers = [
        (header::CONTENT_TYPE, picture.content_type),
        (header::CACHE_CONTROL, FOR_GOOD),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    Ok((headers, picture.bytes).into_response())
}
