//! The secret of a key, on the one page that shows it.

use leptos::{ev, prelude::*};

use crate::{ui::copy::Copy, visit::Visit};

/// The secret with ready calls in four languages. With a script, leaving asks first.
#[component]
pub fn Reveal(secret: String, page: String) -> impl IntoView {
    let origin = Visit::current().origin;
    let is_kept = RwSignal::new(false);
    let leaving = window_event_listener(ev::beforeunload, move |event| {
        if !is_kept.get_untracked() {
            event.prevent_default();
        }
    });
    on_cleanup(move || leaving.remove());
    let snippets = snippets(&origin, &secret)
        .into_iter()
        .enumerate()
        .map(|(place, (name, code))| {
            view! {
                <details class="more" name="snippet" open=place == 0>
                    <summary>{name}</summary>
                    <pre class="code-block" tabindex="0"><code>{code}</code></pre>
                </details>
            }
        })
        .collect_view();
    view! {
        <section class="card reveal" aria-labelledby="reveal-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="reveal-title">"Copy this key now"</h2>
                    <p class="card-purpose">"It will not be shown again. Keep it where only the program that uses it can read it."</p>
                </header>
                <div class="card-body">
                    <div id="secret" on:click=move |_| is_kept.set(true)><Copy value=secret label="Copy key"/></div>
                    {snippets}
                </div>
            </div>
            <footer class="card-foot"><a href=page class="btn" rel="external" on:click=move |_| is_kept.set(true)>"Done"</a></footer>
        </section>
    }
    .into_any()
}

fn snippets(origin: &str, secret: &str) -> [(&'static str, String); 4] {
    let query = "{ viewer { __typename } }";
    [
        (
            "curl",
            format!(
                "curl {origin}/graphql \\\n  -H 'Authorization: Bearer {secret}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"query\": \"{query}\"}}'"
            ),
        ),
        (
            "JavaScript",
            format!(
                "const answer = await fetch(\"{origin}/graphql\", {{\n  method: \"POST\",\n  headers: {{\n    \"Authorization\": \"Bearer {secret}\",\n    \"Content-Type\": \"application/json\",\n  }},\n  body: JSON.stringify({{ query: \"{query}\" }}),\n}});\nconsole.log(await answer.json());"
            ),
        ),
        (
            "Python",
            format!(
                "import requests\n\nanswer = requests.post(\n    \"{origin}/graphql\",\n    headers={{\"Authorization\": \"Bearer {secret}\"}},\n    json={{\"query\": \"{query}\"}},\n)\nprint(answer.json())"
            ),
        ),
        (
            "Rust",
            format!(
                "let answer = reqwest::Client::new()\n    .post(\"{origin}/graphql\")\n    .bearer_auth(\"{secret}\")\n    .json(&serde_json::json!({{ \"query\": \"{query}\" }}))\n    .send()\n    .await?;\nprintln!(\"{{}}\", answer.text().await?);"
            ),
        ),
    ]
}
