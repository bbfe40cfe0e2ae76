//! Moves the focus, for who uses a keyboard or a screen reader, and fills and reads fields.

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

/// Moves the page as little as it takes to see the first element that a CSS selector finds.
pub fn show(selector: &str) {
    #[cfg(feature = "hydrate")]
    {
        use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};
        if let Ok(Some(element)) = leptos::prelude::document().query_selector(selector) {
            let how = ScrollIntoViewOptions::new();
            how.set_block(ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&how);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = selector;
}

/// Focuses what a CSS selector finds where nothing has the focus: a menu inside of another gives it back to nobody.
pub fn focus_if_lost(selector: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        // What was just hidden has the focus until the browser draws again.
        let is_lost = |element: web_sys::Element| {
            element.tag_name() == "BODY"
                || element
                    .dyn_ref::<web_sys::HtmlElement>()
                    .is_some_and(|element| element.offset_width() == 0)
        };
        if leptos::prelude::document()
            .active_element()
            .is_none_or(is_lost)
        {
            focus(selector);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = selector;
}

/// Whether the script runs: what is shown from then on comes in the place of something else.
pub fn is_alive() -> bool {
    #[cfg(feature = "hydrate")]
    {
        leptos::prelude::document()
            .document_element()
            .is_some_and(|root| root.has_attribute("data-hydrated"))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        false
    }
}

/// Focuses the page once it is drawn, where what had the focus went with what stood there before: a filter, a tab, the way to the
/// next page of a list.
pub fn focus_page_if_lost() {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(|| focus_if_lost("#main"));
}

/// Puts a text into the field that a CSS selector finds.
pub fn fill(selector: &str, text: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        let found = leptos::prelude::document()
            .query_selector(selector)
            .ok()
            .flatten();
        let Some(found) = found else { return };
        if let Some(field) = found.dyn_ref::<web_sys::HtmlTextAreaElement>() {
            field.set_value(text);
        } else if let Some(field) = found.dyn_ref::<web_sys::HtmlInputElement>() {
            field.set_value(text);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (selector, text);
}

/// Whether the box of this id is ticked.
pub fn is_checked(id: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        let found = leptos::prelude::document().get_element_by_id(id);
        found
            .and_then(|element| element.dyn_into::<web_sys::HtmlInputElement>().ok())
            .is_some_and(|input| input.checked())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        false
    }
}
