//! The picture of a person, or their initials.

use contract::accounts::initials;
use leptos::prelude::*;

#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    /// The id of the picture.
    avatar: Option<String>,
    #[prop(default = "avatar")] class: &'static str,
) -> impl IntoView {
    match avatar {
        Some(id) => view! {
            <span class=class><img src=format!("/pictures/{id}") alt="" width="64" height="64" loading="lazy" decoding="async"/></span>
        }
        .into_any(),
        None => view! { <span class=class aria-hidden="true">{initials(&name)}</span> }.into_any(),
    }
}
