//! `/confirm-password`: sensitive acts want the password again.

use contract::text::own_path;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::ConfirmPassword;
use crate::{
    ui::{
        banner::{Banner, Tone},
        form::{Form, FormProblems, Submit},
        frame::Card,
        password::{PasswordField, Use},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn ConfirmPasswordPage() -> impl IntoView {
    let visit = Visit::current();
    let next = use_query_map().read_untracked().get("next").map_or_else(
        || "/account/security".to_owned(),
        |next| own_path(&next).to_owned(),
    );
    let notice = visit.notice("confirm-password");
    let person = visit.visitor.get_untracked();
    let email = person
        .as_ref()
        .map(|person| person.email.clone())
        .unwrap_or_default();
    view! {
        <Card title="Confirm it is you" lead=|| "This needs your password again. After that we do not ask for 10 minutes.">
            {notice.map(|text| view! { <Banner tone=Tone::Info text/> })}
            <Form to={path_of::<ConfirmPassword>()} id="confirm-password">
                <FormProblems/>
                {person.map(|person| {
                    let initials = person.initials();
                    view! {
                        <div class="person">
                            <span class="avatar" aria-hidden="true">{initials}</span>
                            <div>
                                <p class="who-name truncate">{person.name}</p>
                                <p class="who-mail truncate">{person.email}</p>
                            </div>
                        </div>
                    }
                })}
                <input class="vh" type="email" name="username" value=email autocomplete="username" readonly=true tabindex="-1" aria-hidden="true"/>
                <input type="hidden" name="next" value=next.clone()/>
                <PasswordField name="password" label="Password" purpose=Use::Current has_focus=true>
                    <a class="field-aside" href="/forgot-password">"Forgot password?"</a>
                </PasswordField>
                <div class="actions">
                    <Submit class="btn primary">"Continue"</Submit>
                    <a class="btn quiet" href=next>"Cancel"</a>
                </div>
            </Form>
        </Card>
    }
}
