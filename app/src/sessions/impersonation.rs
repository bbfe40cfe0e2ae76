//! What every page says while staff view it as somebody else.

use leptos::prelude::*;

use super::api::StopImpersonation;
use crate::{
    ui::{
        form::{Form, FormProblems, Submit},
        send::path_of,
    },
    visit::{Impersonated, Visit},
};

/// As whom the pages are viewed, until when, and the way back; nothing for who views them as themselves.
#[component]
pub fn ImpersonationBanner() -> impl IntoView {
    let visit = Visit::current();
    let Some(Impersonated { until, iso }) = visit.impersonated else {
        return ().into_any();
    };
    let name = visit.visitor.get_untracked().map(|person| person.name);
    let name = name.unwrap_or_default();
    let label = format!("Stop viewing as {name}");
    view! {
        <section class="impersonation" aria-label="Viewing as somebody else">
            <p>"You are viewing as "<strong>{name}</strong>" until "<time datetime=iso>{until}</time>"."</p>
            <Form to={path_of::<StopImpersonation>()} id="stop-impersonation" class="impersonation-stop">
                <FormProblems/>
                <Submit class="btn" label>"Stop"</Submit>
            </Form>
        </section>
    }
    .into_any()
}
