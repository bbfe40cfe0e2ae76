//! Sends a form from a script. One function for all forms: code for each would weigh several kilobytes in every browser.

use contract::Code;
use leptos::{ev::SubmitEvent, server_fn::ServerFn};

use super::form::Outcome;
use crate::problem::Fault;

/// Where a server function takes its forms: `path_of::<SignUp>()`.
pub const fn path_of<S: ServerFn>() -> &'static str {
    S::PATH
}

/// What a form holds, with the button that sent it, as a browser would send it by itself.
#[cfg(feature = "hydrate")]
pub fn body_of(event: &SubmitEvent) -> Option<String> {
    use leptos::web_sys::{FormData, HtmlButtonElement, HtmlFormElement, UrlSearchParams};
    use wasm_bindgen::JsCast as _;
    let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
    let data = FormData::new_with_form(&form).ok()?;
    let button = event
        .submitter()
        .and_then(|sender| sender.dyn_into::<HtmlButtonElement>().ok());
    if let Some(button) = button.filter(|button| !button.name().is_empty()) {
        let _ = data.append_with_str(&button.name(), &button.value());
    }
    let pairs = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(pairs.to_string().into())
}

#[cfg(not(feature = "hydrate"))]
pub fn body_of(_: &SubmitEvent) -> Option<String> {
    None
}

/// Asks a server function, and gives the text of its answer.
#[cfg(feature = "hydrate")]
pub async fn ask(path: &str, body: String) -> Result<String, Fault> {
    // What a browser promises stays on its one thread; resources want it to say so.
    send_wrapper::SendWrapper::new(ask_here(path, body)).await
}

#[cfg(feature = "hydrate")]
async fn ask_here(path: &str, body: String) -> Result<String, Fault> {
    let unreachable = |_| Fault::from(Code::Unavailable);
    let answer = gloo_net::http::Request::post(path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Accept", "application/json")
        .body(body)
        .map_err(unreachable)?
        .send()
        .await
        .map_err(unreachable)?;
    let text = answer.text().await.map_err(unreachable)?;
    if answer.ok() {
        follow_redirect(&answer);
        Ok(text)
    } else {
        Err(serde_json::from_str(&text).unwrap_or_else(|_| Code::Internal.into()))
    }
}

/// A page that is elsewhere now.
#[cfg(feature = "hydrate")]
fn follow_redirect(answer: &gloo_net::http::Response) {
    if answer.headers().has("serverfnredirect")
        && let Some(path) = answer.headers().get("location")
    {
        let _ = leptos::prelude::window().location().assign(&path);
    }
}

#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_async, reason = "the browser's waits for the network")]
pub async fn ask(_: &str, _: String) -> Result<String, Fault> {
    Err(Code::Unavailable.into())
}

/// Sends a form to a server function.
pub async fn post(path: &str, body: String) -> Result<Outcome, Fault> {
    let text = ask(path, body).await?;
    serde_json::from_str(&text).map_err(|_| Code::Internal.into())
}
