//! `/confirm-password`: sensitive acts want a proof again: the password, or a second factor where there is one.

use contract::{identities::OfferedProvider, second_factors::SecondFactors, text::own_path};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{ConfirmPassword, LoadConfirmation};
use crate::{
    identities::{api::ConfirmWithProvider, mark::ProviderMark, views::Confirmation},
    second_factors::{
        api::{AskConfirmation, Way},
        challenge::{OtherWays, Proof, way},
    },
    ui::{
        avatar::Avatar,
        banner::{Banner, Tone},
        form::{Form, FormProblems, Submit},
        frame::Card,
        loading::{Loaded, load, showing},
        passkey::Wanted,
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
    let asked = asked.and_then(|with| Way::parse(&with));
    view! {
        <Loaded data show=showing(move |view: Confirmation| {
            let Confirmation { factors, has_password, providers } = view;
            let next = next.clone();
            if !has_password && !factors.is_any() {
                return view! { <WithoutPassword next providers/> }.into_any();
            }
            // With a second factor set up, the password does not prove enough.
            let way = factors.is_any().then(|| way(&factors, asked));
            view! { <Page next way factors/> }.into_any()
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
        <Card title="Confirm that it is you" lead=|| "We need to know that it is still you. After that we do not ask again for 10 minutes." more>
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

/// `way` is what is asked for in place of the password.
#[component]
fn Page(next: String, way: Option<Way>, factors: SecondFactors) -> impl IntoView {
    let visit = Visit::current();
    let notice = visit.notice("confirm-password");
    let person = visit.visitor.get_untracked();
    let email = person
        .as_ref()
        .map(|person| person.email.clone())
        .unwrap_or_default();
    let lead = move || {
        let what = match way {
            None => "your password again",
            Some(Way::App) => "a code from your authenticator app",
            Some(Way::Passkey) => "your passkey",
            Some(Way::RecoveryCode) => "a recovery code",
        };
        format!("This needs {what}. After that we do not ask again for 10 minutes.")
    };
    let passkey = (way == Some(Way::Passkey)).then(|| Wanted {
        ask: path_of::<AskConfirmation>(),
        is_new: false,
    });
    let class = if passkey.is_some() {
        "btn primary js"
    } else {
        "btn primary"
    };
    let more = {
        let next = next.clone();
        move || view! { <OtherWays factors=factors.clone() shown=way page="/confirm-password" next=next.clone()/> }
    };
    view! {
        <Card title="Confirm that it is you" lead more>
            {notice.map(|text| view! { <Banner tone=Tone::Info text/> })}
            <Form to={path_of::<ConfirmPassword>()} id="confirm-password" passkey>
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
                {way.map(|way| view! { <input type="hidden" name="with" value=way.as_str()/> })}
                {match way {
                    Some(way) => view! { <Proof way/> }.into_any(),
                    None => view! {
                        <PasswordField name="password" label="Password" purpose=Use::Current has_focus=true>
                            <a class="field-aside" href="/forgot-password">"Forgot password?"</a>
                        </PasswordField>
                    }
                    .into_any(),
                }}
                <div class="actions">
                    <Submit class>"Continue"</Submit>
                    <a class="btn quiet" href=next>"Cancel"</a>
                </div>
            </Form>
        </Card>
    }
    .into_any()
}
