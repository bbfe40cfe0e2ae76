//! A field of several lines.

use leptos::prelude::*;

use super::{
    field::{FieldProblem, Verdict, described_by},
    form::FormState,
};

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Several lines of text. What was typed before is escaped here, as the renderer does not escape inside a `<textarea>`.
#[component]
pub fn Area(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    /// Code points; a hint for the browser.
    longest: usize,
    /// Called in the browser with each change.
    #[prop(into)]
    on_input: Callback<String>,
) -> impl IntoView {
    let state = FormState::current();
    let verdict = Verdict::of(&state, name);
    let problem = verdict.problem;
    let kept = state.kept(name).unwrap_or_default();
    let has_focus = state.is_first_fault(name);
    let all = state.clone();
    let problems = move || {
        all.problems_of(name)
            .into_iter()
            .map(|problem| view! { <li>{problem.message.into_owned()}</li> })
            .collect_view()
    };
    let is_many = move || state.problems_of(name).len() > 1;
    view! {
        <div class="field">
            <label class="label" for=name>{label}</label>
            <textarea
                class="input"
                id=name
                name=name
                rows="4"
                maxlength=longest.to_string()
                required=true
                autofocus=has_focus
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=described_by(name, true, problem)
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                on:input=move |event| {
                    verdict.on_type(|_| None, &event_target_value(&event));
                    on_input.run(event_target_value(&event));
                }
                inner_html=escape(&kept)
            ></textarea>
            <p class="help" id=format!("{name}-help")>{help}</p>
            {move || if is_many() {
                view! { <div role="alert" id=format!("{name}-error")><ul class="error-list">{problems.clone()()}</ul></div> }.into_any()
            } else {
                view! { <FieldProblem name problem/> }.into_any()
            }}
        </div>
    }
    .into_any()
}
