//! Whether the process lives, and whether it can serve. Both tell nothing but that.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::state::AppState;

/// How long the database may take to answer before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// `GET /healthz`: the process answers. A process that does not is to be started again.
pub async fn healthz() -> Response {
    answer(StatusCode::OK, "ok")
}

/// `GET /readyz`: the database answers too. While it does not, requests are better sent elsewhere.
pub async fn readyz(State(state): State<AppState>) -> Response {
    let pinged = tokio::time::timeout(PATIENCE, state.ctx.database().ping()).await;
    match pinged {
        Ok(Ok(())) => answer(StatusCode::OK, "ready"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            answer(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        }
        Err(_) => {
            tracing::warn!("not ready: the database is silent");
            answer(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        }
    }
}

fn answer(status: StatusCode, word: &'static str) -> Response {
    (
        status,
        [(header::CACHE_CONTROL, "no-store")],
        Json(json!({ "status": word })),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn alive_is_told_and_nothing_else() {
        let response = healthz().await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let body = axum::body::to_bytes(response.into_body(), 100)
            .await
            .expect("a short body");
        assert_eq!(body.as_ref(), br#"{"status":"ok"}"#);
    }
}
