//! `/sign-in/code`: the second step of signing in.

use contract::{second_factors::TRUSTED_DAYS, text::own_path};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{CompleteSecondFactor, LoadSecondStep, RECOVERY};
use crate::ui::{
    field::{FieldProblem, Verdict, described_by},
    form::{Form, FormProblems, FormState, Submit},
    frame::Card,
    loading::{Loaded, argument, load, showing},
    send::path_of,
};

#[component]
pub fn SecondStepPage() -> impl IntoView {
    let data = load::<LoadSecondStep>(String::new);
    let query = use_query_map();
    let next = query.read_untracked().get("next").unwrap_or_default();
    let next = own_path(&next).to_owned();
    let with_recovery = query
        .read_untracked()
        .get("with")
        .is_some_and(|with| with == RECOVERY);
    view! {
        <Loaded data show=showing(move |_: contract::second_factors::SecondFactors| {
            view! { <Page next=next.clone() with_recovery/> }.into_any()
        })/>
    }
}

#[component]
fn Page(next: String, with_recovery: bool) -> impl IntoView {
    let other = {
        let next = next.clone();
        move || {
            let mut query = String::new();
            if next != "/" {
                argument(&mut query, "next", &next);
            }
            if !with_recovery {
                argument(&mut query, "with", RECOVERY);
            }
            let to = format!("/sign-in/code?{query}");
            let text = if with_recovery {
                "Use a code of your app"
            } else {
                "Use a recovery code"
            };
            view! {
                <p>"No phone at hand? "<a href=to rel="external">{text}</a></p>
                <p><a href="/sign-in">"Sign in as somebody else"</a></p>
            }
        }
    };
    let lead = move || {
        if with_recovery {
            "Enter one of the codes that you saved when you set up your app. Each works once."
        } else {
            "Enter the code that your authenticator app shows."
        }
    };
    view! {
        <Card title="Second step" lead more=other>
            <Form to={path_of::<CompleteSecondFactor>()} id="second-step">
                <FormProblems/>
                <input type="hidden" name="next" value=next/>
                {with_recovery.then(|| view! { <input type="hidden" name="with" value=RECOVERY/> })}
                <CodeField takes={if with_recovery { Takes::Recovery } else { Takes::App }}/>
                <TrustBox/>
                <Submit>"Sign in"</Submit>
            </Form>
        </Card>
    }
    .into_any()
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
            Self::Either => "Code of your app, or a recovery code",
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
