//! Bodies of requests, read as JSON.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, header},
    response::Response,
};
use contract::{Code, Problem};
use serde::de::DeserializeOwned;

use crate::{http::trace, problem::answer};

/// Longest message of the reader of JSON that is passed on.
const LONGEST_MESSAGE: usize = 200;

/// A body of JSON.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        if !is_json(request.headers()) {
            return Err(refuse(Problem::new(Code::UnsupportedMediaType)));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| refuse(unread(&rejection)))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let mut message = error.to_string();
            message.truncate(message.floor_char_boundary(LONGEST_MESSAGE));
            refuse(Problem {
                message: format!("The body is not the expected JSON: {message}.").into(),
                ..Problem::new(Code::BadRequest)
            })
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Code::PayloadTooLarge)
    } else {
        Problem::new(Code::BadRequest)
    }
}

fn refuse(problem: Problem) -> Response {
    answer(&problem.into(), &trace::current())
}
