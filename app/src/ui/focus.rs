//! Moves the focus, for who uses a keyboard or a screen reader.

/// Focuses the first element that a CSS selector finds; does nothing where there is none, or no browser.
pub fn focus(selector: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        let found = leptos::prelude::document()
            .query_selector(selector)
            .ok()
            .flatten();
        if let Some(element) =
            found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
        {
            let _ = element.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = selector;
}
