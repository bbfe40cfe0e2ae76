//! The server's side of the pages: who asks, in which context, and what goes back beside the page.
//!
//! The only file that names `leptos_axum`. A server function is a few lines: [`form()`] or [`view()`] around one use case.

use std::future::Future;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use contract::{Code, Problems, accounts::Theme};
use domain::{
    Actor, Ctx,
    sessions::{Authenticated, Kind, Opened},
};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::{
    cookies::{self, Jar, Keep, Name},
    flash,
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
    visit::{Facts, Flash, Impersonated, Visitor},
};

/// Who sent this request, and the context to serve it in; put into the request's extensions by the server.
#[derive(Clone, Debug)]
pub struct RequestCtx {
    pub ctx: Ctx,
    pub actor: Actor,
    pub authenticated: Option<Authenticated>,
    pub is_schema_public: bool,
}

impl RequestCtx {
    pub fn is_https(&self) -> bool {
        self.ctx.settings().public_url.scheme() == "https"
    }
}

/// The names of the built files, which carry the hash of what is in them.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    pub script: String,
    pub wasm: String,
    pub style: String,
}

/// The request that is being answered; a fault where the server has put none.
pub fn request() -> Result<RequestCtx, Fault> {
    let parts = use_context::<Parts>().ok_or(Code::Internal)?;
    parts
        .extensions
        .get::<RequestCtx>()
        .cloned()
        .ok_or_else(|| Code::Internal.into())
}

fn headers() -> HeaderMap {
    use_context::<Parts>()
        .map(|parts| parts.headers)
        .unwrap_or_default()
}

/// The path of the page that is asked for.
pub(crate) fn path() -> String {
    use_context::<Parts>()
        .map(|parts| parts.uri.path().to_owned())
        .unwrap_or_default()
}

/// Whether a browser posts this form by itself, without a script.
fn is_plain_form() -> bool {
    wants_page(&headers())
}

/// Whether the answer is to be a page, as for a browser that posts a form by itself; a script reads JSON.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// A cookie of the request that is being answered.
pub fn cookie(request: &RequestCtx, name: Name) -> Option<String> {
    Jar::read(&headers(), request.is_https())
        .get(name)
        .map(ToOwned::to_owned)
}

/// Sets a cookie with the answer.
pub fn set_cookie(request: &RequestCtx, name: Name, value: &str, keep: Keep) {
    append_header(
        header::SET_COOKIE,
        cookies::set(name, value, keep, request.is_https()),
    );
}

pub(crate) fn append_header(name: HeaderName, value: HeaderValue) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.append_header(name, value);
    }
}

/// Sets the status of the page.
pub fn set_status(status: StatusCode) {
    if use_context::<Moved>().is_none()
        && let Some(response) = use_context::<ResponseOptions>()
    {
        response.set_status(status);
    }
}

/// The `Set-Cookie` lines that hand a new session to the browser, and remember the browser for the person's next sign-in.
pub fn session_cookies(request: &RequestCtx, opened: &Opened) -> [HeaderValue; 2] {
    let is_https = request.is_https();
    let keep = match opened.kind {
        Kind::Remembered => Keep::Seconds(opened.kind.longest_seconds()),
        Kind::Browser | Kind::Program => Keep::UntilClosed,
    };
    let device = Keep::Seconds(365 * 24 * 60 * 60);
    [
        cookies::set(Name::Session, opened.token.expose(), keep, is_https),
        cookies::set(Name::Device, &opened.device, device, is_https),
    ]
}

/// Hands a new session to the browser.
pub fn keep_session(request: &RequestCtx, opened: &Opened) {
    for cookie in session_cookies(request, opened) {
        append_header(header::SET_COOKIE, cookie);
    }
}

/// Hands the session of somebody else to the browser; what pages have stored in it was not theirs.
pub fn exchange_session(request: &RequestCtx, opened: &Opened) {
    keep_session(request, opened);
    clear_storage();
}

/// Takes the session away from the browser, with what pages have stored in it.
pub fn drop_session(request: &RequestCtx) {
    set_cookie(request, Name::Session, "", Keep::No);
    clear_storage();
}

fn clear_storage() {
    append_header(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"storage\""),
    );
}

/// The `Set-Cookie` line that keeps the theme, so that the first byte of the next page knows it.
pub fn theme_cookie(request: &RequestCtx, theme: Theme) -> HeaderValue {
    let keep = Keep::Seconds(365 * 24 * 60 * 60);
    cookies::set(Name::Theme, theme.as_str(), keep, request.is_https())
}

/// Keeps the theme in a cookie.
pub fn keep_theme(request: &RequestCtx, theme: Theme) {
    append_header(header::SET_COOKIE, theme_cookie(request, theme));
}

/// The theme that the browser keeps.
pub fn theme(request: &RequestCtx) -> Theme {
    cookie(request, Name::Theme)
        .and_then(|text| Theme::parse(&text).ok())
        .unwrap_or_default()
}

/// What became of a form that was taken.
#[derive(Debug)]
pub enum Done {
    /// The next page, and what it has to say.
    Goto(String, Option<Flash>),
    /// The page stays, and this of it has changed.
    Saved(Option<Visitor>, Option<Theme>),
    /// The page stays and says a sentence, perhaps with a link to copy.
    Said {
        notice: String,
        link: Option<String>,
    },
    /// Some of it was done, which a sentence tells; these fields hold what is left to mend.
    Partly {
        notice: String,
        problems: Problems,
        values: Vec<(String, String)>,
    },
}

impl Done {
    pub fn goto(path: impl Into<String>) -> Self {
        Self::Goto(path.into(), None)
    }

    pub const fn said(notice: String) -> Self {
        Self::Said { notice, link: None }
    }

    /// Leads to a page where the form of this id says a sentence.
    pub fn goto_saying(path: &str, form: &str, notice: &str) -> Self {
        let flash = Flash {
            form: form.to_owned(),
            notice: Some(notice.to_owned()),
            ..Flash::default()
        };
        Self::Goto(path.to_owned(), Some(flash))
    }
}

/// Runs what a form asks for, and answers scripts and plain browsers alike.
///
/// `page` is where the form stands: a plain browser goes back there when something is to be mended, with `kept`, what was
/// typed. Passwords never are among it.
pub async fn form<F>(
    form: &'static str,
    page: &str,
    kept: &[(&str, &str)],
    act: impl FnOnce(RequestCtx) -> F,
) -> Result<Outcome, Fault>
where
    F: Future<Output = domain::Result<Done>>,
{
    let request = request()?;
    let (outcome, next, flash) = match act(request.clone()).await {
        Ok(done) => answer(form, page, done),
        Err(error) => {
            let problems = error.tell(&request.ctx.origin().trace_id);
            let flash = Flash {
                problems: problems.clone(),
                values: pairs(kept),
                ..Flash::of(form)
            };
            (Outcome::Refused(problems), page.to_owned(), Some(flash))
        }
    };
    // A script reads the outcome; it needs what is remembered only where it goes to another page.
    if let Some(flash) = flash.filter(|_| is_plain_form() || matches!(outcome, Outcome::Goto(_))) {
        append_header(header::SET_COOKIE, flash::cookie(&request, flash, &next));
    }
    redirect(&next);
    Ok(outcome)
}

/// The answer to a script, where a plain browser goes, and what the page there has to say.
fn answer(form: &'static str, page: &str, done: Done) -> (Outcome, String, Option<Flash>) {
    let here = page.to_owned();
    match done {
        Done::Goto(path, flash) => (Outcome::Goto(path.clone()), path, flash),
        Done::Saved(visitor, theme) => {
            let flash = Flash {
                notice: Some("Saved".to_owned()),
                ..Flash::of(form)
            };
            (Outcome::Saved { visitor, theme }, here, Some(flash))
        }
        Done::Said { notice, link } => {
            let flash = Flash {
                notice: Some(notice.clone()),
                values: link
                    .iter()
                    .map(|link| ("link".to_owned(), link.clone()))
                    .collect(),
                ..Flash::of(form)
            };
            (Outcome::Said { notice, link }, here, Some(flash))
        }
        Done::Partly {
            notice,
            problems,
            values,
        } => {
            let flash = Flash {
                notice: Some(notice.clone()).filter(|notice| !notice.is_empty()),
                problems: problems.clone(),
                values: values.clone(),
                ..Flash::of(form)
            };
            let outcome = Outcome::Partly {
                notice,
                problems,
                values,
            };
            (outcome, here, Some(flash))
        }
    }
}

fn pairs(kept: &[(&str, &str)]) -> Vec<(String, String)> {
    kept.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Sends a plain browser on with a GET (303); a script reads the path from the outcome.
fn redirect(path: &str) {
    if is_plain_form()
        && let (Some(response), Ok(location)) = (
            use_context::<ResponseOptions>(),
            HeaderValue::from_str(path),
        )
    {
        response.insert_header(header::LOCATION, location);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

/// The page is elsewhere now, and nothing else can change that: a browser is sent there, a script follows.
#[derive(Clone, Copy, Debug)]
struct Moved;

pub fn move_page(request: &RequestCtx, path: &str) {
    provide_context(Moved);
    flash::lead_on(request, path);
    leptos_axum::redirect(path);
}

/// Packs what a page wants to show; a page that cannot be shown has the status that says why.
pub fn view<T: serde::Serialize>(
    request: &RequestCtx,
    result: domain::Result<T>,
) -> Result<Packed, Fault> {
    Packed::of(&found(request, result)?)
}

/// What a page needs; where it is refused, the page has the status that says why.
pub fn found<T>(request: &RequestCtx, result: domain::Result<T>) -> Result<T, Fault> {
    result.map_err(|error| {
        let trace_id = request.ctx.origin().trace_id.clone();
        let Problems(problems) = error.tell(&trace_id);
        let problem = problems
            .into_iter()
            .next()
            .unwrap_or(contract::Problem::new(Code::Internal));
        set_status(match problem.code {
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::Forbidden
            | Code::SecondFactorRequired
            | Code::OrganizationSuspended
            | Code::StaffFactorMissing
            | Code::Impersonated => StatusCode::FORBIDDEN,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::Unavailable | Code::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::OK,
        });
        Fault { problem, trace_id }
    })
}

/// What the page that is being rendered knows of the visit. A flash is read once: the cookie goes with this page.
pub fn facts() -> Facts {
    let Ok(request) = request() else {
        return Facts::default();
    };
    let settings = request.ctx.settings();
    Facts {
        product: settings.product_name.clone(),
        theme: theme(&request),
        may_sign_up: domain::accounts::may_sign_up(&request.ctx),
        has_magic_links: domain::accounts::may_use_magic_links(&request.ctx),
        has_passkeys: domain::passkeys::are_available(&request.ctx),
        providers: domain::identities::offered(&request.ctx),
        shortest_password: u32::try_from(settings.passwords.shortest).unwrap_or(u32::MAX),
        is_schema_public: request.is_schema_public,
        origin: settings.page(""),
        flash: flash::take(&request),
        ..facts_of(request.authenticated.as_ref())
    }
}

/// What every page knows of who is signed in.
pub fn facts_of(person: Option<&Authenticated>) -> Facts {
    let Some(person) = person else {
        return Facts::default();
    };
    let name = if person.name.is_empty() {
        person.username.clone()
    } else {
        person.name.clone()
    };
    let until = person.impersonation.as_ref().map(|by| by.until);
    Facts {
        visitor: Some(Visitor {
            name,
            email: person.email.clone(),
            avatar: person.avatar.clone(),
        }),
        is_staff: person.signed_in.is_staff,
        impersonated: until.map(Impersonated::until),
        ..Facts::default()
    }
}

/// The content security policy of a page, as a header, with the nonce of its scripts.
pub fn protect_page() {
    let Some((nonce, response)) = use_nonce().zip(use_context::<ResponseOptions>()) else {
        return;
    };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}
