//! From a failure to an answer. The only place that knows status codes.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{Code, Problems};
use domain::Error;
use serde_json::json;

/// A failure on its way out of a handler that speaks JSON.
#[derive(Debug)]
pub struct Failure(pub Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The status of a refusal.
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated | Code::InvalidCredentials => StatusCode::UNAUTHORIZED,
        Code::Forbidden
        | Code::StepUpRequired
        | Code::SecondFactorRequired
        | Code::OrganizationSuspended
        | Code::StaffFactorMissing
        | Code::StaffProtected
        | Code::Impersonated
        | Code::SignUpClosed
        | Code::CrossOrigin => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Code::Conflict | Code::EmailTaken | Code::UsernameTaken => StatusCode::CONFLICT,
        Code::PayloadTooLarge | Code::PictureTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Busy | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::BadRequest => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The body of every refusal of the HTTP face: `{"errors": [{"code", "message", "field"?}], "traceId"}`.
pub fn answer(problems: &Problems, trace_id: &str) -> Response {
    let code = problems
        .0
        .first()
        .map_or(Code::Internal, |problem| problem.code);
    let errors: Vec<_> = problems
        .0
        .iter()
        .map(|problem| match &problem.field {
            Some(field) => {
                json!({ "code": problem.code, "message": problem.message, "field": field })
            }
            None => json!({ "code": problem.code, "message": problem.message }),
        })
        .collect();
    let mut response = (
        status(code),
        Json(json!({ "errors": errors, "traceId": trace_id })),
    )
        .into_response();
    // For the page that a browser gets instead of this body.
    response.extensions_mut().insert(code);
    if let Some(seconds) = retry_after(problems) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Seconds after which to try again, when any of the problems tells.
pub fn retry_after(problems: &Problems) -> Option<u32> {
    problems
        .0
        .iter()
        .filter_map(|problem| problem.retry_after_seconds)
        .max()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let trace_id = crate::http::trace::current();
        answer(&self.0.tell(&trace_id), &trace_id)
    }
}
