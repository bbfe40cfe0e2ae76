//! What staff do to one person or organization: folded up until it is wanted, and sent with a reason.

use contract::{Code, Problem};
use leptos::prelude::*;

use crate::{
    organizations::place::WhyNot,
    ui::{
        banner::{Banner, Tone},
        field::Field,
        form::{Form, FormProblems, Submit},
        loading::for_router,
    },
    visit::Visit,
};

/// Longest reason, in code points; a hint for the browser.
pub const LONGEST_REASON: usize = 300;

/// An act in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is sent, and the id of its form.
    pub id: &'static str,
    /// The ids of its fields, of which a page has several alike.
    pub reason_id: &'static str,
    pub confirm_id: &'static str,
    pub title: &'static str,
    /// What comes of it.
    pub purpose: &'static str,
    /// Whether somebody loses something by it.
    pub is_dangerous: bool,
}

/// What is to be typed, to show that this one is meant.
pub fn check_typed(typed: &str, asked: &str) -> Result<(), Problem> {
    if typed.trim().eq_ignore_ascii_case(asked) {
        Ok(())
    } else {
        Err(Problem::new(Code::ConfirmationWrong).on("confirm"))
    }
}

/// A line above acts where the last proof is too old for them: it is better given before something is typed.
#[component]
pub fn ProveFirst(needs_proof: bool, page: String) -> impl IntoView {
    needs_proof.then(|| {
        let to = format!("/confirm-password?next={}", for_router(&page));
        view! {
            <Banner tone=Tone::Info text="Confirm that it is you before you change anything.">
                <a href=to rel="external">"Confirm now"</a>
            </Banner>
        }
    })
}

/// An act with its form.
#[component]
pub fn Act(
    words: Words,
    to: &'static str,
    /// The name under which the id of the subject is sent, and the id.
    subject: (&'static str, String),
    /// What the button says.
    button: String,
    /// What is to be typed, where that is asked for.
    confirm: Option<String>,
) -> impl IntoView {
    let is_open = Visit::current().flash(words.id).is_some();
    let class = if words.is_dangerous {
        "btn danger"
    } else {
        "btn primary"
    };
    let (name, id) = subject;
    view! {
        <details class="act" open=is_open>
            <summary>{words.title}</summary>
            <Form to id=words.id>
                <p class="muted">{words.purpose}</p>
                <FormProblems/>
                <input type="hidden" name=name value=id/>
                <input type="hidden" name="act" value=words.id/>
                {confirm.map(|text| view! {
                    <p>"Type "<strong class="break">{text}</strong>" to confirm."</p>
                    <Field name="confirm" id=words.confirm_id label="Confirmation"/>
                })}
                <Field name="reason" id=words.reason_id label="Reason" help="One line, for the audit log." longest=LONGEST_REASON/>
                <div class="actions"><Submit class=class>{button}</Submit></div>
            </Form>
        </details>
    }
    .into_any()
}

/// Acts that are kept from whoever looks, and why.
#[component]
pub fn Shut(titles: Vec<&'static str>, why_not: &'static str) -> impl IntoView {
    (!titles.is_empty()).then(|| {
        let buttons = titles
            .into_iter()
            .map(|title| view! { <button class="btn" type="button" disabled>{title}</button> })
            .collect_view();
        view! {
            <div class="acts-shut">
                <div class="actions">{buttons}</div>
                <WhyNot text=why_not/>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::check_typed;

    #[test]
    fn what_is_asked_for_is_typed_in_any_case() {
        assert!(check_typed(" Ada@Example.test ", "ada@example.test").is_ok());
        let refused = check_typed("ada", "ada@example.test").map_err(|problem| problem.field);
        assert_eq!(refused, Err(Some("confirm".into())));
    }
}
