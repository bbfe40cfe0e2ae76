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
            <div class="note"><p>"From then on you sign in with the new address. We send an e-mail to the old one, with a link that can undo this for 7 days."</p></div>
        </Card>
    }
}

#[component]
fn NoChange(fault: Fault) -> impl IntoView {
    view! {
        <DeadLink fault href="/account/profile" instead="Go to your profile"
            expired="Links are valid for 1 hour. Your address has not changed."
            used="Your profile shows your current address."
            otherwise="It was copied only in part, or a newer one replaced it, or you are signed in as somebody else. Your address has not changed."/>
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
        <Card title="Undo the e-mail change" lead>
            <Form to={path_of::<UndoEmailChange>()} id="undo-email-change">
                <FormProblems/>
                <Submit>"Undo the change"</Submit>
            </Form>
            <div class="note"><p>"This signs you out on every device. We then send you a link to set a new password, because whoever changed the address may know the one you have now."</p></div>
        </Card>
    }
}

#[component]
fn NoUndo(fault: Fault) -> impl IntoView {
    view! {
        <DeadLink fault href="/forgot-password" instead="Set a new password"
            expired="An e-mail change can be undone for 7 days. Whoever runs this server can still help you."
            used="The change has been undone. Set a new password if you have not done so yet."
            otherwise="It was copied only in part, or an earlier change has been undone."/>
    }
}
