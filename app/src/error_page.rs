//! Pages that say why there is no page. Rendered by the server alone: they need no script.

use contract::Code;
use leptos::prelude::*;

use crate::{ui::frame::Card, visit::Visit};

/// Nothing is at this address.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::ssr::set_status(axum::http::StatusCode::NOT_FOUND);
    view! { <ErrorPage status=404 trace_id=String::new() retry_after=None code=None/> }
}

/// What went wrong, in words, and what to do next.
#[component]
pub fn ErrorPage(
    status: u16,
    trace_id: String,
    retry_after: Option<u32>,
    /// What was refused, where a refusal led here.
    code: Option<Code>,
) -> impl IntoView {
    let visitor = Visit::current().visitor.get_untracked();
    let (title, text) = match code {
        Some(code @ Code::CrossOrigin) => {
            ("Nothing was changed".to_owned(), code.sentence().to_owned())
        }
        Some(code @ Code::Impersonated) => (
            "You cannot open this page".to_owned(),
            code.sentence().to_owned(),
        ),
        _ => words(status, visitor.map(|person| person.email), retry_after),
    };
    let may_retry = !matches!(status, 403..=405);
    view! {
        <Card title lead=move || text.clone()>
            {(status >= 500 && !trace_id.is_empty()).then(|| view! {
                <div class="field trace">
                    <p class="label" id="trace-label">"Trace ID"</p>
                    <div class="copy"><code id="trace" aria-labelledby="trace-label">{trace_id}</code></div>
                </div>
            })}
            <div class="actions">
                {may_retry.then(|| view! { <a class="btn primary" href="" rel="external">"Try again"</a> })}
                <a class=if may_retry { "btn quiet" } else { "btn primary" } href="/" rel="external">"Go to the start page"</a>
            </div>
            <p class="error-code">{format!("Error {status}")}</p>
        </Card>
    }
}

fn words(status: u16, email: Option<String>, retry_after: Option<u32>) -> (String, String) {
    let (title, text) = match status {
        403 => ("You cannot open this page", match email {
            Some(email) => format!("You are signed in as {email}, and this account has no access here."),
            None => "You need an account with access here.".to_owned(),
        }),
        404 => ("Page not found", "The page was moved or removed, or there is a typo in the link.".to_owned()),
        405 => ("This address does not accept that", "It can be read, but nothing can be sent to it.".to_owned()),
        413 => ("This is too large", "What you sent is larger than this server accepts. Nothing was changed.".to_owned()),
        429 => ("Too many requests", match retry_after {
            Some(seconds) => format!("Requests from your network came faster than this server allows. Try again in {seconds} seconds."),
            None => "Requests from your network came faster than this server allows. Wait a while, then try again.".to_owned(),
        }),
        503 => ("Not available right now", "The server cannot reach its data. It keeps trying. Try again in a moment.".to_owned()),
        400..500 => ("This request could not be understood", "Nothing was changed. Go back and try again.".to_owned()),
        _ => ("Something went wrong on our side", "It has been logged. Try again. If it keeps happening, send the trace ID below to whoever runs this server.".to_owned()),
    };
    (title.to_owned(), text)
}
