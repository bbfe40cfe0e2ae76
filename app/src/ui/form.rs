//! Forms that work without a script and are quicker with one.
//!
//! A form posts to a server function. With a script the answer comes back as an [`Outcome`]; without one the server
//! remembers it in a sealed cookie for the page that follows. Either way a refusal stands beside its field with what was
//! typed kept, and focus goes to the first field that wants mending.

use contract::{Code, Problem, Problems, accounts::Theme};
use leptos::{
    form::ActionForm,
    prelude::*,
    server_fn::{Http, ServerFn, client::Client, codec::PostUrl, request::ClientReq},
    web_sys::FormData,
};
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    banner::{Banner, Tone},
    focus::focus,
    icon::{Draw, Icon},
};
use crate::{
    problem::Fault,
    visit::{Flash, Visit, Visitor},
};

/// What became of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Refused(Problems),
    /// Done; the next page is this path.
    Goto(String),
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
        Some(Ok(Outcome::Refused(problems))) => problems.clone(),
        Some(Ok(_)) => Problems::default(),
        Some(Err(fault)) => fault.problem.clone().into(),
    }
}

/// A form over a server function.
#[component]
pub fn Form<S, P>(
    action: ServerAction<S>,
    /// Names the form in the page and in what is remembered for the next one.
    id: &'static str,
    #[prop(default = "form")] class: &'static str,
    /// The id of the heading that names the form, where there is one.
    #[prop(optional)]
    labelled_by: Option<&'static str>,
    /// Called in the browser after the form was saved and the page stays.
    #[prop(optional, into)]
    on_saved: Option<Callback<()>>,
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, P>, Output = Outcome, Error = Fault>
        + DeserializeOwned
        + Clone
        + Send
        + Sync
        + 'static,
    S::Client: Client<Fault>,
    <<S::Client as Client<Fault>>::Request as ClientReq<Fault>>::FormData: From<FormData>,
{
    let flash = Visit::current().flash(id).unwrap_or_default();
    let is_saved = RwSignal::new(flash.notice.is_some());
    let value = action.value();
    let first = flash.clone();
    let problems = Memo::new(move |_| value.with(|answer| problems_of(answer.as_ref(), &first)));
    let pending = action.pending();
    let is_pending =
        Memo::new(move |_| pending.get() || matches!(value.get(), Some(Ok(Outcome::Goto(_)))));
    let state = FormState {
        id,
        problems,
        is_pending,
        version: action.version().into(),
        flash,
        is_saved,
    };
    provide_context(state);
    Effect::new(move |_| {
        value.with(|answer| {
            if let Some(answer) = answer {
                follow(answer, id, is_saved, on_saved);
            }
        });
    });
    view! {
        <ActionForm action attr:class=class attr:id=id attr:novalidate=true attr:aria-labelledby=labelled_by>
            {children()}
        </ActionForm>
    }
    .into_any()
}

/// Does in the browser what an answer asks for.
fn follow(
    answer: &Result<Outcome, Fault>,
    id: &'static str,
    is_saved: RwSignal<bool>,
    on_saved: Option<Callback<()>>,
) {
    is_saved.set(false);
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
        Ok(Outcome::Refused(_)) | Err(_) => {
            request_animation_frame(move || focus(&format!("#{id} [aria-invalid=true]")));
        }
    }
}

/// The refusals that concern no single field, above the fields.
#[component]
pub fn FormProblems() -> impl IntoView {
    let state = FormState::current();
    move || {
        state.problems.with(|problems| {
            problems
                .general()
                .cloned()
                .map(general_problem)
                .collect_view()
        })
    }
}

/// A session that has ended meanwhile is mended by signing in again, which leads back here.
fn general_problem(problem: Problem) -> AnyView {
    let text = problem.message.to_string();
    if problem.code == Code::Unauthenticated {
        let next = use_location().pathname.get_untracked();
        view! { <Banner tone=Tone::Danger text><a href=format!("/sign-in?next={next}") rel="external">"Sign in"</a></Banner> }
            .into_any()
    } else {
        view! { <Banner tone=Tone::Danger text/> }.into_any()
    }
}

/// The button that sends the form; busy while the answer is awaited.
#[component]
pub fn Submit(
    #[prop(default = "btn primary block")] class: &'static str,
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
    view! { <button class=class type="submit" aria-busy=busy aria-disabled=busy on:click=refuse_twice>{children()}</button> }
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
