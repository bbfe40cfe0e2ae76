//! The form above a list: a search and choices.

use contract::admin::LONGEST_SEARCH;
use leptos::prelude::*;

use super::wanted::Wanted;
use crate::{
    ui::{
        icon::{Draw, Icon},
        search::SearchForm,
    },
    usage::chart::grouped,
};

/// What is found of what is searched for, in words: "1 person", "1 024 people".
pub fn counted(count: u64, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!(
        "{} {noun}",
        grouped(i64::try_from(count).unwrap_or(i64::MAX))
    )
}

/// A search, what else is chosen (the children), and how many there are.
#[component]
pub fn Filters(
    wanted: Wanted,
    /// Names the form.
    label: &'static str,
    /// What can be searched for.
    placeholder: &'static str,
    count: String,
    children: Children,
) -> impl IntoView {
    let clear = wanted
        .is_filtered()
        .then(|| view! { <a class="btn quiet" href=wanted.path.clone()>"Clear"</a> });
    view! {
        <SearchForm path=wanted.path.clone() label>
            <label class="vh" for="search">{placeholder}</label>
            <input class="input" type="search" id="search" name="search" placeholder=placeholder value=wanted.get("search") maxlength=LONGEST_SEARCH.to_string()/>
            {children()}
            <button class="btn" type="submit">"Search"</button>
            {clear}
            <p class="filters-count" role="status">{count}</p>
        </SearchForm>
    }
    .into_any()
}

/// One of a few, or all.
#[component]
pub fn Choose(
    wanted: Wanted,
    name: &'static str,
    label: &'static str,
    /// What is sent, and how it is called; the first is for all and sends nothing.
    options: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let chosen = wanted.get(name);
    let options = options
        .into_iter()
        .map(|(value, text)| {
            let selected = chosen == value;
            view! { <option value=value selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <label class="vh" for=name>{label}</label>
        <span class="select">
            <select class="input" id=name name=name>{options}</select>
            <Draw icon=Icon::ChevronDown/>
        </span>
    }
    .into_any()
}

/// A day, in the reader's time zone.
#[component]
pub fn Day(wanted: Wanted, name: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <label class="filter-day" for=name>
            <span>{label}</span>
            <input class="input" type="date" id=name name=name value=wanted.get(name)/>
        </label>
    }
    .into_any()
}

/// Nothing is there, or nothing that fits.
#[component]
pub fn NothingFound(
    wanted: Wanted,
    icon: Icon,
    /// Where nothing was chosen.
    none: &'static str,
) -> impl IntoView {
    if wanted.is_filtered() {
        view! {
            <div class="card empty">
                <Draw icon/>
                <h2>"No matches"</h2>
                <p>"Nothing matches your search and filters."</p>
                <div class="actions"><a href=wanted.path class="btn">"Clear filters"</a></div>
            </div>
        }
        .into_any()
    } else {
        view! { <div class="card empty"><Draw icon/><h2>{none}</h2></div> }.into_any()
    }
}
