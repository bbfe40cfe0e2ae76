//! `/forgot-password`

use contract::EmailAddress;
use leptos::prelude::*;

use super::api::RequestPasswordReset;
use crate::ui::{
    field::Field,
    form::{Form, FormProblems, Submit},
    frame::Card,
    send::path_of,
};

#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let more = || view! { <p>"Remembered it? "<a href="/sign-in">"Sign in"</a></p> };
    view! {
        <Card title="Forgot your password?" lead=|| "We send you a link to set a new one." more>
            <Form to={path_of::<RequestPasswordReset>()} id="forgot-password">
                <FormProblems/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username" has_focus=true check={|text| EmailAddress::parse(text).map(|_| ())}/>
                <Submit>"Send link"</Submit>
            </Form>
        </Card>
    }
}
