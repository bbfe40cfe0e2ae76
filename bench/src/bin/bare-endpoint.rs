//! An axum endpoint with nothing behind it, which takes and gives JSON of the size of a verification.
//!
//!     bare-endpoint 127.0.0.1:4000

#![expect(clippy::expect_used, reason = "a program for measuring")]

use axum::{Json, Router, routing::post};
use mimalloc::MiMalloc;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[derive(Deserialize)]
struct Question {
    key: String,
    cost: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    valid: bool,
    code: &'static str,
    message: &'static str,
    key: String,
    cost: i64,
    organization: Named,
    scopes: [&'static str; 2],
    quota: Quota,
}

#[derive(Serialize)]
struct Named {
    id: &'static str,
    slug: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Quota {
    limit: i64,
    used: i64,
    remaining: i64,
    resets_at: &'static str,
}

async fn verify(Json(question): Json<Question>) -> Json<Answer> {
    Json(Answer {
        valid: true,
        code: "VALID",
        message: "The key is valid.",
        key: question.key,
        cost: question.cost.unwrap_or(1),
        organization: Named {
            id: "org_7N42dgm5tFLK9N8MT7fHC7",
            slug: "acme",
            name: "Acme",
        },
        scopes: ["read", "write"],
        quota: Quota {
            limit: 1_000_000,
            used: 1,
            remaining: 999_999,
            resets_at: "2026-12-01T00:00:00Z",
        },
    })
}

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).expect("an address to listen at");
    let listener = TcpListener::bind(address).await.expect("it is free");
    let app = Router::new().route("/v1/keys/verify", post(verify));
    axum::serve(listener, app).await.expect("it serves");
}
