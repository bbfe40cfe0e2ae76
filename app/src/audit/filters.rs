//! What of the log is shown, as a form of its own address: it works without a script.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::api::{AuditView, Choice, Wanted};
use crate::ui::{
    icon::{Draw, Icon},
    send::body_of,
};

#[component]
pub fn Filters(view: AuditView, wanted: Wanted) -> impl IntoView {
    let navigate = use_navigate();
    let slug = wanted.slug.clone();
    let go = move |event: SubmitEvent| {
        if let Some(query) = body_of(&event) {
            event.prevent_default();
            navigate(
                &format!("/o/{slug}/audit?{query}"),
                NavigateOptions::default(),
            );
        }
    };
    let list = format!("/o/{}/audit", wanted.slug);
    let is_filtered = wanted.is_filtered();
    let clear = is_filtered.then(|| {
        let list = list.clone();
        view! { <a href=list class="btn quiet">"Clear"</a> }
    });
    let actions = view
        .actions
        .into_iter()
        .map(|group| {
            let choices = options(group.choices, &wanted.action);
            view! { <optgroup label=group.label>{choices}</optgroup> }
        })
        .collect_view();
    view! {
        <form class="log-filters" method="get" role="search" aria-label="Find entries" action=list on:submit=go>
            <Choose name="actor" label="Who">
                <option value="">"Everybody"</option>
                {options(view.actors, &wanted.actor)}
            </Choose>
            <Choose name="action" label="What">
                <option value="">"Everything"</option>
                {actions}
            </Choose>
            <Choose name="subject" label="About">
                <option value="">"Everything"</option>
                {options(view.subjects, &wanted.subject)}
            </Choose>
            <Day name="from" label="First day" value=wanted.from.clone()/>
            <Day name="to" label="Last day" value=wanted.to.clone()/>
            <div class="actions">
                <button class="btn" type="submit">"Filter"</button>
                {clear}
            </div>
        </form>
    }
    .into_any()
}

fn options(choices: Vec<Choice>, chosen: &str) -> impl IntoView + use<> {
    choices
        .into_iter()
        .map(|Choice { value, label }| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view()
}

#[component]
fn Choose(name: &'static str, label: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for=name>{label}</label>
            <span class="select">
                <select class="input" id=name name=name>{children()}</select>
                <Draw icon=Icon::ChevronDown/>
            </span>
        </div>
    }
    .into_any()
}

#[component]
fn Day(name: &'static str, label: &'static str, value: String) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for=name>{label}</label>
            <input class="input" type="date" id=name name=name value=value/>
        </div>
    }
    .into_any()
}
