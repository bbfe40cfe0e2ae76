//! What a page shows, on its way from the server.
//!
//! It travels as text and is opened where it is shown, so that fetching, waiting and failing are compiled once and not for
//! each page: that is a tenth of the code that every browser loads.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use contract::Code;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::{hooks::use_location, location::Location};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    focus::{focus_page_if_lost, is_alive},
    icon::{Draw, Icon},
};
use crate::problem::Fault;

/// The view of a page as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Packed(String);

impl Packed {
    #[cfg(feature = "ssr")]
    pub fn of<T: Serialize>(view: &T) -> Result<Self, Fault> {
        let text = serde_json::to_string(view).map_err(|_| Code::Internal)?;
        Ok(Self(text))
    }

    fn open<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_str(&self.0).map_err(|_| Code::Internal.into())
    }
}

/// The view of a page, or why there is none.
pub type Loading = Resource<Result<Packed, Fault>>;

/// Fetches a view by its server function: directly where the page is rendered, over HTTP in the browser. `query` names the
/// arguments like a form does, and is asked again when what it reads changes.
pub fn load<S>(query: impl Fn() -> String + Send + Sync + 'static) -> Loading
where
    S: ServerFn<Output = Packed, Error = Fault> + DeserializeOwned + Send + 'static,
{
    resource::<S>(Arc::new(query))
}

type Query = Arc<dyn Fn() -> String + Send + Sync>;

#[cfg(feature = "ssr")]
fn resource<S>(query: Query) -> Loading
where
    S: ServerFn<Output = Packed, Error = Fault> + DeserializeOwned + Send + 'static,
{
    Resource::new_blocking(
        move || query(),
        |query| async move {
            let asked: S = serde_qs::from_str(&query).map_err(|_| Code::BadRequest)?;
            asked.run_body().await
        },
    )
}

#[cfg(not(feature = "ssr"))]
fn resource<S: ServerFn>(query: Query) -> Loading {
    fetched(S::PATH, query)
}

#[cfg(not(feature = "ssr"))]
fn fetched(path: &'static str, query: Query) -> Loading {
    Resource::new_blocking(
        move || query(),
        move |query| async move {
            let text = super::send::ask(path, query).await?;
            serde_json::from_str(&text).map_err(|_| Code::Internal.into())
        },
    )
}

/// As part of an address: everything but letters, digits, `-`, `_`, `.` and `~` is escaped (RFC 3986 §2.3).
pub fn escaped(value: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    text
}

/// As an argument of a page: the router decodes what it reads twice (leptos_router 0.8), so a `+` or `%` wants escaping twice.
pub fn for_router(value: &str) -> String {
    escaped(&escaped(value))
}

/// One argument of a query, and the next.
pub fn argument(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.push_str(&escaped(value));
}

/// The arguments of a query.
pub fn arguments(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        argument(&mut query, name, value);
    }
    query
}

/// Signing in, and back to the page that is shown.
pub fn sign_in_for_here() -> String {
    let Location {
        pathname, search, ..
    } = use_location();
    let mut here = pathname.get_untracked();
    let query = search.get_untracked();
    if !query.is_empty() {
        here.push('?');
        here.push_str(query.trim_start_matches('?'));
    }
    format!("/sign-in?{}", arguments(&[("next", &here)]))
}

/// Shows a view that was opened.
#[derive(Clone)]
pub struct Show(Arc<dyn Fn(&Packed) -> AnyView + Send + Sync>);

impl std::fmt::Debug for Show {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Show")
    }
}

/// How a view of this type is shown.
pub fn showing<T: DeserializeOwned>(show: impl Fn(T) -> AnyView + Send + Sync + 'static) -> Show {
    Show(Arc::new(move |packed| match packed.open() {
        Ok(view) => show(view),
        Err(fault) => view! { <Trouble fault/> }.into_any(),
    }))
}

/// What a page wants to show, once it is there; what went wrong, where it is not.
#[component]
pub fn Loaded(
    data: Loading,
    show: Show,
    /// What stands there instead; a sentence that says why, where nothing else is given.
    #[prop(optional)]
    instead: Option<fn(Fault) -> AnyView>,
) -> impl IntoView {
    // What the server has sent is there already: nothing had the focus before it.
    let replaces = Arc::new(AtomicBool::new(is_alive()));
    view! {
        <Suspense fallback=move || instead.is_none().then(|| view! { <Waiting/> })>
            {move || {
                let (show, replaces) = (show.clone(), replaces.clone());
                Suspend::new(async move {
                    let loaded = data.await;
                    if replaces.swap(true, Ordering::Relaxed) {
                        focus_page_if_lost();
                    }
                    match loaded {
                        Ok(packed) => (show.0)(&packed),
                        Err(fault) => match instead {
                            Some(instead) => instead(fault),
                            None => view! { <Trouble fault/> }.into_any(),
                        },
                    }
                })
            }}
        </Suspense>
    }
    .into_any()
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

/// How pages show a refusal of a kind of their own, in place of a sentence that says why; given as a context to what is below.
#[derive(Clone, Copy, Debug)]
pub struct Instead(pub fn(&Fault) -> Option<AnyView>);

#[component]
fn Trouble(fault: Fault) -> impl IntoView {
    let own = use_context::<Instead>().and_then(|instead| (instead.0)(&fault));
    own.unwrap_or_else(|| view! { <Reason fault/> }.into_any())
}

#[component]
fn Reason(fault: Fault) -> impl IntoView {
    let is_signed_out = fault.problem.code == Code::Unauthenticated;
    Effect::new(move |_| {
        if is_signed_out {
            let _ = window().location().assign(&sign_in_for_here());
        }
    });
    let message = fault.problem.message.to_string();
    // What went wrong for a moment may work at the next try.
    let again = (!matches!(fault.problem.code, Code::NotFound | Code::Forbidden))
        .then(|| view! { <a class="btn primary" href="" rel="external">"Try again"</a> });
    let (title, text) = match fault.problem.code {
        // Nothing is there, or nothing that the visitor may know of.
        Code::NotFound => (
            "Page not found",
            "It was moved or deleted, or you are not a member. Ask whoever sent you here to invite you.".to_owned(),
        ),
        Code::Forbidden => ("Your role cannot open this page", message),
        _ => ("This page cannot be shown right now", message),
    };
    view! {
        <Title text=title/>
        <div class="card empty">
            <Draw icon=Icon::Info/>
            <h1 class="empty-title">{title}</h1>
            <p>{text}</p>
            <div class="actions">{again}<a class="btn" href="/" rel="external">"Go to the start page"</a></div>
        </div>
    }
}
