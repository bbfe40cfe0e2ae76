//! `/undo-deletion`: the link of a letter about a deleted account was opened.

use leptos::prelude::*;

use super::{
    data_api::{LoadDeletionUndo, UndoDeletion},
    dead_link::DeadLink,
};
use crate::{
    problem::Fault,
    ui::{
        form::{Form, FormProblems, Submit},
        frame::Card,
        loading::{Loaded, load, showing},
        send::path_of,
    },
};

#[component]
pub fn UndoDeletionPage() -> impl IntoView {
    let data = load::<LoadDeletionUndo>(String::new);
    let show = showing(|email: String| view! { <Keep email/> }.into_any());
    view! { <Loaded data show instead=|fault| view! { <Dead fault/> }.into_any()/> }
}

#[component]
fn Keep(email: String) -> impl IntoView {
    let lead = move || view! { "This restores the account of "<strong>{email.clone()}</strong>"." };
    view! {
        <Card title="Keep your account" lead>
            <Form to={path_of::<UndoDeletion>()} id="undo-deletion">
                <FormProblems/>
                <Submit>"Keep my account"</Submit>
            </Form>
            <div class="note"><p>"Organizations that were deleted with it can be restored in their settings. If it was not you who deleted the account, set a new password afterwards."</p></div>
        </Card>
    }
}

#[component]
fn Dead(fault: Fault) -> impl IntoView {
    view! {
        <DeadLink fault href="/sign-in" instead="Sign in"
            expired="A deleted account can be restored for 14 days. This one is gone now."
            used="Your account is restored. Sign in to open it."
            otherwise="It was copied only in part, or the account is no longer deleted."/>
    }
}
