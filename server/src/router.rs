//! The routes, and what surrounds them. The outermost layer stands last.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state, map_response},
    response::Response,
    routing::get,
};
use contract::{Code, Problem};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    csrf::{CsrfLayer, ProtectionError},
    limit::RequestBodyLimitLayer,
    timeout::TimeoutLayer,
};

use crate::{
    authenticate, graphql,
    http::{
        error_pages, exports, guard, headers, health, mailbox, metrics, observe, pages, pictures,
        providers, trace, uploads, well_known,
    },
    problem::answer,
    rest,
    state::AppState,
};

/// Largest body that is read: forms and queries are small. Uploads have limits of their own.
const LARGEST_BODY: usize = 256 * 1024;

/// A request that takes longer than this is given up.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// The same for an upload: 5 MB over half a megabit a second.
const LONGEST_UPLOAD: Duration = Duration::from_secs(90);

/// Everything that the process answers.
pub fn router(state: AppState) -> Router {
    let tracing = tracing(&state);
    let for_people = pages::routes(&state)
        .merge(exports::routes())
        .merge(providers::routes())
        .merge(well_known::routes())
        .layer(from_fn_with_state(state.clone(), guard::layer));
    let with_caller = for_people
        .merge(graphql::routes())
        .merge(rest::routes())
        .layer(from_fn_with_state(state.clone(), authenticate::layer));
    let uploads = uploads::routes()
        .layer(from_fn_with_state(state.clone(), authenticate::layer))
        .layer(given_up_after(LONGEST_UPLOAD));
    let mut routes = with_caller
        .merge(pictures::routes())
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz));
    if state.http.has_metrics {
        routes = routes.route("/metrics", get(metrics::show));
    }
    if state.mailbox.is_some() {
        routes = routes.merge(mailbox::routes());
    }
    routes
        .fallback(pages::fallback)
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(given_up_after(LONGEST_REQUEST))
        .merge(uploads)
        .method_not_allowed_fallback(async || refuse(Code::MethodNotAllowed))
        .layer(from_fn(observe::layer))
        .layer(DefaultBodyLimit::disable())
        .layer(csrf(&state))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn_with_state(state.clone(), error_pages::layer))
        .layer(compression())
        .layer(from_fn_with_state(state.clone(), headers::layer))
        .layer(from_fn_with_state(tracing, trace::layer))
        .merge(verification(&state))
        .with_state(state)
}

/// Asked before every request of a product, so with as few layers as will do: no browser comes here.
fn verification(state: &AppState) -> Router<AppState> {
    rest::verification()
        .method_not_allowed_fallback(async || refuse(Code::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(map_response(headers::for_programs))
        .layer(from_fn_with_state(tracing(state), trace::sparing_layer))
}

fn tracing(state: &AppState) -> trace::Tracing {
    trace::Tracing {
        ctx: state.ctx.clone(),
        http: Arc::clone(&state.http),
    }
}

fn given_up_after(time: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, time)
}

fn refuse(code: Code) -> Response {
    answer(&Problem::new(code).into(), &trace::current())
}

/// A panic is a defect of ours: it is logged by the hook, answered as such, and ends nothing but its request.
fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    refuse(Code::Internal)
}

/// Built files come compressed already.
fn compression() -> CompressionLayer<impl Predicate> {
    let predicate = DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"));
    CompressionLayer::new().compress_when(predicate)
}

/// Refuses what another site makes a browser send (the scheme of Go 1.25: `Sec-Fetch-Site`, then `Origin`).
fn csrf(state: &AppState) -> CsrfLayer<impl Fn(ProtectionError) -> Response + Clone + use<>> {
    let origin = state
        .ctx
        .settings()
        .public_url
        .origin()
        .ascii_serialization();
    CsrfLayer::new()
        .add_trusted_origin(origin)
        .expect("the configuration has checked that the public address is an origin")
        .with_rejection_response(|_: ProtectionError| refuse(Code::CrossOrigin))
}
