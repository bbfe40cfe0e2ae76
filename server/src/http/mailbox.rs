//! `/dev/mailbox`: the letters of a developer's machine. There is no such path where mail goes over SMTP.

use app::mailbox::{self, Opened};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use contract::Code;
use domain::mail::{Mailbox, Received};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error_pages::{STATIC_POLICY, frame};
use crate::{problem::Failure, state::AppState};

/// What a letter may do: be looked at, and lead to a page when somebody clicks.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'self'; frame-ancestors 'self'; sandbox allow-popups allow-top-navigation-by-user-activation";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/dev/mailbox", get(list))
        .route("/dev/mailbox.json", get(json_list))
        .route("/dev/mailbox/{id}", get(open))
        .route("/dev/mailbox/{id}/html", get(html))
}

#[derive(Deserialize)]
struct Part {
    part: Option<String>,
}

fn mailbox_of(state: &AppState) -> Result<&Mailbox, Failure> {
    state.mailbox.as_ref().ok_or_else(|| Code::NotFound.into())
}

fn find(state: &AppState, id: &str) -> Result<Received, Failure> {
    mailbox_of(state)?
        .find(id)
        .ok_or_else(|| Code::NotFound.into())
}

async fn page(
    state: &AppState,
    headers: &HeaderMap,
    opened: Option<Opened>,
) -> Result<Response, Failure> {
    let letters = mailbox_of(state)?.letters();
    let html = mailbox::page(
        frame(state, headers).await,
        &letters,
        opened,
        &state.ctx.settings().mail_from,
    );
    Ok((
        [(header::CONTENT_SECURITY_POLICY, STATIC_POLICY)],
        Html(html),
    )
        .into_response())
}

/// The list, with the newest letter opened beside it.
async fn list(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Failure> {
    let newest = mailbox_of(&state)?.letters().into_iter().next();
    let opened = newest.map(|letter| Opened {
        letter,
        is_text: false,
        is_chosen: false,
    });
    page(&state, &headers, opened).await
}

async fn open(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(Part { part }): Query<Part>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let letter = find(&state, &id)?;
    let opened = Opened {
        letter,
        is_text: part.as_deref() == Some("text"),
        is_chosen: true,
    };
    page(&state, &headers, Some(opened)).await
}

/// The HTML of a letter, for the frame that shows it; links leave the frame.
async fn html(State(state): State<AppState>, Path(id): Path<String>) -> Result<Response, Failure> {
    let html = find(&state, &id)?
        .letter
        .html
        .replacen("<head>", "<head><base target=\"_top\">", 1);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, LETTER_POLICY),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    Ok((headers, Html(html)).into_response())
}

/// The letters for programs, newest first.
async fn json_list(State(state): State<AppState>) -> Result<Json<Value>, Failure> {
    let from = state.ctx.settings().mail_from.clone();
    let letter = |received: Received| {
        let Received { id, at, to, letter } = received;
        json!({ "id": id, "to": to, "from": from, "subject": letter.subject, "text": letter.text, "html": letter.html, "sentAt": at.to_string() })
    };
    Ok(Json(
        mailbox_of(&state)?
            .letters()
            .into_iter()
            .map(letter)
            .collect(),
    ))
}
