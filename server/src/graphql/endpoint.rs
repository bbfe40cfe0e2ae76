//! `/graphql`.
//!
//! async-graphql's own axum integration answers every failure with 200, takes any content type, and runs mutations by GET;
//! this one does what "GraphQL over HTTP" asks for.

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Response as Executed, parser::types::OperationType};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, header},
    response::Response,
};
use contract::Code;
use domain::spans::TARGET;
use tracing::{Instrument as _, Span, info_span};

use super::{
    acting::Acting,
    answer,
    document::Operation,
    errors::{Rejection, code_of, seal},
    loaders,
    negotiation::{self, MediaType},
    request::Ask,
};
use crate::{authenticate::Caller, http::metrics::definition::GRAPHQL_OPERATIONS, state::AppState};

/// Longest body, in bytes.
const MOST_BYTES: usize = 256 * 1024;

/// Longest execution.
const LONGEST: Duration = Duration::from_secs(10);

/// Longest name of an operation in the log.
const LONGEST_NAME: usize = 60;

/// A query in the address. Nothing is changed by GET.
pub(super) async fn get(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let exchange = Exchange::new(state, caller, &headers);
    let outcome = exchange.get(query.as_deref().unwrap_or_default()).await;
    exchange.reply(outcome)
}

/// Any operation in a JSON body.
pub(super) async fn post(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let exchange = Exchange::new(state, caller, &headers);
    let outcome = exchange.post(&headers, body).await;
    exchange.reply(outcome)
}

/// Any other method.
pub(super) async fn other(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Response {
    Exchange::new(state, caller, &headers).reply(Err(Rejection::method("GET, HEAD, POST")))
}

/// One request and what it takes to answer it.
struct Exchange {
    state: AppState,
    caller: Caller,
    media: Option<MediaType>,
    has_cookie: bool,
}

impl Exchange {
    fn new(state: AppState, caller: Caller, headers: &HeaderMap) -> Self {
        let has_cookie = caller.authenticated.is_some() && !has_bearer(headers);
        Self {
            state,
            caller,
            media: MediaType::accepted(headers),
            has_cookie,
        }
    }

    fn trace_id(&self) -> &str {
        &self.caller.ctx.origin().trace_id
    }

    async fn get(&self, query: &str) -> Result<Response, Rejection> {
        let media = self.admit()?;
        let operation = self.read(Ask::from_query_string(query)?)?;
        if operation.kind == OperationType::Mutation {
            return Err(Rejection::method("POST"));
        }
        self.run(operation, media).await
    }

    async fn post(&self, headers: &HeaderMap, body: Body) -> Result<Response, Rejection> {
        let media = self.admit()?;
        if !negotiation::is_json(headers) {
            return Err(Rejection::plain(Code::UnsupportedMediaType));
        }
        let operation = self.read(Ask::from_body(&read(body).await?)?)?;
        self.run(operation, media).await
    }

    /// Lets in who can read the answer and has no dead token.
    fn admit(&self) -> Result<MediaType, Rejection> {
        let media = self.media.ok_or(Rejection::plain(Code::NotAcceptable))?;
        if self.caller.has_dead_token {
            Err(Rejection::plain(Code::Unauthenticated))
        } else {
            Ok(media)
        }
    }

    fn read(&self, ask: Ask) -> Result<Operation, Rejection> {
        Operation::read(ask, &self.state.schema)
    }

    async fn run(&self, operation: Operation, media: MediaType) -> Result<Response, Rejection> {
        let Operation {
            request,
            name,
            kind,
            cost,
        } = operation;
        let (ctx, actor) = (self.caller.ctx.clone(), self.caller.actor.clone());
        let acting = Arc::new(Acting::new(ctx, actor, self.has_cookie));
        let (loads, queue) = loaders::loads(Arc::clone(&acting));
        // What a mutation has changed is read again after it.
        loads.enable_all_cache(kind == OperationType::Query);
        let request = request.data(Arc::clone(&acting)).data(loads);

        let started = Instant::now();
        let execution = queue
            .drive(self.state.schema.execute(request))
            .instrument(span(&name, kind));
        let outcome = within(LONGEST, execution).await.map(|mut executed| {
            seal(&mut executed.errors, self.trace_id());
            executed
        });
        self.log(
            &name,
            kind,
            started.elapsed(),
            cost.complexity,
            &codes(&outcome, &acting),
        );
        outcome.map(|executed| answer::executed(media, kind, &executed, cost))
    }

    /// One line for each operation: never its literals or variables, which hold passwords.
    fn log(
        &self,
        name: &str,
        kind: OperationType,
        elapsed: Duration,
        complexity: usize,
        codes: &[String],
    ) {
        GRAPHQL_OPERATIONS
            .counter([kind_of(kind), result_of(codes)])
            .increment(1);
        let name = shorten(name);
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let codes = (!codes.is_empty()).then(|| codes.join(","));
        tracing::info!(trace_id = self.trace_id(), name, %kind, millis, complexity, codes, "graphql.operation");
    }

    fn reply(&self, outcome: Result<Response, Rejection>) -> Response {
        outcome.unwrap_or_else(|rejection| {
            tracing::debug!(trace_id = self.trace_id(), code = %rejection.code, "graphql.rejected");
            answer::rejected(
                self.media.unwrap_or(MediaType::Json),
                rejection,
                self.trace_id(),
            )
        })
    }
}

/// A bearer token is looked at before the cookie ([`crate::authenticate`]).
fn has_bearer(headers: &HeaderMap) -> bool {
    let scheme = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '));
    scheme.is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
}

async fn read(body: Body) -> Result<Bytes, Rejection> {
    axum::body::to_bytes(body, MOST_BYTES)
        .await
        .map_err(|error| {
            let is_too_long = error
                .source()
                .is_some_and(<dyn Error>::is::<http_body_util::LengthLimitError>);
            if is_too_long {
                Rejection::plain(Code::PayloadTooLarge)
            } else {
                Rejection::request("The body did not arrive completely.")
            }
        })
}

async fn within<T>(longest: Duration, execution: impl Future<Output = T>) -> Result<T, Rejection> {
    tokio::time::timeout(longest, execution)
        .await
        .map_err(|_| Rejection::timeout())
}

/// Its name is what the caller calls it.
fn span(name: &str, kind: OperationType) -> Span {
    info_span!(
        target: TARGET,
        "graphql.operation",
        "graphql.operation.name" = shorten(name),
        "graphql.operation.type" = kind_of(kind),
    )
}

fn shorten(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

fn kind_of(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Mutation => "mutation",
        OperationType::Query | OperationType::Subscription => "query",
    }
}

/// The result of an operation, by the codes of its refusals.
fn result_of(codes: &[String]) -> &'static str {
    let is_fault = |code: &String| {
        [Code::Internal, Code::Timeout]
            .iter()
            .any(|fault| code == fault.as_str())
    };
    match codes {
        [] => "ok",
        codes if codes.iter().any(is_fault) => "failed",
        _ => "refused",
    }
}

/// What was refused, in `errors` and in `userErrors`.
fn codes(outcome: &Result<Executed, Rejection>, acting: &Acting) -> Vec<String> {
    let errors = match outcome {
        Ok(executed) => executed
            .errors
            .iter()
            .filter_map(code_of)
            .map(ToOwned::to_owned)
            .collect(),
        Err(rejection) => vec![rejection.code.to_string()],
    };
    errors
        .into_iter()
        .chain(acting.refused().iter().map(ToString::to_string))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_takes_too_long_is_stopped() {
        let endless = within(Duration::from_millis(1), std::future::pending::<()>()).await;
        assert_eq!(
            endless.map_err(|rejection| rejection.code),
            Err(Code::Timeout)
        );
        assert_eq!(
            within(Duration::from_secs(1), async { 7 }).await.ok(),
            Some(7)
        );
    }

    #[test]
    fn a_bearer_token_is_known_by_its_scheme_in_any_case() {
        let has = |text: &str| {
            has_bearer(&HeaderMap::from_iter([(
                header::AUTHORIZATION,
                text.parse().expect("a header"),
            )]))
        };
        assert!(has("Bearer x") && has("bearer x") && !has("Basic x") && !has("Bearer"));
    }
}
