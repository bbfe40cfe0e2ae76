//! `/o/{slug}/audit`

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::{AuditView, LoadAudit, LogView, Wanted},
    entry::EntryRow,
    filters::Filters,
};
use crate::{
    members::table::Pager,
    organizations::place::{PlaceHead, slug_of_page},
    ui::{
        banner::{Banner, Tone},
        icon::{Draw, Icon},
        loading::{Loaded, load, showing},
    },
};

#[component]
pub fn AuditPage() -> impl IntoView {
    let slug = slug_of_page(|page, _| page == "audit");
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.with(|query| Wanted::of(slug.get(), query)));
    let data = load::<LoadAudit>(move || wanted.with(Wanted::query));
    view! {
        <Loaded data show=showing(move |view: AuditView| {
            let wanted = wanted.get_untracked();
            view! { <Page view wanted/> }.into_any()
        })/>
    }
}

#[component]
fn Page(view: AuditView, wanted: Wanted) -> impl IntoView {
    let copies = wanted.clone();
    view! {
        <PlaceHead place=view.place title="Audit log" purpose="Who did what, when and from where. It cannot be changed here.">
            <Copies wanted=copies/>
        </PlaceHead>
        <Log view=view.log wanted/>
    }
    .into_any()
}

/// The ways to a copy of exactly what the filter lets through.
#[component]
pub fn Copies(wanted: Wanted) -> impl IntoView {
    let (csv, json) = (wanted.copy("csv"), wanted.copy("jsonl"));
    view! {
        <a href=csv class="btn" rel="external" download="" aria-label="Download CSV"><Draw icon=Icon::Download/>"CSV"</a>
        <a href=json class="btn" rel="external" download="" aria-label="Download JSON Lines"><Draw icon=Icon::Download/>"JSON"</a>
    }
    .into_any()
}

/// The form, and below it what was found.
#[component]
pub fn Log(view: LogView, wanted: Wanted) -> impl IntoView {
    let problem = view.problem.clone();
    view! {
        <Filters view=view.clone() wanted=wanted.clone()/>
        {match problem {
            Some(text) => view! { <Banner tone=Tone::Danger text/> }.into_any(),
            None => view! { <Entries view wanted/> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Entries(view: LogView, wanted: Wanted) -> impl IntoView {
    if view.page.items.is_empty() {
        return view! { <Nothing wanted told=view.told/> }.into_any();
    }
    let previous = view
        .page
        .previous()
        .map(|cursor| wanted.page("before", cursor));
    let next = view.page.next().map(|cursor| wanted.page("after", cursor));
    let place = wanted
        .is_everywhere()
        .then(|| view! { <th scope="col">"Organization"</th> });
    let rows = view
        .page
        .items
        .into_iter()
        .map(|(_, row)| view! { <EntryRow row wanted=wanted.clone()/> })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table log">
                <caption class="vh">"Audit log"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Who"</th>
                        <th scope="col">"What"</th>
                        {place}
                        <th scope="col">"From"</th>
                        <th scope="col">"When"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager previous next/>
    }
    .into_any()
}

#[component]
fn Nothing(wanted: Wanted, told: String) -> impl IntoView {
    if !wanted.is_filtered() {
        return view! {
            <div class="card empty">
                <Draw icon=Icon::Log/>
                <h2>"No entries yet"</h2>
                <p>"Every change is recorded here from now on: members, invitations, keys, settings."</p>
            </div>
        }
        .into_any();
    }
    let text = format!("The log has no entries {told}.");
    view! {
        <div class="card empty">
            <Draw icon=Icon::Log/>
            <h2>"No matches"</h2>
            <p>{text}</p>
            <div class="actions"><a href=wanted.path() class="btn">"Clear filters"</a></div>
        </div>
    }
    .into_any()
}
