//! The frame of the pages of an account: a sidebar, and what stands beside it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;

use crate::{
    organizations::switcher::{NavLink, Shell},
    problem::Fault,
    ui::{
        banner::{Banner, Tone},
        icon::{Draw, Icon},
    },
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

/// What a page wants to show, once it is there; what went wrong, where it is not.
#[component]
pub fn Loaded<T, F, V>(data: Resource<Result<T, Fault>>, view: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Suspense fallback=|| view! { <Waiting/> }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match data.await {
                        Ok(found) => view(found).into_any(),
                        Err(fault) => view! { <Trouble fault/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

/// Rows of the right height while a page is fetched.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="card" role="status">
            <div class="card-main">
                <span class="vh">"Loading"</span>
                <span class="skeleton w50"></span>
                <span class="skeleton w75"></span>
            </div>
        </div>
    }
}

#[component]
fn Trouble(fault: Fault) -> impl IntoView {
    let is_signed_out = fault.problem.code == contract::Code::Unauthenticated;
    Effect::new(move |_| {
        if is_signed_out {
            let here = window().location().pathname().unwrap_or_default();
            let _ = window().location().assign(&format!("/sign-in?next={here}"));
        }
    });
    if fault.problem.code == contract::Code::NotFound {
        view! { <Nothing/> }.into_any()
    } else {
        view! { <Banner tone=Tone::Danger text=fault.problem.message.to_string()/> }.into_any()
    }
}

/// Nothing is there, or nothing that the visitor may know of.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <Title text="Nothing is at this address"/>
        <div class="card empty">
            <Draw icon=Icon::Building/>
            <h1 class="empty-title">"Nothing is at this address"</h1>
            <p>"It was moved or deleted, or you are not a member. Whoever sent you here can invite you."</p>
            <div class="actions"><a class="btn" href="/" rel="external">"Go to the start"</a></div>
        </div>
    }
}
