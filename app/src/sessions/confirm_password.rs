//! `/confirm-password`: sensitive acts want a proof again, the password or a code.

use contract::{identities::OfferedProvider, text::own_path};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{ConfirmPassword, LoadConfirmation};
use crate::{
    identities::{api::ConfirmWithProvider, mark::ProviderMark, views::Confirmation},
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
        <Loaded data show=showing(move |view: Confirmation| {
            let Confirmation { factors, has_password, providers } = view;
            let next = next.clone();
            if !has_password && !factors.is_any() {
                return view! { <WithoutPassword next providers/> }.into_any();
            }
            let with_code = factors.is_any() && (asks_code || !has_password);
            let has_other = factors.is_any() && has_password;
            view! { <Page next with_code has_other providers/> }.into_any()
        })/>
    }
}

/// For somebody whom nothing but a provider signs in.
#[component]
fn WithoutPassword(next: String, providers: Vec<OfferedProvider>) -> impl IntoView {
    let visit = Visit::current();
    let notice = visit.notice("confirm-password");
    let problems = visit
        .flash("confirm-password")
        .unwrap_or_default()
        .problems
        .0
        .into_iter()
        .map(|problem| view! { <Banner tone=Tone::Danger text=problem.message.to_string()/> })
        .collect_view();
    let has_none = providers.is_empty();
    let more = || view! { <p>"Or "<a href="/forgot-password">"set a password by e-mail"</a>" and sign in with it."</p> };
    view! {
        <Card title="Confirm it is you" lead=|| "This needs a proof that it is still you. After that we do not ask for 10 minutes." more>
            {notice.map(|text| view! { <Banner tone=Tone::Info text/> })}
            {problems}
            {has_none.then(|| view! { <div class="auth-text"><p>"You have no password yet, and nothing else to confirm with."</p></div> })}
            <div class="form">
                <WithProviders next=next.clone() providers/>
                <div class="actions"><a class="btn quiet" href=next>"Cancel"</a></div>
            </div>
        </Card>
    }
    .into_any()
}

/// A button for each provider that can vouch for the person.
#[component]
fn WithProviders(next: String, providers: Vec<OfferedProvider>) -> impl IntoView {
    let forms = providers
        .into_iter()
        .map(|offered| {
            let next = next.clone();
            view! {
                <Form to={path_of::<ConfirmWithProvider>()} id="confirm-with-provider" class="providers" is_repeated=true>
                    <FormProblems/>
                    <input type="hidden" name="provider" value=offered.provider.as_str()/>
                    <input type="hidden" name="next" value=next/>
                    <Submit class="btn block">
                        <ProviderMark provider=offered.provider/>
                        {format!("Confirm with {}", offered.name)}
                    </Submit>
                </Form>
            }
        })
        .collect_view();
    view! { <div class="providers">{forms}</div> }
}

#[component]
fn Page(
    next: String,
    with_code: bool,
    has_other: bool,
    providers: Vec<OfferedProvider>,
) -> impl IntoView {
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
    let to = next.clone();
    let has_providers = !providers.is_empty();
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
            {has_providers.then(|| view! { <p class="divider"><span>"or"</span></p> })}
            <WithProviders next=to providers/>
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
