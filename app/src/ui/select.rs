//! A choice from a list.

use leptos::prelude::*;

use super::{
    field::{FieldProblem, Verdict, described_by},
    form::FormState,
    icon::{Draw, Icon},
};

/// One thing to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// A list with one thing chosen.
#[component]
pub fn Select(
    name: &'static str,
    label: &'static str,
    chosen: String,
    choices: Vec<Choice>,
    #[prop(optional)] help: Option<&'static str>,
) -> impl IntoView {
    let state = FormState::current();
    let problem = Verdict::of(&state, name).problem;
    let chosen = state.kept(name).unwrap_or(chosen);
    let options = choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == chosen;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="label" for=name>{label}</label>
            <span class="select">
                <select
                    class="input"
                    id=name
                    name=name
                    aria-describedby=described_by(name, help.is_some(), problem)
                    aria-invalid=move || problem.with(Option::is_some).then_some("true")
                >
                    {options}
                </select>
                <Draw icon=Icon::ChevronDown/>
            </span>
            {help.map(|help| view! { <p class="help" id=format!("{name}-help")>{help}</p> })}
            <FieldProblem name problem/>
        </div>
    }
    .into_any()
}
