//! The web interface of Latchkey.
//!
//! Pages import `contract`, their own `api.rs` and the kit in `ui`; only the bodies of server functions and `ssr.rs` name
//! `domain`. The same code renders on the server (`ssr`) and comes alive in the browser (`hydrate`).
//!
//! Rules that hydration forces on a view: valid HTML; nothing that differs between server and browser (clock, locale,
//! randomness); inputs keep what is typed by themselves (`name=`, no `prop:value`); user text is never a child of
//! `<textarea>`; `<Outlet/>` stands outside any `<Suspense>`; no `style=`, the policy forbids it.
//!
//! To add a page: a file in its slice, a server function in the slice's `api.rs`, and a line in [`App`].

// Views are types, and a page nests many of them.
#![recursion_limit = "256"]
#![allow(
    clippy::needless_pass_by_value,
    reason = "components own what they are given"
)]

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Redirect, Route, Router, Routes},
    path,
};

pub mod accounts;
pub mod admin;
#[cfg(feature = "ssr")]
pub mod api_docs;
pub mod api_keys;
pub mod audit;
#[cfg(feature = "ssr")]
pub mod cookies;
#[cfg(feature = "hydrate")]
pub mod crash;
pub mod error_page;
pub mod first_run;
#[cfg(feature = "ssr")]
pub mod flash;
pub mod home;
pub mod identities;
pub mod invitations;
#[cfg(feature = "ssr")]
pub mod mailbox;
pub mod members;
pub mod organizations;
pub mod parts;
pub mod passkeys;
pub mod problem;
pub mod second_factors;
pub mod sessions;
#[cfg(feature = "ssr")]
pub mod ssr;
#[cfg(feature = "ssr")]
pub mod static_pages;
pub mod ui;
pub mod usage;
pub mod visit;

use accounts::{
    change_email::{ChangeEmailPage, UndoEmailChangePage},
    check_inbox::{CheckInboxPage, ResetSentPage},
    forgot_password::ForgotPasswordPage,
    reset_password::ResetPasswordPage,
    sign_up::SignUpPage,
    undo_deletion::UndoDeletionPage,
    verify_email::VerifyEmailPage,
};
use contract::accounts::Theme;
use error_page::NotFoundPage;
use first_run::{next::NextStepsPage, page::SetUpPage};
use home::HomePage;
use invitations::accept::AcceptPage;
use second_factors::challenge::SecondStepPage;
use sessions::{
    confirm_password::ConfirmPasswordPage,
    impersonation::ImpersonationBanner,
    magic_link::{LinkSentPage, MagicLinkPage, RequestLinkPage},
    sign_in::SignInPage,
};
use ui::pointer::Pressed;
use visit::Visit;

/// The routes. Every page is rendered whole (`SsrMode::Async`), so that it works without a script and its status is right.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let visit = Visit::provide();
    Pressed::provide();
    let (is_routing, set_is_routing) = signal(false);
    let theme = visit.theme;
    Effect::new(move |previous: Option<Theme>| apply_theme(previous, theme.get()));
    let product = visit.product.clone();
    view! {
        <Title formatter=move |title: String| format!("{title} · {product}")/>
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <Router set_is_routing>
            <ImpersonationBanner/>
            {move || is_routing.get().then(|| view! { <div class="progress" role="status"><span class="vh">"Loading page"</span></div> })}
            <Routes fallback=|| view! { <NotFoundPage/> }>
                <Route path=path!("") view=HomePage ssr=SsrMode::Async/>
                <Route path=path!("sign-up") view=SignUpPage ssr=SsrMode::Async/>
                <Route path=path!("check-inbox") view=CheckInboxPage ssr=SsrMode::Async/>
                <Route path=path!("verify-email") view=VerifyEmailPage ssr=SsrMode::Async/>
                <Route path=path!("sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("sign-in/code") view=SecondStepPage ssr=SsrMode::Async/>
                <Route path=path!("sign-in/link") view=RequestLinkPage ssr=SsrMode::Async/>
                <Route path=path!("sign-in/link/sent") view=LinkSentPage ssr=SsrMode::Async/>
                <Route path=path!("magic-link") view=MagicLinkPage ssr=SsrMode::Async/>
                <Route path=path!("change-email") view=ChangeEmailPage ssr=SsrMode::Async/>
                <Route path=path!("undo-email-change") view=UndoEmailChangePage ssr=SsrMode::Async/>
                <Route path=path!("undo-deletion") view=UndoDeletionPage ssr=SsrMode::Async/>
                <Route path=path!("confirm-password") view=ConfirmPasswordPage ssr=SsrMode::Async/>
                <Route path=path!("forgot-password") view=ForgotPasswordPage ssr=SsrMode::Async/>
                <Route path=path!("forgot-password/sent") view=ResetSentPage ssr=SsrMode::Async/>
                <Route path=path!("reset-password") view=ResetPasswordPage ssr=SsrMode::Async/>
                <Route path=path!("setup") view=SetUpPage ssr=SsrMode::Async/>
                <Route path=path!("setup/next") view=NextStepsPage ssr=SsrMode::Async/>
                <Route path=path!("invitations/accept") view=AcceptPage ssr=SsrMode::Async/>
                <Route path=path!("o/new") view={Lazy::<parts::Create>::new()} ssr=SsrMode::Async/>
                <ParentRoute path=path!("o/:slug") view={Lazy::<parts::Layout>::new()} ssr=SsrMode::Async>
                    <Route path=path!("") view=ToOverview/>
                    <Route path=path!("overview") view={Lazy::<parts::Overview>::new()}/>
                    <Route path=path!("members") view={Lazy::<parts::Members>::new()}/>
                    <Route path=path!("members/invite") view={Lazy::<parts::Invite>::new()}/>
                    <Route path=path!("members/:id") view={Lazy::<parts::Member>::new()}/>
                    <Route path=path!("keys") view={Lazy::<parts::Keys>::new()}/>
                    <Route path=path!("keys/new") view={Lazy::<parts::NewKey>::new()}/>
                    <Route path=path!("keys/:id") view={Lazy::<parts::Key>::new()}/>
                    <Route path=path!("usage") view={Lazy::<parts::Usage>::new()}/>
                    <Route path=path!("audit") view={Lazy::<parts::Audit>::new()}/>
                    <Route path=path!("settings") view={Lazy::<parts::Settings>::new()}/>
                </ParentRoute>
                <ParentRoute path=path!("account") view={Lazy::<parts::Account>::new()} ssr=SsrMode::Async>
                    <Route path=path!("") view=|| view! { <Redirect path="/account/profile"/> }/>
                    <Route path=path!("profile") view={Lazy::<parts::Profile>::new()}/>
                    <Route path=path!("security") view={Lazy::<parts::Security>::new()}/>
                    <Route path=path!("security/connect") view={Lazy::<parts::Connect>::new()}/>
                    <Route path=path!("security/app") view={Lazy::<parts::App>::new()}/>
                    <Route path=path!("security/recovery-codes") view={Lazy::<parts::RecoveryCodes>::new()}/>
                    <Route path=path!("security/passkeys/new") view={Lazy::<parts::NewPasskey>::new()}/>
                    <Route path=path!("security/passkeys/:id") view={Lazy::<parts::Passkey>::new()}/>
                    <Route path=path!("preferences") view={Lazy::<parts::Preferences>::new()}/>
                    <Route path=path!("data") view={Lazy::<parts::Data>::new()}/>
                </ParentRoute>
                <ParentRoute path=path!("admin") view={Lazy::<parts::Console>::new()} ssr=SsrMode::Async>
                    <Route path=path!("") view=|| view! { <Redirect path="/admin/overview"/> }/>
                    <Route path=path!("overview") view={Lazy::<parts::ConsoleOverview>::new()}/>
                    <Route path=path!("users") view={Lazy::<parts::ConsoleUsers>::new()}/>
                    <Route path=path!("users/:id") view={Lazy::<parts::ConsoleUser>::new()}/>
                    <Route path=path!("organizations") view={Lazy::<parts::ConsoleOrganizations>::new()}/>
                    <Route path=path!("organizations/:id") view={Lazy::<parts::ConsoleOrganization>::new()}/>
                    <Route path=path!("keys") view={Lazy::<parts::ConsoleKeys>::new()}/>
                    <Route path=path!("mail") view={Lazy::<parts::ConsoleMail>::new()}/>
                    <Route path=path!("audit") view={Lazy::<parts::ConsoleAudit>::new()}/>
                    <Route path=path!("settings") view={Lazy::<parts::ConsoleSettings>::new()}/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// `/o/{slug}` leads to the first page of the organization.
#[component]
fn ToOverview() -> impl IntoView {
    let slug = organizations::place::slug().get_untracked();
    view! { <Redirect path=format!("/o/{slug}/overview")/> }
}

/// The document around the pages.
#[cfg(feature = "ssr")]
pub fn shell() -> impl IntoView {
    ssr::protect_page();
    let assets = use_context::<ssr::Assets>().unwrap_or_default();
    let nonce = use_nonce();
    let start = format!(
        "import('/pkg/{}').then(m => m.default({{ module_or_path: '/pkg/{}' }}).then(() => m.hydrate()))",
        assets.script, assets.wasm
    );
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=static_pages::theme_attribute()>
            <head>
                <static_pages::Head style=assets.style.clone()/>
                <link rel="modulepreload" href=format!("/pkg/{}", assets.script) nonce=nonce.clone()/>
                <link rel="preload" href=format!("/pkg/{}", assets.wasm) r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script type="module" nonce=nonce inner_html=start></script>
                <MetaTags/>
            </head>
            <body><App/></body>
        </html>
    }
}

/// Follows a changed theme at once; the server has rendered the one that the page began with.
fn apply_theme(previous: Option<Theme>, theme: Theme) -> Theme {
    #[cfg(feature = "hydrate")]
    if previous.is_some_and(|previous| previous != theme)
        && let Some(root) = document().document_element()
    {
        let _ = match theme {
            Theme::System => root.remove_attribute("data-theme"),
            forced => root.set_attribute("data-theme", forced.as_str()),
        };
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = previous;
    theme
}

/// Tells style sheets and tests that scripts are at work.
#[cfg(feature = "hydrate")]
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "1");
    }
}
