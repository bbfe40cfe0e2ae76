//! `/reset-password`: a link from a letter was opened.

use contract::Code;
use leptos::prelude::*;

use super::api::{ResetLink, ResetPassword};
use crate::{
    problem::Fault,
    ui::{
        form::{Form, FormProblems, Submit},
        frame::Card,
        loading::{Loaded, load, showing},
        password::{PasswordField, Use},
        send::path_of,
    },
};

#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let data = load::<ResetLink>(String::new);
    let show = showing(|email: String| view! { <SetNew email/> }.into_any());
    view! { <Loaded data show instead=|fault| view! { <Dead fault/> }.into_any()/> }
}

#[component]
fn SetNew(email: String) -> impl IntoView {
    let shown = email.clone();
    let lead = move || view! { "For "<strong>{shown.clone()}</strong>"." };
    view! {
        <Card title="Set a new password" lead>
            <Form to={path_of::<ResetPassword>()} id="reset-password">
                <FormProblems/>
                <input class="vh" type="email" name="username" value=email autocomplete="username" readonly=true tabindex="-1" aria-hidden="true"/>
                <PasswordField name="new_password" label="New password" purpose=Use::New has_focus=true/>
                <Submit>"Set password"</Submit>
            </Form>
            <div class="note"><p>"This signs you out on every device. You then sign in with the new password."</p></div>
        </Card>
    }
}

#[component]
fn Dead(fault: Fault) -> impl IntoView {
    let (title, lead) = match fault.problem.code {
        Code::LinkExpired => (
            "This link has expired",
            "Links are valid for 30 minutes. Your password has not changed.",
        ),
        Code::LinkUsed => (
            "This link has already been used",
            "Each link can set a password only once.",
        ),
        _ => (
            "This link no longer works",
            "It was copied only in part, or replaced by a newer one. Your password has not changed.",
        ),
    };
    let more = || view! { <p>"Remembered it? "<a href="/sign-in">"Sign in"</a></p> };
    view! {
        <Card title lead=move || lead more>
            <div class="actions"><a class="btn primary block" href="/forgot-password">"Send a new link"</a></div>
        </Card>
    }
}
