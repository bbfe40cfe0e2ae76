//! Starts the pages in the browser, and nothing else.

// Views are types, and a page nests many of them.
#![recursion_limit = "256"]

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    app::crash::install();
    leptos::mount::hydrate_body(app::App);
}
