//! A password field: can be shown, and tells how strong a new password is.

use contract::{
    Password, Problem,
    password::{LONGEST, Strength},
};
use leptos::prelude::*;

use super::{
    field::{FieldProblem, Verdict},
    form::FormState,
    icon::{Draw, Icon},
};
use crate::visit::Visit;

/// Whether the person knows this password or makes it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Current,
    New,
}

/// A password. What was typed is never kept.
#[component]
pub fn PasswordField(
    name: &'static str,
    label: &'static str,
    purpose: Use,
    #[prop(optional)] has_focus: bool,
    /// A link below the field.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let state = FormState::current();
    let verdict = Verdict::of(&state, name);
    let problem = verdict.problem;
    let shortest = Visit::current().shortest_password;
    let (is_new, is_shown, typed) = (
        purpose == Use::New,
        RwSignal::new(false),
        RwSignal::new(String::new()),
    );
    let described_by = move || {
        let is_fine = problem.with(Option::is_none);
        let own = is_new.then(|| match is_fine {
            true => format!("{name}-help {name}-strength"),
            false => format!("{name}-strength"),
        });
        let error = problem
            .with(Option::is_some)
            .then(|| format!("{name}-error"));
        let ids: Vec<String> = own.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    let judge = move |text: &str| {
        if is_new {
            Password::new(text).check_new(shortest).err()
        } else {
            None
        }
    };
    view! {
        <div class="field">
            <label class="label" for=name>{label}</label>
            <div class="with-end">
                <input
                    class="input"
                    id=name
                    name=name
                    type=move || if is_shown.get() { "text" } else { "password" }
                    autocomplete=if is_new { "new-password" } else { "current-password" }
                    autocapitalize="none"
                    spellcheck="false"
                    required=true
                    maxlength=LONGEST.to_string()
                    autofocus=state.is_first_fault(name) || has_focus
                    aria-describedby=described_by
                    aria-invalid=move || problem.with(Option::is_some).then_some("true")
                    on:blur=move |event| verdict.on_leave(judge, &event_target_value(&event))
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        verdict.on_type(judge, &text);
                        if is_new {
                            typed.set(text);
                        }
                    }
                />
                <button
                    class="input-end"
                    type="button"
                    aria-label=format!("Show {}", label.to_lowercase())
                    aria-pressed=move || if is_shown.get() { "true" } else { "false" }
                    aria-controls=name
                    on:click=move |_| is_shown.update(|shown| *shown = !*shown)
                >
                    <Draw icon=Icon::Eye/>
                    <Draw icon=Icon::EyeOff/>
                </button>
            </div>
            {is_new.then(|| view! { <StrengthHint name typed shortest problem/> })}
            <FieldProblem name problem/>
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}

/// The meter below a new password, with its word beside it, and the rule.
#[component]
fn StrengthHint(
    name: &'static str,
    typed: RwSignal<String>,
    shortest: usize,
    problem: Memo<Option<Problem>>,
) -> impl IntoView {
    // What is wrong says the same in other words.
    let is_fine = move || problem.with(Option::is_none);
    let strength = Memo::new(move |_| {
        typed.with(|text| (!text.is_empty()).then(|| Strength::of(text, shortest)))
    });
    let words = move || strength.get().map_or("", Strength::words);
    let level = move || {
        strength
            .get()
            .map_or(0, |strength| strength.level() + 1)
            .to_string()
    };
    view! {
        <div class="strength">
            <meter class="meter" min="0" max="4" low="1.5" high="2.5" optimum="4" value=level aria-label="Password strength" aria-valuetext=words></meter>
            <span class="strength-word" id=format!("{name}-strength") role="status">{words}</span>
        </div>
        {move || is_fine().then(|| view! {
            <p class="help" id=format!("{name}-help")>{format!("At least {shortest} characters. A few words in a row work well.")}</p>
        })}
    }
}
