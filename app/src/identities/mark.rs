//! The marks of providers, in one colour: 20 by 20.

use contract::identities::Provider;
use leptos::prelude::*;

/// The mark of a provider. Its name stands beside it, so it says nothing itself.
#[component]
pub fn ProviderMark(provider: Provider) -> impl IntoView {
    let shapes = match provider {
        Provider::Google => {
            r#"<path d="M16.75 10.25h-6.5m6.2-4A7 7 0 1 0 17 10.25" stroke-width="2.25"/>"#
        }
        Provider::GitHub => {
            r#"<path fill="currentColor" stroke="none" d="M10 2a8 8 0 0 0-2.53 15.59c.4.07.55-.17.55-.38v-1.34c-2.23.48-2.7-1.07-2.7-1.07-.36-.92-.89-1.17-.89-1.17-.73-.5.05-.49.05-.49.81.06 1.23.83 1.23.83.72 1.23 1.88.87 2.34.67.07-.52.28-.87.51-1.07-1.78-.2-3.64-.89-3.64-3.95 0-.87.31-1.59.82-2.15-.08-.2-.36-1.01.08-2.11 0 0 .67-.21 2.2.82a7.7 7.7 0 0 1 4 0c1.53-1.03 2.2-.82 2.2-.82.44 1.1.16 1.91.08 2.11.51.56.82 1.28.82 2.15 0 3.07-1.87 3.75-3.65 3.95.29.25.54.73.54 1.48v2.2c0 .21.15.46.55.38A8 8 0 0 0 10 2z"/>"#
        }
        Provider::Oidc => {
            r#"<circle cx="7" cy="13" r="3.25"/><path d="m9.5 10.5 6.75-6.75M13.25 6.75l2.5 2.5"/>"#
        }
    };
    view! { <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" inner_html=shapes></svg> }
}
