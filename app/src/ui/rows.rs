//! Small forms in the rows of a list: one state for all of them, and one place above the list where the answer stands.

use contract::Problems;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::{
    banner::{Banner, Tone},
    copy::Copy,
    form::Outcome,
    send::{body_of, post},
};
use crate::{problem::Fault, visit::Visit};

/// The answers to the forms of a list.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    answer: RwSignal<Option<Result<Outcome, Fault>>>,
    is_sending: RwSignal<bool>,
    on_done: Callback<()>,
}

impl Rows {
    /// `on_done` is called in the browser after something has changed.
    pub fn new(on_done: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            answer: RwSignal::new(None),
            is_sending: RwSignal::new(false),
            on_done: Callback::new(move |()| on_done()),
        }
    }

    /// Sends a form of a row.
    pub fn send(self, to: &'static str, event: &SubmitEvent) {
        event.prevent_default();
        let Some(body) = body_of(event).filter(|_| !self.is_sending.get_untracked()) else {
            return;
        };
        self.is_sending.set(true);
        spawn_local(async move {
            let answer = post(to, body).await;
            self.is_sending.try_set(false);
            match &answer {
                Ok(Outcome::Goto(path)) => {
                    let _ = window().location().assign(path);
                }
                Ok(Outcome::Saved { .. } | Outcome::Said { .. }) => {
                    self.on_done.run(());
                }
                _ => {}
            }
            self.answer.try_set(Some(answer));
        });
    }
}

/// What was done, or why not.
#[component]
pub fn RowsNotice(
    rows: Rows,
    /// Names the list in what is remembered for a page loaded anew.
    id: &'static str,
) -> impl IntoView {
    let flash = Visit::current().flash(id);
    move || match rows.answer.get() {
        Some(Ok(Outcome::Said { notice, link })) => said(notice, link),
        Some(Ok(Outcome::Refused(problems) | Outcome::Partly { problems, .. })) => {
            refused(problems)
        }
        Some(Ok(Outcome::Saved { .. } | Outcome::Goto(_))) => ().into_any(),
        Some(Err(fault)) => refused(fault.problem.into()),
        None => match flash.clone() {
            Some(flash) => {
                let link = flash.value("link");
                let done = flash.notice.map(|notice| said(notice, link));
                (done, refused(flash.problems)).into_any()
            }
            None => ().into_any(),
        },
    }
}

fn said(notice: String, link: Option<String>) -> AnyView {
    view! {
        <Banner tone=Tone::Ok text=notice/>
        {link.map(|link| view! { <Copy value=link label="Copy link"/> })}
    }
    .into_any()
}

fn refused(problems: Problems) -> AnyView {
    problems
        .0
        .into_iter()
        .map(|problem| view! { <Banner tone=Tone::Danger text=problem.message.into_owned()/> })
        .collect_view()
        .into_any()
}
