//! `/account/security/passkeys/new`

use contract::passkeys::LONGEST_NAME;
use leptos::prelude::*;

use super::{
    api::{AskNewPasskey, LoadNewPasskey, RegisterPasskey},
    views::NewPasskeyView,
};
use crate::{
    second_factors::set_up::Head,
    ui::{
        field::Field,
        form::{Form, FormProblems, Submit},
        loading::{Loaded, load, showing},
        passkey::{Answer, NeedsScript, Wanted},
        send::path_of,
    },
};

#[component]
pub fn NewPasskeyPage() -> impl IntoView {
    let data = load::<LoadNewPasskey>(String::new);
    view! {
        <Head title="Add a passkey" purpose="Your device or password manager signs you in, with your face, fingerprint or PIN."/>
        <Loaded data show=showing(|view: NewPasskeyView| view! { <New view/> }.into_any())/>
    }
}

#[component]
fn New(view: NewPasskeyView) -> impl IntoView {
    let passkey = Wanted {
        ask: path_of::<AskNewPasskey>(),
        is_new: true,
    };
    view! {
        <Form to={path_of::<RegisterPasskey>()} id="new-passkey" class="card" labelled_by="new-title" passkey=Some(passkey)>
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="new-title">"Name it"</h2>
                    <p class="card-purpose">"So that you can tell it apart later. Your browser then asks where to store it."</p>
                </header>
                <div class="card-body">
                    <NeedsScript/>
                    <FormProblems/>
                    <Answer/>
                    <Field name="name" label="Name" value=view.name longest=LONGEST_NAME check={|text| contract::passkeys::check_name(text).map(|_| ())}/>
                </div>
            </div>
            <footer class="card-foot">
                <a class="btn quiet" href="/account/security">"Cancel"</a>
                <Submit class="btn primary js">"Continue"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}
