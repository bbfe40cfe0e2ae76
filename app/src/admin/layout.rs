//! The frame of the console, the head of its pages, and why one cannot be shown.

use contract::Code;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;

use crate::{
    organizations::switcher::{NavLink, Shell, hide},
    problem::Fault,
    ui::{
        banner::{Banner, Tone},
        icon::{Draw, Icon},
        loading::{Instead, sign_in_for_here},
    },
    visit::Visit,
};

/// The form that says what was done, on whichever page of the console comes after it.
pub const NOTICE: &str = "console";

#[component]
pub fn ConsoleLayout() -> impl IntoView {
    let nav = || {
        view! {
            <nav aria-label="Operator console">
                <ul class="nav">
                    <NavLink href="/admin/overview" icon=Icon::Home label="Overview"/>
                    <NavLink href="/admin/users" icon=Icon::Users label="Users"/>
                    <NavLink href="/admin/organizations" icon=Icon::Building label="Organizations"/>
                    <NavLink href="/admin/keys" icon=Icon::Key label="API keys"/>
                    <NavLink href="/admin/mail" icon=Icon::Mail label="Mail"/>
                    <NavLink href="/admin/audit" icon=Icon::Log label="Audit log"/>
                    <NavLink href="/admin/settings" icon=Icon::Sliders label="Settings"/>
                </ul>
            </nav>
        }
    };
    let place = || {
        view! {
            <div class="console-place">
                <p class="console-label"><Draw icon=Icon::Shield/>"Operator console"</p>
                <a href="/" rel="external" class="nav-link" on:click=|_| hide("sidebar")><Draw icon=Icon::ArrowLeft/>"Back to your account"</a>
            </div>
        }
    };
    provide_context(Instead(kept_out));
    view! { <Shell nav instead=place class="content wide"><Outlet/></Shell> }
}

/// The head of a page: where it is, its name, one line on what it is for, and what was done before.
#[component]
pub fn ConsoleHead(
    #[prop(into)] title: String,
    #[prop(into)] purpose: String,
    /// The page above it: its address and name.
    #[prop(optional)]
    above: Option<(&'static str, &'static str)>,
    /// What stands beside the title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let notice = Visit::current().notice(NOTICE);
    let here = title.clone();
    let crumbs = above.map(|(href, name)| {
        view! {
            <nav class="crumbs" aria-label="Breadcrumb">
                <ol><li><a href=href>{name}</a></li><li aria-current="page">{here}</li></ol>
            </nav>
        }
    });
    view! {
        <Title text=format!("{title} · Operator console")/>
        <header class="page-head">
            <p class="console-eyebrow">"Operator console"</p>
            {crumbs}
            <div><h1>{title}</h1><p>{purpose}</p></div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
        {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
    }
    .into_any()
}

fn kept_out(fault: &Fault) -> Option<AnyView> {
    match fault.problem.code {
        Code::StaffFactorMissing => Some(view! { <NoSecondStep/> }.into_any()),
        Code::NotFound => Some(view! { <Nothing/> }.into_any()),
        _ => None,
    }
}

/// For staff whom a stolen password would let in.
#[component]
fn NoSecondStep() -> impl IntoView {
    let title = "The console asks for a second step";
    view! {
        <Title text=format!("{title} · Operator console")/>
        <div class="card empty">
            <Draw icon=Icon::Shield/>
            <h1 class="empty-title">{title}</h1>
            <p>"Whoever gets in here can manage everybody's accounts, so a password alone is not enough. This opens as soon as you have set up a second step."</p>
            <div class="actions">
                <a class="btn primary" href="/account/security">"Set up a second step"</a>
                <a class="btn" href="/" rel="external">"Go to the start page"</a>
            </div>
        </div>
    }
    .into_any()
}

/// For staff who look for what is gone, or whose session is.
#[component]
fn Nothing() -> impl IntoView {
    let title = "Page not found";
    view! {
        <Title text=format!("{title} · Operator console")/>
        <div class="card empty">
            <Draw icon=Icon::Info/>
            <h1 class="empty-title">{title}</h1>
            <p>"It was deleted for good, or the address is incomplete. If you have been signed out, sign in again."</p>
            <div class="actions">
                <a class="btn" href="/admin/overview" rel="external">"Go to the overview"</a>
                <a class="btn quiet" href=sign_in_for_here() rel="external">"Sign in"</a>
            </div>
        </div>
    }
    .into_any()
}
