//! `/sign-in`

use contract::{EmailAddress, text::own_path};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{AskPasskey, SignIn, SignInWithPasskey};
use crate::{
    identities::buttons::ProviderButtons,
    ui::{
        banner::{Banner, Tone},
        field::Field,
        focus::is_checked,
        form::{Form, FormProblems, Submit},
        frame::Card,
        icon::{Draw, Icon},
        loading::arguments,
        passkey::{Answer, Wanted, offer},
        password::{PasswordField, Use},
        send::path_of,
    },
    visit::Visit,
};

/// Where a link is asked for that leads to the same page.
fn link_page(next: &str) -> String {
    if own_path(next) == "/" {
        "/sign-in/link".to_owned()
    } else {
        format!("/sign-in/link?{}", arguments(&[("next", next)]))
    }
}

#[component]
pub fn SignInPage() -> impl IntoView {
    let visit = Visit::current();
    let flash = visit.flash("sign-in").unwrap_or_default();
    let next = flash.value("next").unwrap_or_else(|| {
        use_query_map()
            .read_untracked()
            .get("next")
            .unwrap_or_default()
    });
    let is_remembered = flash.value("remember").is_some_and(|value| value == "true");
    let may_sign_up = visit.may_sign_up;
    let has_email = flash.value("email").is_some();
    let (has_links, has_passkeys) = (visit.has_magic_links, visit.has_passkeys);
    let remembers = RwSignal::new(is_remembered);
    let (to_link, after_passkey) = (link_page(&next), next.clone());
    let lead = if visit.providers.is_empty() {
        "With your e-mail and password."
    } else {
        "With an account elsewhere, or with your e-mail and password."
    };
    let more = move || {
        view! {
            {has_links.then(|| view! { <p>"No password at hand? "<a href=to_link.clone() rel="external">"Get a link by e-mail"</a></p> })}
            <p>"Not verified yet? "<a href="/verify-email">"Send the link again"</a></p>
            {may_sign_up.then(|| view! { <p>"New here? "<a href="/sign-up">"Create an account"</a></p> })}
        }
    };
    view! {
        <Card title="Sign in" lead=move || lead more>
            {flash.notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
            <Form to={path_of::<SignIn>()} id="sign-in">
                <FormProblems/>
                <ProviderButtons next=next.clone()/>
                <input type="hidden" name="next" value=next/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username webauthn" has_focus=!has_email check={|text| EmailAddress::parse(text).map(|_| ())}/>
                <PasswordField name="password" label="Password" purpose=Use::Current has_focus=has_email>
                    <a class="field-aside" href="/forgot-password">"Forgot password?"</a>
                </PasswordField>
                <label class="choice" for="remember">
                    <input class="check" type="checkbox" id="remember" name="remember" value="true" checked=is_remembered on:change=move |event| remembers.set(event_target_checked(&event))/>
                    <span>"Keep me signed in"<span class="choice-text">"For 30 days on this device"</span></span>
                </label>
                <Submit>"Sign in"</Submit>
            </Form>
            {has_passkeys.then(|| view! { <Passkey next=after_passkey remembers/> })}
        </Card>
    }
}

/// The other form of the page: it takes the box of the first along.
#[component]
fn Passkey(next: String, remembers: RwSignal<bool>) -> impl IntoView {
    let ask = path_of::<AskPasskey>();
    Effect::new(move |_| {
        // It may have been ticked before the page came alive.
        remembers.set(is_checked("remember"));
        offer("passkey", ask);
    });
    let passkey = Wanted { ask, is_new: false };
    let remember = move || if remembers.get() { "true" } else { "false" };
    view! {
        <Form to={path_of::<SignInWithPasskey>()} id="passkey" class="form js" passkey=Some(passkey)>
            <p class="or">"or"</p>
            <FormProblems/>
            <Answer/>
            <input type="hidden" name="next" value=next/>
            <input type="hidden" name="remember" value=remember/>
            <Submit class="btn block"><Draw icon=Icon::Key/>"Sign in with a passkey"</Submit>
        </Form>
    }
    .into_any()
}
