//! Conventions under `/.well-known`.

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Redirect},
    routing::get,
};

use crate::state::AppState;

/// A year, in seconds.
const YEAR: i64 = 365 * 24 * 60 * 60;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/.well-known/change-password",
            get(async || Redirect::to("/account/security")),
        )
        .route("/.well-known/security.txt", get(security_txt))
}

/// Whom to tell of a weakness (RFC 9116): whoever sends the mail of this installation.
async fn security_txt(State(state): State<AppState>) -> impl IntoResponse {
    let settings = state.ctx.settings();
    let address = settings
        .mail_from
        .rsplit('<')
        .next()
        .unwrap_or_default()
        .trim_end_matches('>')
        .trim();
    let text = format!(
        "Contact: mailto:{address}\nExpires: {}\nPreferred-Languages: en\nCanonical: {}\n",
        state.ctx.now().plus_seconds(YEAR),
        settings.page("/.well-known/security.txt")
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}
