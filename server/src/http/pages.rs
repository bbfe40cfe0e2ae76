//! The pages, and the server functions that they call.

use app::{App, problem::Fault, shell, ssr::Assets};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Redirect, Response},
};
use contract::{Code, Problem, text::own_path};
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list};

use super::{assets, trace};
use crate::{
    problem::{answer, status},
    state::AppState,
};

/// Largest answer of a server function that is looked into.
const LARGEST_FAULT: usize = 16 * 1024;

/// Routes of the pages and of their server functions.
pub fn routes(state: &AppState) -> Router<AppState> {
    let assets = assets::assets();
    let context = move || provide_context::<Assets>(assets.clone());
    Router::new()
        .leptos_routes_with_context(state, generate_route_list(App), context, shell)
        .layer(from_fn(answer_faults))
}

/// Leptos answers every failure of a server function with 500, and a plain form with a redirect that carries the failure in
/// the address; both are replaced by the status that says what it was.
async fn answer_faults(request: Request, next: Next) -> Response {
    let is_function = request.uri().path().starts_with("/_fn/");
    let response = next.run(request).await;
    if !is_function {
        return response;
    }
    let location = response
        .headers()
        .get(header::LOCATION)
        .and_then(|location| location.to_str().ok());
    if location.is_some_and(|location| location.contains("__err=")) {
        return refuse(&Problem::new(Code::BadRequest));
    }
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        with_status(response).await
    } else {
        response
    }
}

async fn with_status(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_FAULT).await else {
        return refuse(&Problem::new(Code::Internal));
    };
    match serde_json::from_slice::<Fault>(&bytes) {
        Ok(fault) => {
            parts.status = status(fault.problem.code);
            Response::from_parts(parts, Body::from(bytes))
        }
        Err(_) => refuse(&Problem::new(Code::Internal)),
    }
}

fn refuse(problem: &Problem) -> Response {
    answer(&problem.clone().into(), &trace::current())
}

/// Whatever no route takes: a built file, a page whose address was typed with a slash at its end, or nothing.
pub async fn fallback(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let is_reading = matches!(method, Method::GET | Method::HEAD);
    let found = is_reading
        .then(|| assets::serve(uri.path(), &headers).or_else(|| without_slash(&uri)))
        .flatten();
    found.unwrap_or_else(|| refuse(&Problem::new(Code::NotFound)))
}

/// Leads to the address without the slash at its end.
fn without_slash(uri: &Uri) -> Option<Response> {
    let path = uri.path().strip_suffix('/')?;
    let place = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let is_own = own_path(&place) == place;
    is_own.then(|| Redirect::permanent(&place).into_response())
}
