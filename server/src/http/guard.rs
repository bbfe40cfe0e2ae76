//! Who is led where before a page is rendered, and what is taken out of addresses.

use app::cookies::{self, Keep, Name};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{Code, Problem, text::own_path};
use domain::admin;

use super::trace;
use crate::{authenticate::Caller, problem::answer, state::AppState};

/// Pages for people who are signed in.
const INSIDE: [&str; 5] = [
    "/account",
    "/change-email",
    "/confirm-password",
    "/o",
    "/setup/next",
];

/// The operator's console.
const CONSOLE: &str = "/admin";

/// What the paths of its server functions begin with.
const CONSOLE_FUNCTIONS: &str = "/_fn/console-";

/// Pages that somebody who is signed in has no use for.
const OUTSIDE: [&str; 3] = ["/sign-in", "/sign-in/link", "/sign-up"];

/// How long the secret of an opened link waits for the press of a button, in seconds.
const LINK_SECONDS: i64 = 30 * 60;

/// How long the secret of an opened invitation waits: its reader may have to sign in or to confirm an address first.
const INVITATION_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Pages that links in letters, or in the log, lead to, with the cookie that keeps the secret, and for how many seconds.
const FROM_LETTERS: [(&str, Name, i64); 8] = [
    ("/verify-email", Name::Link, LINK_SECONDS),
    ("/reset-password", Name::Link, LINK_SECONDS),
    ("/change-email", Name::Link, LINK_SECONDS),
    ("/undo-email-change", Name::Link, LINK_SECONDS),
    ("/undo-deletion", Name::Link, LINK_SECONDS),
    ("/magic-link", Name::Link, LINK_SECONDS),
    ("/setup", Name::Link, LINK_SECONDS),
    ("/invitations/accept", Name::Invitation, INVITATION_SECONDS),
];

/// Whether a page is opened from a letter, with a secret in its address.
pub fn is_from_letter(path: &str) -> bool {
    FROM_LETTERS.iter().any(|(page, ..)| *page == path)
}

/// Whether a path is one of ours, or lies beneath it.
fn is_at(path: &str, page: &str) -> bool {
    path.strip_prefix(page)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Leads strangers to the sign-in page and back, and takes the secret of a link out of the address bar. To whoever is no staff
/// there is no console: they get what any address gives where nothing is, and are not led to sign in for it.
pub async fn layer(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_console = is_at(path, CONSOLE) || path.starts_with(CONSOLE_FUNCTIONS);
    if is_console && !knows_of_the_console(&caller).await {
        return answer(&Problem::new(Code::NotFound).into(), &trace::current());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (path, is_signed_in) = (request.uri().path(), caller.authenticated.is_some());
    // First: the secret must not go into the address of the sign-in page.
    let from_letter = FROM_LETTERS.iter().find(|(page, ..)| *page == path);
    if let Some(((page, name, seconds), token)) = from_letter.zip(query(request.uri(), "token")) {
        return keep_link(page, &token, *name, *seconds, state.is_https());
    }
    let is_inside = INSIDE.iter().any(|inside| is_at(path, inside));
    if is_inside && !is_signed_in {
        let page = request.uri().path_and_query();
        return sign_in_for(page.map_or("/", http::uri::PathAndQuery::as_str));
    }
    if OUTSIDE.contains(&path) && is_signed_in {
        let next = query(request.uri(), "next").unwrap_or_default();
        return see(own_path(&next));
    }
    next.run(request).await
}

/// Staff without a second step do: the pages tell them what they lack.
async fn knows_of_the_console(caller: &Caller) -> bool {
    let looked = admin::look(&caller.ctx, &caller.actor).await;
    !looked.is_err_and(|error| error.is_refusal(Code::NotFound))
}

/// Answers with the page itself, its secret in a cookie: the address bar, the history and the referrer do not hold it.
fn keep_link(page: &str, token: &str, name: Name, seconds: i64, is_https: bool) -> Response {
    let is_whole = !token.is_empty()
        && token.len() <= 200
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let value = if is_whole { token } else { "broken" };
    let mut response = see(page);
    let cookie = cookies::set(name, value, Keep::Seconds(seconds), is_https);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Sends a browser on to one of our pages.
pub fn see(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    url::form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Sends a browser to sign in, and back to this path and query.
pub fn sign_in_for(page: &str) -> Response {
    let next: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
    see(&format!("/sign-in?next={next}"))
}
