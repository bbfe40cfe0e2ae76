//! Starts the pages in the browser, and nothing else.

// Views are types, and a page nests many of them.
#![recursion_limit = "256"]

#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    app::crash::install();
    let body = leptos::tachys::dom::body();
    // A page may have to be loaded first.
    Box::pin(leptos::mount::hydrate_from_async(body, app::App))
        .await
        .forget();
    app::mark_hydrated();
}
