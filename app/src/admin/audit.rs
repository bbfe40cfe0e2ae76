//! `/admin/audit`: the log of all organizations, and of what belongs to none.

use leptos::prelude::*;
use leptos_router::{hooks::use_location, location::Location};

use super::{audit_api::LoadAuditOfAll, layout::ConsoleHead};
use crate::{
    audit::{
        api::{LogView, Wanted},
        page::{Copies, Log},
    },
    ui::loading::{Loaded, load, showing},
};

#[component]
pub fn ConsoleAuditPage() -> impl IntoView {
    let wanted = wanted();
    let data = load::<LoadAuditOfAll>(move || wanted.with(Wanted::query));
    view! {
        <Loaded data show=showing(move |view: LogView| {
            let wanted = wanted.get_untracked();
            view! { <Page view wanted/> }.into_any()
        })/>
    }
}

/// What the address asks for. On the way to another page it stays, so that nothing is fetched for the page that goes.
fn wanted() -> Memo<Wanted> {
    let Location {
        pathname, query, ..
    } = use_location();
    Memo::new(move |previous: Option<&Wanted>| {
        let path = pathname.get();
        match previous {
            Some(previous) if path.trim_end_matches('/') != previous.path() => previous.clone(),
            _ => query.with(|query| Wanted::of(String::new(), query)),
        }
    })
}

#[component]
fn Page(view: LogView, wanted: Wanted) -> impl IntoView {
    let copies = wanted.clone();
    view! {
        <ConsoleHead title="Audit log" purpose="Who did what, when and from where, in all organizations and outside them. It cannot be changed here.">
            <Copies wanted=copies/>
        </ConsoleHead>
        <Log view wanted/>
    }
    .into_any()
}
