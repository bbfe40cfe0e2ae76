//! `/sign-in/link`, `/sign-in/link/sent` and `/magic-link`: signing in by a link in a letter.

use contract::{Code, EmailAddress};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{MagicLink, RequestMagicLink, SignInWithLink};
use crate::{
    accounts::check_inbox::SendAgain,
    problem::Fault,
    ui::{
        banner::{Banner, Tone},
        field::Field,
        form::{Form, FormProblems, Submit},
        frame::Card,
        loading::{Loaded, load, showing},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn RequestLinkPage() -> impl IntoView {
    let visit = Visit::current();
    let flash = visit.flash("magic-link").unwrap_or_default();
    let next = flash.value("next").unwrap_or_else(|| {
        let asked = use_query_map().read_untracked().get("next");
        asked.unwrap_or_default()
    });
    let more = || view! { <p>"Password at hand? "<a href="/sign-in">"Sign in with it"</a></p> };
    let is_off = !visit.has_magic_links;
    view! {
        <Card title="Sign in by e-mail" lead=|| "We send you a link that signs you in. No password is needed." more>
            {is_off.then(|| view! { <Banner tone=Tone::Info text=Code::MagicLinksOff.sentence()/> })}
            <Form to={path_of::<RequestMagicLink>()} id="magic-link">
                <FormProblems/>
                <input type="hidden" name="next" value=next/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username" has_focus=true check={|text| EmailAddress::parse(text).map(|_| ())}/>
                <Submit>"Send link"</Submit>
            </Form>
        </Card>
    }
}

#[component]
pub fn LinkSentPage() -> impl IntoView {
    let flash = Visit::current().flash("inbox").unwrap_or_default();
    let (email, next) = (
        flash.value("email"),
        flash.value("next").unwrap_or_default(),
    );
    let shown = email.clone();
    let lead = move || match shown.clone() {
        Some(email) => {
            view! { "If an account uses "<strong>{email}</strong>", a link is on its way there." }
                .into_any()
        }
        None => view! { "If an account uses that address, a link is on its way there." }.into_any(),
    };
    let more = || view! { <p>"Password at hand? "<a href="/sign-in">"Sign in with it"</a></p> };
    view! {
        <Card title="Check your inbox" lead more>
            <div class="auth-text"><p>"Open it in this browser to sign in here. The link works once, for 15 minutes."</p></div>
            <div class="note">
                <p>"Nothing after a minute? Check your spam folder first, then have it sent again."</p>
                {match email {
                    Some(email) => view! {
                        <Form to={path_of::<RequestMagicLink>()} id="magic-link" class="actions">
                            <FormProblems/>
                            <input type="hidden" name="email" value=email/>
                            <input type="hidden" name="next" value=next/>
                            <SendAgain/>
                            <a class="btn quiet" href="/sign-in/link">"Change e-mail"</a>
                        </Form>
                    }.into_any(),
                    None => view! { <div class="actions"><a class="btn" href="/sign-in/link">"Send again"</a></div> }.into_any(),
                }}
            </div>
        </Card>
    }
}

#[component]
pub fn MagicLinkPage() -> impl IntoView {
    let data = load::<MagicLink>(String::new);
    let show = showing(|email: String| view! { <SignInHere email/> }.into_any());
    view! { <Loaded data show instead=|fault| view! { <Dead fault/> }.into_any()/> }
}

#[component]
fn SignInHere(email: String) -> impl IntoView {
    let lead = move || view! { "As "<strong>{email.clone()}</strong>"." };
    view! {
        <Card title="Sign in" lead>
            <Form to={path_of::<SignInWithLink>()} id="sign-in-with-link">
                <FormProblems/>
                <label class="choice" for="remember">
                    <input class="check" type="checkbox" id="remember" name="remember" value="true"/>
                    <span>"Keep me signed in"<span class="choice-text">"For 30 days on this device"</span></span>
                </label>
                <Submit>"Sign in"</Submit>
            </Form>
            <div class="note"><p>"Why a button? Mail scanners open links on their own, but only you press buttons."</p></div>
        </Card>
    }
}

#[component]
fn Dead(fault: Fault) -> impl IntoView {
    let (title, lead) = match fault.problem.code {
        Code::LinkExpired => ("This link has expired", "Links are valid for 15 minutes."),
        Code::LinkUsed => (
            "This link has already been used",
            "Each link can sign you in only once.",
        ),
        Code::MagicLinksOff => ("This link no longer works", Code::MagicLinksOff.sentence()),
        _ => (
            "This link no longer works",
            "It was copied only in part, or replaced by a newer one.",
        ),
    };
    let is_off = fault.problem.code == Code::MagicLinksOff;
    let more = || view! { <p>"Password at hand? "<a href="/sign-in">"Sign in with it"</a></p> };
    view! {
        <Card title lead=move || lead more>
            {(!is_off).then(|| view! { <div class="actions"><a class="btn primary block" href="/sign-in/link">"Send a new link"</a></div> })}
        </Card>
    }
}
