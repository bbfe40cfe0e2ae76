//! The frame of the pages of an account: a sidebar, and what stands beside it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;

use crate::{
    organizations::switcher::{NavLink, Shell},
    ui::icon::Icon,
};

#[component]
pub fn AccountLayout() -> impl IntoView {
    let nav = || {
        view! {
            <nav aria-labelledby="nav-account">
                <p class="nav-title" id="nav-account">"Account"</p>
                <ul class="nav">
                    <NavLink href="/account/profile" icon=Icon::User label="Profile"/>
                    <NavLink href="/account/security" icon=Icon::Shield label="Security"/>
                    <NavLink href="/account/preferences" icon=Icon::Sliders label="Preferences"/>
                    <NavLink href="/account/data" icon=Icon::Download label="Your data"/>
                </ul>
            </nav>
        }
    };
    view! { <Shell nav><Outlet/></Shell> }
}

/// The head of a page: its name and one line on what it is for.
#[component]
pub fn PageHead(title: &'static str, purpose: &'static str) -> impl IntoView {
    view! {
        <Title text=title/>
        <header class="page-head">
            <div><h1>{title}</h1><p>{purpose}</p></div>
        </header>
    }
}
