//! The frame of the pages of an account: a sidebar, and what stands beside it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::{A, Outlet};

use crate::{
    problem::Fault,
    sessions::api::SignOut,
    ui::{
        banner::{Banner, Tone},
        form::Form,
        frame::Brand,
        icon::{Draw, Icon},
    },
    visit::Visit,
};

#[component]
pub fn AccountLayout() -> impl IntoView {
    view! {
        <div class="shell">
            <header class="topbar">
                <button class="btn quiet icon-only" type="button" popovertarget="sidebar" aria-label="Open menu"><Draw icon=Icon::Menu/></button>
                <Brand/>
            </header>
            <aside class="sidebar" id="sidebar" aria-label="Sidebar" popover="auto">
                <div class="sidebar-head">
                    <Brand/>
                    <button class="btn quiet icon-only sidebar-close" type="button" popovertarget="sidebar" popovertargetaction="hide" aria-label="Close menu">
                        <Draw icon=Icon::X/>
                    </button>
                </div>
                <nav aria-labelledby="nav-account">
                    <p class="nav-title" id="nav-account">"Account"</p>
                    <ul class="nav">
                        <NavLink href="/account/profile" icon=Icon::User label="Profile"/>
                        <NavLink href="/account/security" icon=Icon::Shield label="Security"/>
                        <NavLink href="/account/preferences" icon=Icon::Sliders label="Preferences"/>
                    </ul>
                </nav>
                <div class="sidebar-foot"><Who/></div>
            </aside>
            <main class="content" id="main" tabindex="-1"><Outlet/></main>
        </div>
    }
}

#[component]
fn NavLink(href: &'static str, icon: Icon, label: &'static str) -> impl IntoView {
    view! { <li><A href=href attr:class="nav-link" on:click=|_| close_sidebar()><Draw icon/>{label}</A></li> }
}

/// A drawer on a phone stays open when a script turns the page.
fn close_sidebar() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        let sidebar = document()
            .get_element_by_id("sidebar")
            .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(sidebar) =
            sidebar.filter(|sidebar| sidebar.matches(":popover-open").unwrap_or(false))
        {
            let _ = sidebar.hide_popover();
        }
    }
}

#[component]
fn Who() -> impl IntoView {
    let visitor = Visit::current().visitor;
    let name = move || visitor.get().map(|person| person.name).unwrap_or_default();
    let email = move || visitor.get().map(|person| person.email).unwrap_or_default();
    let initials = move || {
        visitor
            .get()
            .map(|person| person.initials())
            .unwrap_or_default()
    };
    view! {
        <div class="who">
            <span class="avatar" aria-hidden="true">{initials}</span>
            <div>
                <p class="who-name truncate" title=name>{name}</p>
                <p class="who-mail truncate" title=email>{email}</p>
            </div>
        </div>
        <Form action={ServerAction::<SignOut>::new()} id="sign-out" class="sign-out">
            <button class="nav-link" type="submit"><Draw icon=Icon::LogOut/>"Sign out"</button>
        </Form>
    }
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
pub fn Loaded<T, V>(data: Resource<Result<T, Fault>>, view: fn(T) -> V) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Suspense fallback=|| view! { <Waiting/> }>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(found) => view(found).into_any(),
                    Err(fault) => view! { <Trouble fault/> }.into_any(),
                }
            })}
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
    view! { <Banner tone=Tone::Danger text=fault.problem.message.to_string()/> }
}
