//! A search above a list, as a form of the list's own address: it works without a script.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::send::body_of;

/// The form around the fields, which say what the address asks for. With a script the list changes and the page stays.
#[component]
pub fn SearchForm(
    /// The page of the list.
    path: String,
    /// Names the form.
    label: &'static str,
    #[prop(default = "filters")] class: &'static str,
    children: Children,
) -> impl IntoView {
    let navigate = use_navigate();
    let list = path.clone();
    let go = move |event: SubmitEvent| {
        if let Some(query) = body_of(&event) {
            event.prevent_default();
            navigate(&format!("{path}?{query}"), NavigateOptions::default());
        }
    };
    #[cfg(feature = "hydrate")]
    follow_address();
    // Off: a browser that goes back would put in what was typed, whatever the address asks for.
    view! {
        <form class=class method="get" role="search" aria-label=label action=list autocomplete="off" on:submit=go>
            {children()}
        </form>
    }
    .into_any()
}

/// Another address brings other attributes, but a field that was typed into shows what was typed: it is taken back once the form
/// stands in the page. Not in the first form, where somebody may have typed before the script was there, nor while the address stays.
#[cfg(feature = "hydrate")]
fn follow_address() {
    use std::cell::Cell;
    thread_local! {
        static SHOWN: Cell<Option<String>> = const { Cell::new(None) };
    }
    let place = leptos_router::hooks::use_location();
    let here = place.pathname.get_untracked() + &place.search.get_untracked();
    let before = SHOWN.replace(Some(here.clone()));
    if before.is_some_and(|before| before != here) {
        set_timeout(reset, std::time::Duration::ZERO);
    }
}

#[cfg(feature = "hydrate")]
fn reset() {
    use wasm_bindgen::JsCast as _;
    let found = document()
        .query_selector("form[role=search]")
        .ok()
        .flatten();
    if let Some(form) = found.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
        form.reset();
    }
}
