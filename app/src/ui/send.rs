//! Sends a form from a script. One function for all forms: code for each would weigh several kilobytes in every browser.

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

/// Posts to a server function and reads its answer.
#[cfg(feature = "hydrate")]
pub async fn post(path: &str, body: String) -> Result<Outcome, Fault> {
    use contract::Code;
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
        serde_json::from_str(&text).map_err(|_| Code::Internal.into())
    } else {
        Err(serde_json::from_str(&text).unwrap_or_else(|_| Code::Internal.into()))
    }
}

#[cfg(not(feature = "hydrate"))]
pub async fn post(_: &str, _: String) -> Result<Outcome, Fault> {
    Err(contract::Code::Unavailable.into())
}
