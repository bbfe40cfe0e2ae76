//! What stands around a page: the brand, and the card of pages outside an account.

use leptos::prelude::*;
use leptos_meta::Title;

use super::icon::Mark;
use crate::visit::Visit;

/// The mark and the product's name, leading home.
#[component]
pub fn Brand() -> impl IntoView {
    view! { <a class="brand" href="/"><Mark/>{Visit::current().product}</a> }
}

/// A page of one card: signing up and in, and what happens around it.
#[component]
pub fn Card(
    #[prop(into)] title: String,
    /// What stands below the title.
    #[prop(into)]
    lead: ViewFn,
    /// What stands below the card.
    #[prop(optional, into)]
    more: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <div class="auth">
            <header class="auth-brand"><Brand/></header>
            <main class="auth-card" id="main" tabindex="-1">
                <header class="auth-head">
                    <h1>{title}</h1>
                    <p>{lead.run()}</p>
                </header>
                {children()}
            </main>
            {more.map(|more| view! { <footer class="auth-more">{more.run()}</footer> })}
        </div>
    }
    .into_any()
}
