//! `/sign-in/code`: the second step of signing in.

use contract::{
    second_factors::{SecondFactors, TRUSTED_DAYS},
    text::own_path,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{AskSecondStep, CompleteSecondFactor, LoadSecondStep, Way};
use crate::ui::{
    field::{FieldProblem, Verdict, described_by},
    form::{Form, FormProblems, FormState, Submit},
    frame::Card,
    loading::{Loaded, argument, load, showing},
    passkey::{Answer, NeedsScript, Wanted},
    send::path_of,
};

#[component]
pub fn SecondStepPage() -> impl IntoView {
    let data = load::<LoadSecondStep>(String::new);
    let query = use_query_map();
    let next = query.read_untracked().get("next").unwrap_or_default();
    let next = own_path(&next).to_owned();
    let asked = query.read_untracked().get("with");
    let asked = asked.and_then(|with| Way::parse(&with));
    view! {
        <Loaded data show=showing(move |factors: SecondFactors| {
            view! { <Page next=next.clone() asked factors/> }.into_any()
        })/>
    }
}

/// The way that a page shows: the one that was chosen, where a person can go it, or the first that they can.
pub fn way(factors: &SecondFactors, asked: Option<Way>) -> Way {
    let mut ways = asked.into_iter().chain(Way::ALL);
    ways.find(|way| way.is_among(factors))
        .unwrap_or(Way::RecoveryCode)
}

/// Links to the ways that a page does not show.
#[component]
pub fn OtherWays(
    factors: SecondFactors,
    /// The way that it does show.
    #[prop(optional_no_strip)]
    shown: Option<Way>,
    page: &'static str,
    next: String,
) -> impl IntoView {
    let others = Way::ALL
        .into_iter()
        .filter(|way| Some(*way) != shown && way.is_among(&factors));
    others
        .map(|way| {
            let mut query = String::new();
            if next != "/" {
                argument(&mut query, "next", &next);
            }
            argument(&mut query, "with", way.as_str());
            let (text, class) = match way {
                Way::App => ("Use a code from your app", ""),
                Way::Passkey => ("Use a passkey", "js"),
                Way::RecoveryCode => ("Use a recovery code", ""),
            };
            view! { <p class=class><a href=format!("{page}?{query}") rel="external">{text}</a></p> }
        })
        .collect_view()
        .into_any()
}

#[component]
fn Page(next: String, asked: Option<Way>, factors: SecondFactors) -> impl IntoView {
    let way = way(&factors, asked);
    let more = {
        let next = next.clone();
        move || {
            view! {
                <OtherWays factors=factors.clone() shown=Some(way) page="/sign-in/code" next=next.clone()/>
                <p><a href="/sign-in">"Sign in as somebody else"</a></p>
            }
        }
    };
    let lead = move || match way {
        Way::App => "Enter the code that your authenticator app shows.",
        Way::Passkey => {
            "Use your passkey: your face, fingerprint or PIN, on this device or another."
        }
        Way::RecoveryCode => "Enter one of the recovery codes that you saved. Each works once.",
    };
    let passkey = (way == Way::Passkey).then(|| Wanted {
        ask: path_of::<AskSecondStep>(),
        is_new: false,
    });
    let (class, button) = if way == Way::Passkey {
        ("btn primary block js", "Use passkey")
    } else {
        ("btn primary block", "Sign in")
    };
    view! {
        <Card title="Second step" lead more>
            <Form to={path_of::<CompleteSecondFactor>()} id="second-step" passkey>
                <FormProblems/>
                <input type="hidden" name="next" value=next/>
                {asked.map(|way| view! { <input type="hidden" name="with" value=way.as_str()/> })}
                <Proof way/>
                <TrustBox/>
                <Submit class>{button}</Submit>
            </Form>
        </Card>
    }
    .into_any()
}

/// What a form holds for a way.
#[component]
pub fn Proof(way: Way) -> impl IntoView {
    match way {
        Way::App => view! { <CodeField takes=Takes::App/> }.into_any(),
        Way::Passkey => view! { <NeedsScript/><Answer/> }.into_any(),
        Way::RecoveryCode => view! { <CodeField takes=Takes::Recovery/> }.into_any(),
    }
}

#[component]
fn TrustBox() -> impl IntoView {
    let kept = FormState::current().kept("trust");
    let is_trusted = kept.is_some_and(|text| text == "true");
    view! {
        <label class="choice" for="trust">
            <input class="check" type="checkbox" id="trust" name="trust" value="true" checked=is_trusted/>
            <span>"Do not ask again in this browser"<span class="choice-text">{format!("For {TRUSTED_DAYS} days, and only if nobody else uses it")}</span></span>
        </label>
    }
}

/// Which codes a field is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Takes {
    /// Of the app: six digits send the form by themselves.
    #[default]
    App,
    Recovery,
    Either,
}

impl Takes {
    const fn label(self) -> &'static str {
        match self {
            Self::App => "Code",
            Self::Recovery => "Recovery code",
            Self::Either => "Code from your app, or a recovery code",
        }
    }
}

/// The field of a code.
#[component]
pub fn CodeField(#[prop(optional)] takes: Takes) -> impl IntoView {
    let state = FormState::current();
    let verdict = Verdict::of(&state, "code");
    let problem = verdict.problem;
    let is_app = takes == Takes::App;
    let (longest, mode, class) = if is_app {
        ("12", "numeric", "input code-input")
    } else {
        ("40", "text", "input mono")
    };
    view! {
        <div class="field">
            <label class="label" for="code">{takes.label()}</label>
            <input
                class=class
                id="code"
                name="code"
                type="text"
                inputmode=mode
                autocomplete="one-time-code"
                autocapitalize="none"
                spellcheck="false"
                maxlength=longest
                required=true
                autofocus=true
                aria-describedby=described_by("code", false, problem)
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                on:input=move |event| if is_app { send_when_full(&event) }
            />
            <FieldProblem name="code" problem/>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
fn send_when_full(event: &leptos::ev::Event) {
    use wasm_bindgen::JsCast as _;
    let typed = event_target_value(event);
    let count = typed.chars().filter(char::is_ascii_digit).count();
    let input = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
    if let Some(form) = input.and_then(|input| input.form())
        && count == contract::second_factors::DIGITS
    {
        let _sent = form.request_submit();
    }
}

#[cfg(not(feature = "hydrate"))]
fn send_when_full(_: &leptos::ev::Event) {}
