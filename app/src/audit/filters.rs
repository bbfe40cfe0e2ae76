//! What of the log is shown.

use leptos::prelude::*;

use super::api::{Choice, LogView, Wanted};
use crate::ui::{
    icon::{Draw, Icon},
    search::SearchForm,
};

#[component]
pub fn Filters(view: LogView, wanted: Wanted) -> impl IntoView {
    let path = wanted.path();
    let clear = wanted
        .is_filtered()
        .then(|| view! { <a href=path.clone() class="btn quiet">"Clear"</a> });
    let actions = view
        .actions
        .into_iter()
        .map(|group| {
            let choices = options(group.choices, &wanted.action);
            view! { <optgroup label=group.label>{choices}</optgroup> }
        })
        .collect_view();
    // Of one organization few have acted; of all they are too many for a list.
    let (who, about) = if wanted.is_everywhere() {
        let hint = "E-mail, ID or kind";
        let of = wanted.organization.clone();
        let who = view! {
            <Type name="organization" label="Organization" hint="Slug or ID" value=of choices=Vec::new()/>
            <Type name="actor" label="Who" hint value=wanted.actor.clone() choices=view.actors/>
        };
        let about = view! {
            <Type name="subject" label="About" hint value=wanted.subject.clone() choices=view.subjects/>
        };
        (who.into_any(), about.into_any())
    } else {
        let who = view! {
            <Choose name="actor" label="Who">
                <option value="">"Everybody"</option>
                {options(view.actors, &wanted.actor)}
            </Choose>
        };
        let about = view! {
            <Choose name="subject" label="About">
                <option value="">"Everything"</option>
                {options(view.subjects, &wanted.subject)}
            </Choose>
        };
        (who.into_any(), about.into_any())
    };
    view! {
        <SearchForm path label="Search entries" class="log-filters">
            {who}
            <Choose name="action" label="What">
                <option value="">"Everything"</option>
                {actions}
            </Choose>
            {about}
            <Day name="from" label="First day" value=wanted.from/>
            <Day name="to" label="Last day" value=wanted.to/>
            <div class="actions">
                <button class="btn" type="submit">"Filter"</button>
                {clear}
            </div>
        </SearchForm>
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

/// Anybody or anything, and what can be said besides.
#[component]
fn Type(
    name: &'static str,
    label: &'static str,
    /// What is understood.
    hint: &'static str,
    value: String,
    choices: Vec<Choice>,
) -> impl IntoView {
    let list = format!("{name}-choices");
    let known = choices
        .into_iter()
        .map(|Choice { value, label }| view! { <option value=value>{label}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label class="label" for=name>{label}</label>
            <input class="input" id=name name=name value=value placeholder=hint list=list.clone()/>
            <datalist id=list>{known}</datalist>
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
