//! A field: label, input, help and what is wrong with it.

use contract::Problem;
use leptos::prelude::*;

use super::{
    form::FormState,
    icon::{Draw, Icon},
    pointer::Pressed,
};

/// Judges what is typed with the code that the server uses.
pub type Check = fn(&str) -> Result<(), Problem>;

/// What stands below an input, and how the input refers to it.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    pub problem: Memo<Option<Problem>>,
    own: RwSignal<Option<Option<Problem>>>,
    version: Signal<usize>,
    is_pending: Memo<bool>,
    pressed: Pressed,
}

impl Verdict {
    /// The last answer of the server, until the person types and the browser judges for itself.
    pub fn of(state: &FormState, name: &'static str) -> Self {
        let own = RwSignal::new(None);
        let (version, is_pending) = (state.version, state.is_pending);
        Effect::new(move |_| {
            version.track();
            own.set(None);
        });
        let state = state.clone();
        let problem = Memo::new(move |_| own.get().unwrap_or_else(|| state.problem(name)));
        Self {
            problem,
            own,
            version,
            is_pending,
            pressed: Pressed::current(),
        }
    }

    /// Judges when the field is left, unless nothing was typed (emptiness is for the server to refuse) or the form was sent
    /// by the press that left it.
    pub fn on_leave(self, judge: impl Fn(&str) -> Option<Problem>, text: &str) {
        if text.is_empty() {
            return;
        }
        let (verdict, version) = (judge(text), self.version.get_untracked());
        let say = move || {
            let is_current = self.version.try_get_untracked() == Some(version);
            let is_sent = self.is_pending.try_get_untracked().unwrap_or(true);
            if is_current && !is_sent {
                self.own.try_set(Some(verdict));
            }
        };
        self.pressed.once_released(say);
    }

    /// Judges while typing only where something was wrong, so that it goes away once it is right.
    pub fn on_type(self, judge: impl Fn(&str) -> Option<Problem>, text: &str) {
        if self.problem.with_untracked(Option::is_some) {
            self.own.set(Some(judge(text).filter(|_| !text.is_empty())));
        }
    }
}

/// The sentence below an input that is to be mended.
#[component]
pub fn FieldProblem(name: &'static str, problem: Memo<Option<Problem>>) -> impl IntoView {
    move || {
        problem.get().map(|problem| {
            view! { <p class="error" id=format!("{name}-error")><Draw icon=Icon::Alert/>{problem.message.to_string()}</p> }
        })
    }
}

/// The ids of what describes an input, for `aria-describedby`.
pub fn described_by(
    name: &'static str,
    has_help: bool,
    problem: Memo<Option<Problem>>,
) -> impl Fn() -> Option<String> + Copy {
    move || {
        let help = has_help.then(|| format!("{name}-help"));
        let error = problem
            .with(Option::is_some)
            .then(|| format!("{name}-error"));
        let ids: Vec<String> = help.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A field of one line.
#[component]
pub fn Field(
    /// The argument of the server function; also the id.
    name: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional)] help: Option<&'static str>,
    #[prop(optional)] is_optional: bool,
    /// Can be read and not changed.
    #[prop(optional)]
    is_off: bool,
    /// The id, where another field of the page has this name too.
    #[prop(optional)]
    id: Option<&'static str>,
    #[prop(optional)] has_focus: bool,
    #[prop(optional)] check: Option<Check>,
    /// Code points; a hint for the browser.
    #[prop(default = 254)]
    longest: usize,
) -> impl IntoView {
    let state = FormState::current();
    let verdict = Verdict::of(&state, name);
    let judge = move |text: &str| check.and_then(|check| check(text).err());
    let problem = verdict.problem;
    let value = state.kept(name).or(value);
    let is_plain = kind != "text" || name == "username" || name == "slug";
    let id = id.unwrap_or(name);
    view! {
        <div class="field">
            <label class="label" for=id>{label}{is_optional.then(|| view! { " "<span class="optional">"(optional)"</span> })}</label>
            <input
                class="input"
                id=id
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                maxlength=longest.to_string()
                required=!is_optional
                disabled=is_off
                autofocus=state.is_first_fault(name) || has_focus
                autocapitalize=is_plain.then_some("none")
                spellcheck=is_plain.then_some("false")
                aria-describedby=described_by(id, help.is_some(), problem)
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                on:blur=move |event| verdict.on_leave(judge, &event_target_value(&event))
                on:input=move |event| verdict.on_type(judge, &event_target_value(&event))
            />
            {help.map(|help| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
            <FieldProblem name=id problem/>
        </div>
    }
    .into_any()
}
