//! Leaving for a provider of sign-ins, and coming back.
//!
//! A browser comes here by links and redirects, not by forms, so these are no server functions. What is remembered meanwhile is
//! a sealed cookie of this browser (`latchkey-away`), and goes when somebody comes back, whatever comes of it.

use app::{
    cookies::{self, Jar, Keep, Name},
    identities::leaving,
    second_factors::api::second_step,
    ssr::{self, RequestCtx},
    ui::loading::arguments,
    visit::Flash,
};
use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
    routing::get,
};
use contract::{
    Code, Problems,
    identities::{CEREMONY_SECONDS, PENDING_SECONDS, Provider},
    second_factors::CHALLENGE_SECONDS,
    text::own_path,
};
use domain::{
    accounts,
    identities::{self, Finished, Returned, WayBack},
    sessions::Entered,
};
use serde::Deserialize;

use super::{
    error_pages::{STATIC_POLICY, frame},
    guard::see,
};
use crate::{problem::Failure, state::AppState};

/// Where somebody connects what waits for them.
const CONNECT: &str = "/account/security/connect";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/sign-in/with/{provider}", get(begin))
        .route("/sign-in/with/{provider}/callback", get(come_back))
        .route("/account/security/leave", get(leave))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

fn provider(text: &str) -> Result<Provider, Failure> {
    Ok(Provider::of(text).ok_or(Code::NotFound)?)
}

/// `GET /sign-in/with/{provider}?next=…`: on to the provider. Who is signed in already goes on to the page `next`.
async fn begin(
    Extension(request): Extension<RequestCtx>,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let provider = provider(&name)?;
    if request.authenticated.is_some() {
        return Ok(see(own_path(&wanted.next)));
    }
    match identities::begin_sign_in(&request.ctx, provider, &wanted.next).await {
        Ok(begun) => {
            let keep = Keep::Seconds(CEREMONY_SECONDS);
            let away = cookies::set(Name::Away, &begun.away, keep, request.is_https());
            Ok(with_cookies(see(&begun.address), [away]))
        }
        Err(error) if error.is_refusal(Code::NotFound) => Err(error.into()),
        Err(error) => {
            let problems = error.tell(&request.ctx.origin().trace_id);
            let back = WayBack::SignIn { next: wanted.next };
            Ok(refused(&request, Some(back), problems))
        }
    }
}

/// `GET /account/security/leave`: a page that leads on to the provider that the browser is about to leave for.
async fn leave(
    State(state): State<AppState>,
    Extension(request): Extension<RequestCtx>,
    headers: HeaderMap,
) -> Response {
    let away = cookie(&request, &headers, Name::Away);
    let leading = identities::lead_on(&request.ctx, &request.actor, &away).await;
    let leading = match leading {
        Ok(leading) => leading,
        Err(error) => {
            let problems = error.tell(&request.ctx.origin().trace_id);
            return refused(&request, Some(WayBack::Security), problems);
        }
    };
    let html = leaving::page(
        frame(&state, &headers).await,
        &leading.name,
        &leading.address,
    );
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(STATIC_POLICY),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    // A refresh is no answer to a form, so it may lead to another site.
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={}", leading.address)) {
        headers.insert(header::REFRESH, refresh);
    }
    response
}

/// `GET /sign-in/with/{provider}/callback`: the redirect URI.
async fn come_back(
    Extension(request): Extension<RequestCtx>,
    Path(name): Path<String>,
    Query(returned): Query<Returned>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let provider = provider(&name)?;
    let (ctx, actor) = (&request.ctx, &request.actor);
    let away = cookie(&request, &headers, Name::Away);
    let back = identities::way_back(ctx, &away);
    let response = match identities::finish(ctx, actor, provider, &away, &returned).await {
        Ok(finished) => done(&request, finished).await?,
        Err(error) if error.is_refusal(Code::NotFound) => return Err(error.into()),
        Err(error) => {
            let problems = error.tell(&ctx.origin().trace_id);
            refused(&request, back, problems)
        }
    };
    let gone = cookies::set(Name::Away, "", Keep::No, request.is_https());
    let mut response = with_cookies(response, [gone]);
    // The address that was left holds a code.
    response.headers_mut().insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}

async fn done(request: &RequestCtx, finished: Finished) -> Result<Response, Failure> {
    Ok(match finished {
        Finished::Entered { entered, next } => enter(request, entered, &next).await?,
        Finished::MustSignIn { pending, name } => {
            let keep = Keep::Seconds(PENDING_SECONDS);
            let pending = cookies::set(Name::Pending, &pending, keep, request.is_https());
            let notice = format!(
                "There is already an account with this address. Sign in to it, and then you can connect {name}."
            );
            let page = format!("/sign-in?next={CONNECT}");
            with_cookies(saying(request, &page, "sign-in", &notice), [pending])
        }
        Finished::Linked { name } => {
            let notice = format!("{name} is connected.");
            saying(request, "/account/security", "identities", &notice)
        }
        Finished::Confirmed { opened, next } => {
            with_cookies(see(own_path(&next)), ssr::session_cookies(request, &opened))
        }
    })
}

async fn enter(request: &RequestCtx, entered: Entered, next: &str) -> Result<Response, Failure> {
    let is_https = request.is_https();
    let opened = match entered {
        Entered::Opened(opened) => opened,
        Entered::Challenged(challenge) => {
            let keep = Keep::Seconds(CHALLENGE_SECONDS);
            let token = challenge.token.expose();
            let waits = cookies::set(Name::Challenge, token, keep, is_https);
            return Ok(with_cookies(see(&second_step(next, None)), [waits]));
        }
    };
    let theme = accounts::preferred_theme(&request.ctx, &opened).await?;
    let response = with_cookies(see(own_path(next)), ssr::session_cookies(request, &opened));
    Ok(with_cookies(response, [ssr::theme_cookie(request, theme)]))
}

/// Back to where somebody left from, with what was refused; where that is not known, to where it can be tried again.
fn refused(request: &RequestCtx, back: Option<WayBack>, problems: Problems) -> Response {
    let is_signed_in = request.authenticated.is_some();
    let (page, form, next) = match back {
        Some(WayBack::Confirm { next }) if is_signed_in => {
            let page = format!(
                "/confirm-password?{}",
                arguments(&[("next", own_path(&next))])
            );
            (page, "confirm-password", None)
        }
        _ if is_signed_in => ("/account/security".to_owned(), "identities", None),
        Some(WayBack::SignIn { next }) => ("/sign-in".to_owned(), "sign-in", Some(next)),
        _ => ("/sign-in".to_owned(), "sign-in", None),
    };
    let values = next.map(|next| ("next".to_owned(), own_path(&next).to_owned()));
    let flash = Flash {
        problems,
        values: values.into_iter().collect(),
        ..Flash::of(form)
    };
    with_flash(request, &page, flash)
}

fn saying(request: &RequestCtx, page: &str, form: &str, notice: &str) -> Response {
    let flash = Flash {
        notice: Some(notice.to_owned()),
        ..Flash::of(form)
    };
    with_flash(request, page, flash)
}

fn with_flash(request: &RequestCtx, page: &str, flash: Flash) -> Response {
    let cookie = app::flash::cookie(request, flash, page);
    with_cookies(see(page), [cookie])
}

fn with_cookies(
    mut response: Response,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn cookie(request: &RequestCtx, headers: &HeaderMap, name: Name) -> String {
    Jar::read(headers, request.is_https())
        .get(name)
        .unwrap_or_default()
        .to_owned()
}
