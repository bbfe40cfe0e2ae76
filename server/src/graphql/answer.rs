//! From the outcome of a request to status, headers and body.

use std::collections::BTreeMap;

use async_graphql::{
    Response as Executed, ServerError, Value, parser::types::OperationType, value,
};
use axum::{
    body::Body as HttpBody,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use contract::Code;
use serde::Serialize;

use super::{
    errors::{Rejection, is_invalid},
    limits::{Cost, MOST_COMPLEXITY},
    negotiation::MediaType,
};
use crate::problem;

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<&'static str, Value>,
}

/// What was executed, or refused by validation: then there is no `data`, and newer clients get 400. What a mutation has done
/// is told in any case.
pub(super) fn executed(
    media: MediaType,
    kind: OperationType,
    executed: &Executed,
    cost: Cost,
) -> Response {
    let has_changed = kind == OperationType::Mutation && executed.data != Value::Null;
    let is_invalid = is_invalid(&executed.errors) && !has_changed;
    let status = if is_invalid && media == MediaType::GraphqlResponse {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let cost =
        value!({ "complexity": cost.complexity, "depth": cost.depth, "limit": MOST_COMPLEXITY });
    let body = Body {
        errors: &executed.errors,
        data: (!is_invalid).then_some(&executed.data),
        extensions: BTreeMap::from([("cost", cost)]),
    };
    let mut response = response(status, media, &body);
    for (name, value) in &executed.http_headers {
        response.headers_mut().append(name, value.clone());
    }
    response
}

/// What was not executed.
pub(super) fn rejected(media: MediaType, rejection: Rejection, trace_id: &str) -> Response {
    let (code, allow) = (rejection.code, rejection.allow);
    let status = match (rejection.is_well_formed, media) {
        (true, MediaType::Json) => StatusCode::OK,
        (true, MediaType::GraphqlResponse) if code != Code::Timeout => StatusCode::BAD_REQUEST,
        _ => problem::status(code),
    };
    let errors = [rejection.into_error(trace_id)];
    let mut response = response(
        status,
        media,
        &Body {
            errors: &errors,
            data: None,
            extensions: BTreeMap::new(),
        },
    );
    if let Some(methods) = allow {
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static(methods));
    }
    if code == Code::Unauthenticated {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer error=\"invalid_token\""),
        );
    }
    response
}

fn response(status: StatusCode, media: MediaType, body: &Body<'_>) -> Response {
    let json = serde_json::to_vec(body)
        .expect("an answer is made of strings, numbers and objects with string keys");
    let mut response = Response::new(HttpBody::from(json));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media.content_type());
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
