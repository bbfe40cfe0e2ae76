//! `/confirm-password`: sensitive acts want a proof again, the password or a code.

use contract::{second_factors::SecondFactors, text::own_path};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{ConfirmPassword, LoadConfirmation};
use crate::{
    second_factors::challenge::CodeField,
    ui::{
        avatar::Avatar,
        banner::{Banner, Tone},
        form::{Form, FormProblems, Submit},
        frame::Card,
        loading::{Loaded, argument, load, showing},
        password::{PasswordField, Use},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn ConfirmPasswordPage() -> impl IntoView {
    let data = load::<LoadConfirmation>(String::new);
    let query = use_query_map();
    let next = query.read_untracked().get("next").map_or_else(
        || "/account/security".to_owned(),
        |next| own_path(&next).to_owned(),
    );
    let asked = query.read_untracked().get("with");
    let asks_code = asked.is_some_and(|with| with == "code");
    view! {
        <Loaded data show=showing(move |factors: SecondFactors| {
            let with_code = asks_code && factors.is_any();
            view! { <Page next=next.clone() with_code has_other={factors.is_any()}/> }.into_any()
        })/>
    }
}

#[component]
fn Page(next: String, with_code: bool, has_other: bool) -> impl IntoView {
    let visit = Visit::current();
    let notice = visit.notice("confirm-password");
    let person = visit.visitor.get_untracked();
    let email = person
        .as_ref()
        .map(|person| person.email.clone())
        .unwrap_or_default();
    let lead = move || {
        if with_code {
            "This needs a code of your authenticator app. After that we do not ask for 10 minutes."
        } else {
            "This needs your password again. After that we do not ask for 10 minutes."
        }
    };
    let other = other_way(&next, with_code);
    let more = move || has_other.then(|| other.clone().into_view());
    view! {
        <Card title="Confirm it is you" lead more>
            {notice.map(|text| view! { <Banner tone=Tone::Info text/> })}
            <Form to={path_of::<ConfirmPassword>()} id="confirm-password">
                <FormProblems/>
                {person.map(|person| {
                    view! {
                        <div class="person">
                            <Avatar name=person.name.clone() avatar=person.avatar/>
                            <div>
                                <p class="who-name truncate">{person.name}</p>
                                <p class="who-mail truncate">{person.email}</p>
                            </div>
                        </div>
                    }
                })}
                <input class="vh" type="email" name="username" value=email autocomplete="username" readonly=true tabindex="-1" aria-hidden="true"/>
                <input type="hidden" name="next" value=next.clone()/>
                {if with_code {
                    view! { <CodeField/> }.into_any()
                } else {
                    view! {
                        <PasswordField name="password" label="Password" purpose=Use::Current has_focus=true>
                            <a class="field-aside" href="/forgot-password">"Forgot password?"</a>
                        </PasswordField>
                    }
                    .into_any()
                }}
                <div class="actions">
                    <Submit class="btn primary">"Continue"</Submit>
                    <a class="btn quiet" href=next>"Cancel"</a>
                </div>
            </Form>
        </Card>
    }
    .into_any()
}

/// The link to the proof that is not asked for.
#[derive(Clone, Debug)]
struct OtherWay {
    to: String,
    text: &'static str,
}

impl OtherWay {
    fn into_view(self) -> AnyView {
        view! { <p><a href=self.to rel="external">{self.text}</a></p> }.into_any()
    }
}

fn other_way(next: &str, with_code: bool) -> OtherWay {
    let mut query = String::new();
    argument(&mut query, "next", next);
    if !with_code {
        argument(&mut query, "with", "code");
    }
    OtherWay {
        to: format!("/confirm-password?{query}"),
        text: if with_code {
            "Use your password"
        } else {
            "Use a code of your app"
        },
    }
}
