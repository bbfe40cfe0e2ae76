//! The explorer's page, and the schema as text. Neither exists where the schema is not public.

use std::borrow::Cow;

use app::{
    cookies::{Jar, Name},
    sessions::api::StopImpersonation,
    ssr,
    ui::send::path_of,
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use contract::{Code, accounts::Theme};

use super::schema::sdl;
use crate::{authenticate::Caller, problem::Failure, state::AppState};

/// The page around GraphiQL; what goes into it is told in `graphiql/README.md`.
const PAGE: &str = include_str!("../../../graphiql/page.html");

/// What stands at its end while staff view as somebody else.
const VIEWING: &str = include_str!("../../../graphiql/viewing.html");

const SDL_URL: &str = "/graphql/schema.graphql";

/// `GET /graphql/schema.graphql`
pub(super) async fn schema_text(State(state): State<AppState>) -> Result<Response, Failure> {
    check_public(&state)?;
    let headers = [
        (header::CONTENT_TYPE, "application/graphql; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, sdl()).into_response())
}

/// `GET /graphiql`
pub(super) async fn page(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    check_public(&state)?;
    let nonce: String = caller
        .ctx
        .random_bytes::<16>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let facts = ssr::facts_of(caller.authenticated.as_ref());
    let (visitor, viewing) = (facts.visitor.as_ref(), facts.impersonated.as_ref());
    let html = fill(&document(viewing.is_some()), |name| match name {
        "theme" => theme(&headers, state.is_https()),
        "product" => &caller.ctx.settings().product_name,
        "nonce" => &nonce,
        "script" => "/graphiql/graphiql.js",
        "style" => "/graphiql/graphiql.css",
        "sdl_url" => SDL_URL,
        "signed_in_as" => visitor.map_or("not signed in", |visitor| &visitor.email),
        "viewed_as" => visitor.map_or("", |visitor| &visitor.name),
        "until" => viewing.map_or("", |viewing| &viewing.until),
        "until_iso" => viewing.map_or("", |viewing| &viewing.iso),
        "stop" => path_of::<StopImpersonation>(),
        _ => "",
    });
    let mut response = Html(html).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy(&nonce));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The page, with what says as whom it is viewed.
fn document(is_viewed: bool) -> Cow<'static, str> {
    if is_viewed {
        let end = format!("{VIEWING}</body>");
        PAGE.replacen("</body>", &end, 1).into()
    } else {
        PAGE.into()
    }
}

fn check_public(state: &AppState) -> Result<(), Failure> {
    if state.http.is_schema_public {
        Ok(())
    } else {
        Err(Code::NotFound.into())
    }
}

/// The chosen theme; nothing for the device's.
fn theme(headers: &HeaderMap, is_https: bool) -> &'static str {
    let chosen = Jar::read(headers, is_https)
        .get(Name::Theme)
        .and_then(|text| Theme::parse(text).ok());
    match chosen {
        Some(theme @ (Theme::Light | Theme::Dark)) => theme.as_str(),
        Some(Theme::System) | None => "",
    }
}

/// The nonce for styles is for one element, which the scroll lock behind GraphiQL's dialogs writes.
fn policy(nonce: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("a policy is ASCII")
}

/// Puts escaped values into `{{name}}`, in one pass: what a value says is never taken for a place.
fn fill<'a>(page: &str, value: impl Fn(&str) -> &'a str) -> String {
    let mut pieces = page.split("{{");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        escape(value(name), &mut filled);
        filled.push_str(rest);
    }
    filled
}

fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            _ => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_never_taken_for_places() {
        let value = |name: &str| {
            if name == "a" {
                "<b title=\"'&{{b}}\">"
            } else {
                "B"
            }
        };
        assert_eq!(
            fill("<p>{{a}}</p>{{b}}", value),
            "<p>&lt;b title=&quot;&#39;&amp;{{b}}&quot;&gt;</p>B"
        );
    }

    #[test]
    fn every_place_of_the_page_has_a_value() {
        let known = [
            "theme",
            "product",
            "nonce",
            "script",
            "style",
            "sdl_url",
            "signed_in_as",
            "viewed_as",
            "until",
            "until_iso",
            "stop",
        ];
        for place in document(true).split("{{").skip(1) {
            let name = place.split("}}").next().unwrap_or_default();
            assert!(known.contains(&name), "{name}");
        }
    }
}
