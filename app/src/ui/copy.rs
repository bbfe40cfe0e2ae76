//! A value with a button that copies it.

use leptos::prelude::*;

use super::icon::{Draw, Icon};

/// Shows `value` in mono; the button needs a script and is hidden without one.
#[component]
pub fn Copy(#[prop(into)] value: String, label: &'static str) -> impl IntoView {
    let is_copied = RwSignal::new(false);
    let text = value.clone();
    let copy = move |_| {
        copy_to_clipboard(&text);
        is_copied.set(true);
        set_timeout(
            move || {
                is_copied.try_set(false);
            },
            std::time::Duration::from_secs(3),
        );
    };
    view! {
        <div class="copy">
            <code>{value}</code>
            <button class="btn icon-only" type="button" aria-label=label on:click=copy>
                {move || if is_copied.get() { view! { <Draw icon=Icon::Check/> } } else { view! { <Draw icon=Icon::Copy/> } }}
            </button>
            <span class="vh" role="status">{move || if is_copied.get() { "Copied" } else { "" }}</span>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
pub fn copy_to_clipboard(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}

#[cfg(not(feature = "hydrate"))]
pub fn copy_to_clipboard(_: &str) {}
