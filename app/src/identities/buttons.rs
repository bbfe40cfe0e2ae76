//! Signing in with an account elsewhere: one link for each provider, above the form.

use contract::{identities::OfferedProvider, text::own_path};
use leptos::prelude::*;

use super::mark::ProviderMark;
use crate::{ui::loading::arguments, visit::Visit};

/// The links, and a divider below them; nothing where no provider is offered. They lead on to the page `next`.
#[component]
pub fn ProviderButtons(#[prop(default = String::new())] next: String) -> impl IntoView {
    let providers = Visit::current().providers;
    (!providers.is_empty()).then(|| {
        let links = providers
            .into_iter()
            .map(|offered| {
                let href = place(&offered, &next);
                view! {
                    <a class="btn block" href=href rel="external">
                        <ProviderMark provider=offered.provider/>
                        {format!("Continue with {}", offered.name)}
                    </a>
                }
            })
            .collect_view();
        view! { <div class="providers">{links}</div><p class="or">"or"</p> }
    })
}

fn place(offered: &OfferedProvider, next: &str) -> String {
    if own_path(next) == "/" {
        offered.path()
    } else {
        format!("{}?{}", offered.path(), arguments(&[("next", next)]))
    }
}
