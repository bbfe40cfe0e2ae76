//! Pages that are rendered by the server alone and never come alive: errors, and the developer's mailbox.

use contract::{Code, accounts::Theme};
use leptos::{attr::custom::custom_attribute, prelude::*};
use leptos_meta::provide_meta_context;

use crate::{
    error_page::ErrorPage,
    sessions::impersonation::ImpersonationBanner,
    ssr::{self, Assets},
    visit::{Facts, Visit},
};

/// The background of the pages, for the browser's own bars.
const LIGHT_BAR: &str = "#faf7f3";
const DARK_BAR: &str = "#161310";

/// What a page without routes needs to know.
#[derive(Clone, Debug)]
pub struct Frame {
    pub facts: Facts,
    pub assets: Assets,
}

/// The forced theme, or none to follow the device.
pub(crate) fn theme_attribute() -> Option<&'static str> {
    let theme = use_context::<Facts>()
        .map(|facts| facts.theme)
        .or_else(|| ssr::request().ok().map(|request| ssr::theme(&request)));
    theme
        .filter(|theme| *theme != Theme::System)
        .map(Theme::as_str)
}

/// What every document has in its head.
#[component]
pub(crate) fn Head(style: String) -> impl IntoView {
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        {bar_colour("(prefers-color-scheme: light)", if theme_attribute() == Some("dark") { DARK_BAR } else { LIGHT_BAR })}
        {bar_colour("(prefers-color-scheme: dark)", if theme_attribute() == Some("light") { LIGHT_BAR } else { DARK_BAR })}
        <meta name="description" content="Accounts on this server: sign in and manage yours."/>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
        <link rel="icon" href="/favicon.ico" sizes="32x32"/>
        <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
        <link rel="stylesheet" href=format!("/pkg/{style}")/>
    }
}

/// The colour of the browser's own bars; `media` is an attribute that the macro does not know on `<meta>`.
fn bar_colour(media: &'static str, colour: &'static str) -> impl IntoView {
    view! { <meta name="theme-color" content=colour/> }
        .add_any_attr(custom_attribute("media", media))
}

/// Renders a document around a body, outside of any route.
pub(crate) fn render<V: IntoView>(frame: Frame, title: &str, body: impl FnOnce() -> V) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_meta_context();
        provide_context(frame.facts.clone());
        Visit::provide_facts(frame.facts.clone());
        let title = format!("{title} · {}", frame.facts.product);
        let page = view! {
            <html lang="en" data-theme=theme_attribute()>
                <head>
                    <Head style=frame.assets.style.clone()/>
                    <title></title>
                </head>
                <body>
                    <a class="skip" href="#main">"Skip to content"</a>
                    <ImpersonationBanner/>
                    {body()}
                </body>
            </html>
        };
        // A text of its own kind inside `<title>` would come with a marker for hydration, which a title shows.
        let title = format!(
            "<title>{}</title>",
            title.replace('&', "&amp;").replace('<', "&lt;")
        );
        format!(
            "<!DOCTYPE html>{}",
            page.to_html().replacen("<title></title>", &title, 1)
        )
    })
}

/// The page of an error.
pub fn error(
    frame: Frame,
    status: u16,
    code: Option<Code>,
    trace_id: &str,
    retry_after: Option<u32>,
) -> String {
    let trace_id = trace_id.to_owned();
    render(
        frame,
        &format!("Error {status}"),
        move || view! { <ErrorPage status trace_id retry_after code/> },
    )
}
