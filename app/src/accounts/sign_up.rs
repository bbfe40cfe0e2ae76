//! `/sign-up`

use contract::{EmailAddress, accounts::LONGEST_NAME, text::one_line};
use leptos::prelude::*;

use super::api::SignUp;
use crate::{
    identities::buttons::ProviderButtons,
    ui::{
        field::Field,
        form::{Form, FormProblems, Submit},
        frame::Card,
        password::{PasswordField, Use},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn SignUpPage() -> impl IntoView {
    if Visit::current().may_sign_up {
        view! { <Open/> }.into_any()
    } else {
        view! { <Closed/> }.into_any()
    }
}

#[component]
fn Open() -> impl IntoView {
    let more = || view! { <p>"Have an account? "<a href="/sign-in">"Sign in"</a></p> };
    view! {
        <Card title="Create your account" lead=|| "Next you confirm your e-mail address, and then you are in." more>
            <Form to={path_of::<SignUp>()} id="sign-up">
                <FormProblems/>
                <ProviderButtons/>
                <Field name="name" label="Name" autocomplete="name" is_optional=true longest=LONGEST_NAME check={|text| one_line(text, LONGEST_NAME).map(|_| ())}/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username" check={|text| EmailAddress::parse(text).map(|_| ())}/>
                <PasswordField name="password" label="Password" purpose=Use::New/>
                <Submit>"Create account"</Submit>
            </Form>
        </Card>
    }
}

#[component]
fn Closed() -> impl IntoView {
    view! {
        <Card title="Sign-up is closed" lead=|| "New accounts on this server are by invitation only.">
            <div class="auth-text">
                <p>"If someone invited you, open the link in their e-mail. Otherwise ask whoever runs this server."</p>
            </div>
            <div class="note">
                <p>"Have an account?"</p>
                <div class="actions"><a class="btn block" href="/sign-in">"Sign in"</a></div>
            </div>
        </Card>
    }
}
