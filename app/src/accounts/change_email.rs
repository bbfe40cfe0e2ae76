//! `/change-email` and `/undo-email-change`: a link from a letter about another address was opened.

use leptos::prelude::*;

use super::{
    dead_link::DeadLink,
    email_api::{ConfirmEmailChange, LoadEmailChange, LoadEmailUndo, UndoEmailChange},
    views::EmailChange,
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
pub fn ChangeEmailPage() -> impl IntoView {
    let data = load::<LoadEmailChange>(String::new);
    let show = showing(|change: EmailChange| view! { <Confirm change/> }.into_any());
    view! { <Loaded data show instead=|fault| view! { <NoChange fault/> }.into_any()/> }
}

#[component]
fn Confirm(change: EmailChange) -> impl IntoView {
    let EmailChange { from, to } = change;
    let lead = move || view! { "From "<strong>{from.clone()}</strong>" to "<strong>{to.clone()}</strong>"." };
    view! {
        <Card title="Change your e-mail" lead>
            <Form to={path_of::<ConfirmEmailChange>()} id="confirm-email-change">
                <FormProblems/>
                <Submit>"Change e-mail"</Submit>
            </Form>
            <div class="note"><p>"You sign in with the new address from then on. The former one gets a letter, with which this can be undone for 7 days."</p></div>
        </Card>
    }
}

#[component]
fn NoChange(fault: Fault) -> impl IntoView {
    view! {
        <DeadLink fault href="/account/profile" instead="Go to your profile"
            expired="It worked for 1 hour. Your address is as it was."
            used="Your profile shows the address that counts."
            otherwise="It was copied only in part, replaced by a newer one, or you are signed in as somebody else. Your address is as it was."/>
    }
}

#[component]
pub fn UndoEmailChangePage() -> impl IntoView {
    let data = load::<LoadEmailUndo>(String::new);
    let show = showing(|email: String| view! { <Undo email/> }.into_any());
    view! { <Loaded data show instead=|fault| view! { <NoUndo fault/> }.into_any()/> }
}

#[component]
fn Undo(email: String) -> impl IntoView {
    let lead = move || view! { "Your account gets "<strong>{email.clone()}</strong>" back." };
    view! {
        <Card title="Undo the change of e-mail" lead>
            <Form to={path_of::<UndoEmailChange>()} id="undo-email-change">
                <FormProblems/>
                <Submit>"Undo the change"</Submit>
            </Form>
            <div class="note"><p>"Every session ends, on every device. We then send you a link to set a new password, because whoever changed the address may know yours."</p></div>
        </Card>
    }
}

#[component]
fn NoUndo(fault: Fault) -> impl IntoView {
    view! {
        <DeadLink fault href="/forgot-password" instead="Set a new password"
            expired="A change of e-mail can be undone for 7 days. Whoever runs this installation can still help you."
            used="The change was undone. Set a new password if you have not yet."
            otherwise="It was copied only in part, or an earlier change was undone."/>
    }
}
