//! Forms that work without a script and are quicker with one.
//!
//! A form posts to a server function. With a script the answer comes back as an [`Outcome`]; without one the server
//! remembers it in a sealed cookie for the page that follows. Either way a refusal stands beside its field with what was
//! typed kept, and focus goes to the first field that wants mending.

use contract::{Code, Problem, Problems, accounts::Theme};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use super::{
    banner::{Banner, Tone},
    focus::{fill, focus, show},
    icon::{Draw, Icon},
    loading::sign_in_for_here,
    passkey::{self, Wanted},
    send::{body_of, post},
};
use crate::{
    problem::Fault,
    visit::{Flash, Visit, Visitor},
};

/// What became of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Refused(Problems),
    /// Some of it was done, which a sentence tells; the rest is to be mended, and these fields hold what is left.
    Partly {
        notice: String,
        problems: Problems,
        values: Vec<(String, String)>,
    },
    /// Done; the next page is this path.
    Goto(String),
    /// Done, which a sentence tells; the page stays. With a link to copy, where one was made.
    Said {
        notice: String,
        link: Option<String>,
    },
    /// Done; the page stays, and this of it has changed.
    Saved {
        visitor: Option<Visitor>,
        theme: Option<Theme>,
    },
}

/// How a form stands, for the fields in it.
#[derive(Clone, Debug)]
pub struct FormState {
    pub id: &'static str,
    pub problems: Memo<Problems>,
    pub is_pending: Memo<bool>,
    /// Counts the answers; fields forget what they found themselves when a new one comes.
    pub version: Signal<usize>,
    flash: Flash,
    is_saved: RwSignal<bool>,
    /// What was done although the rest was refused.
    partly: RwSignal<Option<String>>,
}

impl FormState {
    /// The state of the form around a field.
    pub fn current() -> Self {
        expect_context()
    }

    /// What was typed into a field before the page was loaded anew.
    pub fn kept(&self, field: &str) -> Option<String> {
        self.flash.value(field)
    }

    /// What is wrong with a field.
    pub fn problem(&self, field: &str) -> Option<Problem> {
        let field = camel_case(field);
        self.problems.with(|problems| problems.of(&field).cloned())
    }

    /// All that is wrong with a field.
    pub fn problems_of(&self, field: &str) -> Vec<Problem> {
        let field = camel_case(field);
        let of = |problem: &&Problem| problem.field.as_deref() == Some(field.as_str());
        self.problems
            .with(|problems| problems.0.iter().filter(of).cloned().collect())
    }

    /// Whether this field is the first of the form that wants mending, on a page loaded anew.
    pub fn is_first_fault(&self, field: &str) -> bool {
        let first = self
            .flash
            .problems
            .0
            .iter()
            .find_map(|problem| problem.field.as_deref());
        first.is_some_and(|first| first == camel_case(field))
    }
}

/// `new_password` in a form is `newPassword` in a refusal.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |done, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|c| c.to_ascii_uppercase());
        done + &initial.into_iter().chain(letters).collect::<String>()
    })
}

fn problems_of(answer: Option<&Result<Outcome, Fault>>, flash: &Flash) -> Problems {
    match answer {
        None => flash.problems.clone(),
        Some(Ok(Outcome::Refused(problems) | Outcome::Partly { problems, .. })) => problems.clone(),
        Some(Ok(_)) => Problems::default(),
        Some(Err(fault)) => fault.problem.clone().into(),
    }
}

/// The answers to a form that a script sends.
#[derive(Clone, Copy, Debug)]
struct Sending {
    answer: RwSignal<Option<Result<Outcome, Fault>>>,
    version: RwSignal<usize>,
    is_sending: RwSignal<bool>,
}

impl Sending {
    fn new() -> Self {
        Self {
            answer: RwSignal::new(None),
            version: RwSignal::new(0),
            is_sending: RwSignal::new(false),
        }
    }

    /// Sends a form once; pressing again while the answer is awaited does nothing.
    fn send(self, to: &'static str, passkey: Option<Wanted>, event: &SubmitEvent) {
        event.prevent_default();
        let Some(body) = body_of(event).filter(|_| !self.is_sending.get_untracked()) else {
            return;
        };
        self.is_sending.set(true);
        spawn_local(async move {
            let answer = match passkey {
                None => post(to, body).await,
                Some(wanted) => passkey::send(wanted, to, body).await,
            };
            self.is_sending.try_set(false);
            self.answer.try_set(Some(answer));
            self.version.try_update(|version| *version += 1);
        });
    }
}

/// A form over a server function, which [`path_of`](super::send::path_of) names.
#[component]
pub fn Form(
    to: &'static str,
    /// Names the form in the page and in what is remembered for the next one.
    id: &'static str,
    /// Stands more than once in a page, so its name is no id there.
    #[prop(optional)]
    is_repeated: bool,
    #[prop(default = "form")] class: &'static str,
    /// The id of the heading that names the form, where there is one.
    #[prop(optional)]
    labelled_by: Option<&'static str>,
    /// Called in the browser after the form was saved and the page stays.
    #[prop(optional, into)]
    on_saved: Option<Callback<()>>,
    /// Wants a passkey before it is sent.
    #[prop(optional_no_strip)]
    passkey: Option<Wanted>,
    children: Children,
) -> impl IntoView {
    let flash = Visit::current().flash(id).unwrap_or_default();
    let is_saved = RwSignal::new(flash.notice.is_some() && flash.problems.0.is_empty());
    let sending = Sending::new();
    let value = sending.answer;
    let first = flash.clone();
    let problems = Memo::new(move |_| value.with(|answer| problems_of(answer.as_ref(), &first)));
    let is_pending = Memo::new(move |_| {
        sending.is_sending.get() || matches!(value.get(), Some(Ok(Outcome::Goto(_))))
    });
    let partly = flash
        .notice
        .clone()
        .filter(|_| !flash.problems.0.is_empty());
    let state = FormState {
        id,
        problems,
        is_pending,
        version: sending.version.into(),
        flash,
        is_saved,
        partly: RwSignal::new(partly),
    };
    provide_context(state.clone());
    Effect::new(move |_| {
        value.with(|answer| {
            if let Some(answer) = answer {
                follow(answer, &state, on_saved);
            }
        });
    });
    let send = move |event: SubmitEvent| sending.send(to, passkey, &event);
    view! {
        <form class=class id=(!is_repeated).then_some(id) action=to method="post" novalidate aria-labelledby=labelled_by on:submit=send>
            {children()}
        </form>
    }
    .into_any()
}

/// Does in the browser what an answer asks for.
fn follow(answer: &Result<Outcome, Fault>, state: &FormState, on_saved: Option<Callback<()>>) {
    let (id, is_saved) = (state.id, state.is_saved);
    is_saved.set(false);
    state.partly.set(None);
    match answer {
        Ok(Outcome::Goto(path)) => {
            let _ = window().location().assign(path);
        }
        Ok(Outcome::Saved { visitor, theme }) => {
            let visit = Visit::current();
            if let Some(visitor) = visitor.clone() {
                visit.visitor.set(Some(visitor));
            }
            if let Some(theme) = theme {
                visit.theme.set(*theme);
            }
            is_saved.set(true);
            set_timeout(
                move || {
                    is_saved.try_set(false);
                },
                std::time::Duration::from_secs(4),
            );
            if let Some(on_saved) = on_saved {
                on_saved.run(());
            }
        }
        Ok(Outcome::Said { notice, .. }) => state.partly.set(Some(notice.clone())),
        Ok(Outcome::Partly { notice, values, .. }) => {
            state
                .partly
                .set(Some(notice.clone()).filter(|notice| !notice.is_empty()));
            for (name, value) in values {
                fill(&format!("#{id} [name={name}]"), value);
            }
            request_animation_frame(move || show_problem(id));
        }
        Ok(Outcome::Refused(_)) | Err(_) => request_animation_frame(move || show_problem(id)),
    }
}

/// Leads to the field that has to change; a refusal that concerns none stands above the fields, maybe out of sight.
fn show_problem(id: &str) {
    show(&format!("#{id} .banner"));
    focus(&format!("#{id} [aria-invalid=true]"));
}

/// The refusals that concern no single field, above the fields.
#[component]
pub fn FormProblems() -> impl IntoView {
    let state = FormState::current();
    move || {
        let partly = state
            .partly
            .get()
            .map(|text| view! { <Banner tone=Tone::Ok text/> });
        let general = state.problems.with(|problems| {
            problems
                .general()
                .cloned()
                .map(general_problem)
                .collect_view()
        });
        (partly, general)
    }
}

/// A session that has ended meanwhile is mended by signing in again, which leads back here.
fn general_problem(problem: Problem) -> AnyView {
    let text = problem.message.to_string();
    if problem.code == Code::Unauthenticated {
        view! { <Banner tone=Tone::Danger text><a href=sign_in_for_here() rel="external">"Sign in"</a></Banner> }
            .into_any()
    } else {
        view! { <Banner tone=Tone::Danger text/> }.into_any()
    }
}

/// The button that sends the form; busy while the answer is awaited.
#[component]
pub fn Submit(
    #[prop(default = "btn primary block")] class: &'static str,
    /// What it does, where its words alone do not say to what.
    #[prop(optional, into)]
    label: Option<String>,
    children: Children,
) -> impl IntoView {
    let is_pending = FormState::current().is_pending;
    let busy = move || is_pending.get().then_some("true");
    // Not `disabled`: that would take the focus away from who pressed it.
    let refuse_twice = move |event: leptos::ev::MouseEvent| {
        if is_pending.get_untracked() {
            event.prevent_default();
        }
    };
    view! { <button class=class type="submit" aria-label=label aria-busy=busy aria-disabled=busy on:click=refuse_twice>{children()}</button> }
}

/// "Saved", for a few seconds, beside the button.
#[component]
pub fn Saved() -> impl IntoView {
    let is_saved = FormState::current().is_saved;
    view! {
        <span class="saved" role="status">
            {move || is_saved.get().then(|| view! { <Draw icon=Icon::Check/>"Saved" })}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn the_name_of_an_input_is_the_field_of_a_refusal() {
        assert_eq!(camel_case("new_password"), "newPassword");
        assert_eq!(camel_case("email"), "email");
    }
}
