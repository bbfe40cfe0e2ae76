//! `/account/security/app`: setting an authenticator app up, and turning it off.

use contract::time::Moment;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    api::{BeginApp, ConfirmApp, LoadApp, RemoveApp, Way},
    challenge::CodeField,
    proof::{Chosen, ProofFields},
    views::{AppView, Picture},
};
use crate::ui::{
    banner::{Banner, Tone, listed},
    copy::Copy,
    form::{Form, FormProblems, Submit},
    loading::{Loaded, load, showing},
    moment::When,
    send::path_of,
};

/// The steps of setting an app up.
const STEPS: [&str; 3] = ["Scan", "Check", "Save"];

#[component]
pub fn AppPage() -> impl IntoView {
    let data = load::<LoadApp>(String::new);
    let asked = use_query_map().read_untracked().get("with");
    let asked = asked.and_then(|with| Way::parse(&with));
    view! {
        <Head title="Authenticator app" purpose="A code from an app on your phone, in addition to your password."/>
        <Loaded data show=showing(move |view: AppView| match view {
            AppView::Off => view! { <Begin/> }.into_any(),
            AppView::Pending { secret, picture } => view! { <Pending secret picture/> }.into_any(),
            AppView::On { since, is_last, closes } => {
                let chosen = Chosen::of(true, !is_last, asked);
                view! { <TurnOff since is_last closes chosen/> }.into_any()
            }
        })/>
    }
}

#[component]
fn TurnOff(since: Moment, is_last: bool, closes: Vec<String>, chosen: Chosen) -> impl IntoView {
    let text = if is_last {
        "Without it no second step is asked for, and the recovery codes no longer work."
    } else {
        "Without it, your passkeys remain as the second step."
    };
    view! {
        <Form to={path_of::<RemoveApp>()} id="remove-app" class="card" labelled_by="remove-title" passkey=chosen.passkey()>
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="remove-title">"Turn it off"</h2>
                    <p class="card-purpose">"On since "<When moment=since/>". "{text}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    {closing(&closes).map(|text| view! { <Banner tone=Tone::Danger text/> })}
                    <ProofFields chosen page="/account/security/app"/>
                </div>
            </div>
            <footer class="card-foot">
                <a class="btn quiet" href="/account/security">"Cancel"</a>
                <Submit class=chosen.class("btn danger", "btn danger js")>"Turn off"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}

/// What closes to who has no second step any more.
pub fn closing(names: &[String]) -> Option<String> {
    let (ask, them) = if names.len() == 1 {
        ("asks", "it")
    } else {
        ("ask", "them")
    };
    (!names.is_empty()).then(|| {
        format!(
            "{} {ask} for a second step: without one you are kept out of {them}.",
            listed(names)
        )
    })
}

/// The head of a page below the security page.
#[component]
pub fn Head(title: &'static str, purpose: &'static str) -> impl IntoView {
    view! {
        <Title text=title/>
        <header class="page-head">
            <nav class="crumbs" aria-label="Breadcrumb">
                <ol><li><a href="/account/security">"Security"</a></li><li aria-current="page">{title}</li></ol>
            </nav>
            <div><h1>{title}</h1><p>{purpose}</p></div>
        </header>
    }
}

/// Where one is in setting an app up: from 0.
#[component]
pub fn Steps(at: usize) -> impl IntoView {
    let steps = STEPS
        .into_iter()
        .enumerate()
        .map(|(place, name)| {
            let current = (place == at).then_some("step");
            view! { <li class:done=place < at aria-current=current>{name}</li> }
        })
        .collect_view();
    view! { <ol class="steps" aria-label="Steps">{steps}</ol> }
}

#[component]
fn Begin() -> impl IntoView {
    view! {
        <Form to={path_of::<BeginApp>()} id="begin-app" class="card" labelled_by="begin-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="begin-title">"Set up an app"</h2>
                    <p class="card-purpose">"Any app for one-time codes will do: your password manager, Aegis, 2FAS, Google Authenticator, Microsoft Authenticator."</p>
                </header>
                <div class="card-body"><FormProblems/></div>
            </div>
            <footer class="card-foot">
                <a class="btn quiet" href="/account/security">"Cancel"</a>
                <Submit class="btn primary">"Begin"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}

#[component]
fn Pending(secret: String, picture: Picture) -> impl IntoView {
    view! {
        <Steps at=0/>
        <Form to={path_of::<ConfirmApp>()} id="confirm-app" class="card" labelled_by="scan-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="scan-title">"Scan, then enter the code"</h2>
                    <p class="card-purpose">"Point the app's camera at the picture. It then shows six digits, which change every 30 seconds."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <Qr picture/>
                    <details class="more">
                        <summary>"Cannot scan it?"</summary>
                        <p class="help">"Type this key into the app. If it asks, the codes are time-based."</p>
                        <Copy value=in_groups(&secret) label="Copy key"/>
                    </details>
                    <CodeField/>
                </div>
            </div>
            <footer class="card-foot">
                <a class="btn quiet" href="/account/security">"Cancel"</a>
                <Submit class="btn primary">"Turn on"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}

/// Black on white in every theme: that is what cameras read.
#[component]
fn Qr(picture: Picture) -> impl IntoView {
    let side = picture.side;
    view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label="QR code for the authenticator app" shape-rendering="crispEdges">
            <rect width=side.to_string() height=side.to_string() fill="#fff"/>
            <path d=picture.path fill="#000"/>
        </svg>
    }
    .into_any()
}

/// In groups of four, which are easier to type.
fn in_groups(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}
