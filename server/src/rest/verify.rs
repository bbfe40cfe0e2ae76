//! `POST /v1/keys/verify` and its batch.

use axum::{
    Json,
    body::Body as HttpBody,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{Problem, Problems, api_keys::MOST_UNITS, verification::VerifyKey};
use domain::{Ctx, Face, Origin, verification};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Refusal, Refusals, Verification, refusals, tell_rate},
    body::Body,
    refused, service,
};
use crate::{http::trace, state::AppState};

/// Asks whether a key is valid.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct VerifyRequest {
    /// The key as the caller who uses it sent it.
    #[schema(example = "lk_org_…")]
    key: String,
    /// Scopes, all of which it must have.
    #[serde(default)]
    scopes: Vec<String>,
    /// Units to charge if it is valid: 0 or more, 1 by default.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_i64, default = 1)]
    cost: Option<serde_json::Number>,
    /// The IP address of whoever uses the key, for keys that can only be used from some.
    #[serde(default)]
    ip: Option<String>,
}

impl VerifyRequest {
    fn question(self) -> Result<VerifyKey, Problems> {
        let cost =
            match self.cost {
                None => None,
                Some(number) => Some(number.as_i64().ok_or_else(|| {
                    Problem::out_of_range(0, MOST_UNITS.unsigned_abs()).on("cost")
                })?),
            };
        Ok(VerifyKey {
            key: self.key,
            scopes: self.scopes,
            cost,
            ip: self.ip,
        })
    }
}

/// Asks about several keys at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyBatchRequest {
    /// 1 to 100 of them.
    #[schema(min_items = 1, max_items = 100)]
    keys: Vec<VerifyRequest>,
}

/// The answers to a batch.
#[derive(Serialize, ToSchema)]
pub(super) struct VerifyBatchAnswer<'a> {
    /// In the order of the questions.
    results: Vec<BatchItem<'a>>,
}

/// The answer about one key of a batch, or why the question was refused.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum BatchItem<'a> {
    Answered(Verification<'a>),
    Refused { errors: Vec<Refusal> },
}

/// The context of a request of this face. The address is that of the program that asks, which no rule looks at.
fn context(state: &AppState) -> Ctx {
    state.ctx.with_origin(Origin {
        trace_id: trace::current(),
        ..Origin::of(Face::Rest)
    })
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(HttpBody::from(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// Checks whether a key is valid, and charges it if it is.
///
/// The answer is 200 whenever the question could be answered; whether the key is valid is in `code`. A charge is written down before
/// the answer is sent.
#[utoipa::path(
    post,
    path = "/v1/keys/verify",
    tag = "Verification",
    security(("serviceToken" = [])),
    request_body = VerifyRequest,
    responses(
        (status = 200, description = "The answer", body = Verification<'_>,
            headers(
                ("ratelimit" = String, description = "The state of the key's rate limit, as in draft-ietf-httpapi-ratelimit-headers"),
                ("ratelimit-policy" = String, description = "The key's rate limit"),
                ("retry-after" = u32, description = "Seconds, with `RATE_LIMITED`")
            )),
        (status = 400, description = "The body is not the expected JSON", body = Refusals),
        (status = 401, description = "No service token, or one that is not valid", body = Refusals),
        (status = 413, description = "The body is larger than 256 KiB", body = Refusals),
        (status = 415, description = "The content type is not JSON", body = Refusals),
        (status = 422, description = "The cost, a scope or the address is not valid", body = Refusals),
        (status = 503, description = "The charge could not be written down; nothing was charged", body = Refusals)
    )
)]
pub(super) async fn verify(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Result<Body<VerifyRequest>, Response>,
) -> Response {
    let ctx = context(&state);
    let actor = match service(&ctx, &headers) {
        Ok(actor) => actor,
        Err(response) => return *response,
    };
    let question = match body {
        Ok(Body(request)) => request.question(),
        Err(response) => return response,
    };
    let answer = match question {
        Ok(question) => verification::verify(&ctx, &actor, &question).await,
        Err(problems) => Err(problems.into()),
    };
    match answer {
        Ok(answer) => {
            let mut response = json(StatusCode::OK, &Verification::of(&answer));
            tell_rate(response.headers_mut(), &answer, ctx.now());
            response
        }
        Err(error) => refused(&ctx, &error),
    }
}

/// The same for up to 100 keys at once.
///
/// Each is answered or refused separately.
#[utoipa::path(
    post,
    path = "/v1/keys/verify/batch",
    tag = "Verification",
    security(("serviceToken" = [])),
    request_body = VerifyBatchRequest,
    responses(
        (status = 200, description = "The answers, in the order of the questions", body = VerifyBatchAnswer<'_>),
        (status = 400, description = "The body is not the expected JSON", body = Refusals),
        (status = 401, description = "No service token, or one that is not valid", body = Refusals),
        (status = 413, description = "The body is larger than 256 KiB", body = Refusals),
        (status = 415, description = "The content type is not JSON", body = Refusals),
        (status = 422, description = "No questions, or more than 100", body = Refusals),
        (status = 503, description = "The charges could not be written down", body = Refusals)
    )
)]
pub(super) async fn verify_batch(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Result<Body<VerifyBatchRequest>, Response>,
) -> Response {
    let ctx = context(&state);
    let actor = match service(&ctx, &headers) {
        Ok(actor) => actor,
        Err(response) => return *response,
    };
    let requests = match body {
        Ok(Body(request)) => request.keys,
        Err(response) => return response,
    };
    let asked: Vec<_> = requests.into_iter().map(VerifyRequest::question).collect();
    let good: Vec<VerifyKey> = asked
        .iter()
        .map(|question| question.clone().unwrap_or_default())
        .collect();
    let answers = match verification::verify_many(&ctx, &actor, &good).await {
        Ok(answers) => answers,
        Err(error) => return refused(&ctx, &error),
    };
    let told: Vec<Result<_, Problems>> = asked
        .into_iter()
        .zip(answers)
        .map(|(asked, answer)| match asked {
            Ok(_) => answer.map_err(|error| error.tell(&ctx.origin().trace_id)),
            Err(problems) => Err(problems),
        })
        .collect();
    let results = told.iter().map(|told| match told {
        Ok(answer) => BatchItem::Answered(Verification::of(answer)),
        Err(problems) => BatchItem::Refused {
            errors: refusals(problems),
        },
    });
    let body = VerifyBatchAnswer {
        results: results.collect(),
    };
    json(StatusCode::OK, &body)
}

/// A plain answer.
pub(super) fn done(body: serde_json::Value) -> Response {
    (StatusCode::OK, Json(body)).into_response()
}
