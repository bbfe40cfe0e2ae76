//! A panic in the browser ends all scripts of the page without a word. This says one.

use leptos::prelude::document;

/// From now on a panic is written to the console, and the page offers to be loaded again. Forms go on working: without
/// scripts they post by themselves.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let _ = say();
    }));
}

fn say() -> Option<()> {
    let banner = document().create_element("div").ok()?;
    banner.set_attribute("class", "banner danger crash").ok()?;
    banner.set_attribute("role", "alert").ok()?;
    banner.set_inner_html("<div class=\"banner-text\"><p>This page stopped working. <a href=\"\">Load it again</a>.</p></div>");
    document().body()?.prepend_with_node_1(&banner).ok()
}
