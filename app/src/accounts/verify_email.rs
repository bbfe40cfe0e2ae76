//! `/verify-email`: a link from a letter was opened, or a new one is wanted.

use contract::{Code, EmailAddress};
use leptos::prelude::*;

use super::api::{ResendVerification, VerificationLink, VerifyEmail};
use crate::{
    problem::Fault,
    ui::{
        field::Field,
        form::{Form, FormProblems, Submit},
        frame::Card,
        loading::{Loaded, load, showing},
        send::path_of,
    },
};

#[component]
pub fn VerifyEmailPage() -> impl IntoView {
    let data = load::<VerificationLink>(String::new);
    let show = showing(|email: String| view! { <Confirm email/> }.into_any());
    view! { <Loaded data show instead=|fault| view! { <SendNew fault/> }.into_any()/> }
}

#[component]
fn Confirm(email: String) -> impl IntoView {
    let lead = move || view! { "This makes "<strong>{email.clone()}</strong>" the address of your account." };
    view! {
        <Card title="Confirm your e-mail" lead>
            <Form to={path_of::<VerifyEmail>()} id="verify-email">
                <FormProblems/>
                <Submit>"Confirm address"</Submit>
            </Form>
            <div class="note"><p>"Why a button? Mail scanners open links on their own, but only you press buttons."</p></div>
        </Card>
    }
}

/// There is no good link; says why, and offers a new one.
#[component]
fn SendNew(fault: Fault) -> impl IntoView {
    let (title, lead) = match fault.problem.code {
        Code::LinkExpired => (
            "This link has expired",
            "Links are valid for 24 hours. We can send you a new one.",
        ),
        Code::LinkUsed => (
            "This link has already been used",
            "Your address is confirmed, unless somebody else pressed the button. Try signing in.",
        ),
        _ => (
            "Get a new link",
            "Enter your address. If it is not confirmed yet, we send a new link there.",
        ),
    };
    let more = || view! { <p>"Confirmed already? "<a href="/sign-in">"Sign in"</a></p> };
    view! {
        <Card title lead=move || lead more>
            <Form to={path_of::<ResendVerification>()} id="resend-verification">
                <FormProblems/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username" has_focus=true check={|text| EmailAddress::parse(text).map(|_| ())}/>
                <Submit>"Send a new link"</Submit>
            </Form>
        </Card>
    }
}
