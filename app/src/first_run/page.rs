//! `/setup`: the link in the log of a new installation was opened.

use contract::{Code, EmailAddress, accounts::LONGEST_NAME, text::one_line};
use leptos::prelude::*;

use super::api::{ClaimInstallation, CreateOperator, LoadSetUp, SetUpView};
use crate::{
    problem::Fault,
    ui::{
        field::Field,
        form::{Form, FormProblems, Submit},
        frame::Card,
        loading::{Loaded, load, showing},
        password::{PasswordField, Use},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn SetUpPage() -> impl IntoView {
    let data = load::<LoadSetUp>(String::new);
    let show = showing(|view: SetUpView| match view.email {
        Some(email) => view! { <Claim email public_url=view.public_url/> }.into_any(),
        None => view! { <Create public_url=view.public_url/> }.into_any(),
    });
    view! { <Loaded data show instead=|fault| view! { <Dead fault/> }.into_any()/> }
}

#[component]
fn Create(public_url: String) -> impl IntoView {
    let title = title();
    let lead = || "Create the operator's account. It can manage people, organizations and keys.";
    view! {
        <Card title lead>
            <Form to={path_of::<CreateOperator>()} id="create-operator">
                <FormProblems/>
                <Field name="name" label="Name" autocomplete="name" is_optional=true longest=LONGEST_NAME check={|text| one_line(text, LONGEST_NAME).map(|_| ())}/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username" check={|text| EmailAddress::parse(text).map(|_| ())}/>
                <PasswordField name="password" label="Password" purpose=Use::New/>
                <Submit>"Create operator"</Submit>
            </Form>
            <Address public_url/>
        </Card>
    }
}

#[component]
fn Claim(email: String, public_url: String) -> impl IntoView {
    let title = title();
    let lead = move || {
        view! { "You are signed in as "<strong>{email.clone()}</strong>". This account becomes the operator: it can manage people, organizations and keys." }
    };
    view! {
        <Card title lead>
            <Form to={path_of::<ClaimInstallation>()} id="claim-installation">
                <FormProblems/>
                <Submit>"Become the operator"</Submit>
            </Form>
            <Address public_url/>
        </Card>
    }
}

fn title() -> String {
    format!("Set up {}", Visit::current().product)
}

/// A wrong one is seen here first.
#[component]
fn Address(public_url: String) -> impl IntoView {
    view! {
        <div class="note">
            <p>"Links in e-mails lead to "<strong>{public_url}</strong>". If that is not where people find this server, set "<code>"public_url"</code>" first."</p>
        </div>
    }
}

#[component]
fn Dead(fault: Fault) -> impl IntoView {
    let (title, lead) = match fault.problem.code {
        Code::LinkUsed => (
            "This installation has an operator",
            "The link was for the first operator and no longer works. More can be added on the server, with latchkey user create.",
        ),
        _ => (
            "This link no longer works",
            "As long as there is no operator, each start of the server logs a new link. Open the latest one from the log.",
        ),
    };
    view! {
        <Card title lead=move || lead>
            <div class="actions"><a class="btn primary block" href="/sign-in">"Sign in"</a></div>
        </Card>
    }
}
