//! `/admin/keys`

use contract::api_keys::KeyStatus;
use leptos::prelude::*;

use super::{
    chosen::Chosen,
    filters::{Choose, Filters, NothingFound, counted},
    key_table::KeyTable,
    keys_api::{KeysView, LoadAllKeys, RevokeKeys},
    layout::ConsoleHead,
    wanted::{Wanted, shown, wanted},
};
use crate::{
    members::table::Pager,
    ui::{form::Submit, icon::Icon, send::path_of},
};

#[component]
pub fn ConsoleKeysPage() -> impl IntoView {
    let wanted = wanted(|path| path == "/admin/keys", &["search", "status"]);
    shown::<LoadAllKeys, KeysView>(wanted, Wanted::query, |view, wanted| {
        view! { <Page view wanted/> }.into_any()
    })
}

#[component]
fn Page(view: KeysView, wanted: Wanted) -> impl IntoView {
    let count = counted(view.found, "key", "keys");
    let choices = wanted.clone();
    let states = KeyStatus::ALL
        .into_iter()
        .map(|status| (status.as_str(), status.label()));
    let options = std::iter::once(("", "Not revoked"))
        .chain(states)
        .chain([("all", "All")])
        .collect();
    view! {
        <ConsoleHead title="API keys" purpose="Keys of all organizations. To look up a key that was found somewhere, search for its first characters or its last four."/>
        <Filters wanted=wanted.clone() label="Search keys" placeholder="Name, first characters, last four or ID" count>
            <Choose wanted=choices name="status" label="Status" options/>
        </Filters>
        <Table view wanted/>
    }
    .into_any()
}

#[component]
fn Table(view: KeysView, wanted: Wanted) -> impl IntoView {
    let page = view.page;
    if page.items.is_empty() {
        return view! { <NothingFound wanted icon=Icon::Key none="There are no keys yet"/> }
            .into_any();
    }
    let (previous, next) = wanted.ways(&page);
    let lines = page.items.into_iter().map(|(_, line)| line).collect();
    let buttons = || view! { <Submit class="btn danger">"Revoke selected"</Submit> };
    view! {
        <Chosen to={path_of::<RevokeKeys>()} id="revoke-keys" title="Revoke selected" back=wanted.here() buttons
            purpose="They are refused immediately and permanently. The owners of their organizations are told by e-mail, and the reason is shown with each key.">
            <KeyTable lines has_picks=true/>
            <Pager previous next/>
        </Chosen>
    }
    .into_any()
}
