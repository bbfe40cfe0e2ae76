//! `/o/{slug}/usage`

use contract::usage::UsageRange;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::{LoadUsage, UsageView},
    chart::grouped,
    requests::Requests,
};
use crate::{
    organizations::place::{PlaceHead, slug_of_page},
    ui::{
        icon::{Draw, Icon},
        loading::{Loaded, arguments, load, showing},
    },
};

#[component]
pub fn UsagePage() -> impl IntoView {
    let slug = slug_of_page(|page, _| page == "usage");
    let query = use_query_map();
    let range = Memo::new(move |_| query.with(|query| query.get("range").unwrap_or_default()));
    let data =
        load::<LoadUsage>(move || arguments(&[("slug", &slug.get()), ("range", &range.get())]));
    view! { <Loaded data show=showing(|view: UsageView| view! { <Page view/> }.into_any())/> }
}

#[component]
fn Page(view: UsageView) -> impl IntoView {
    let path = view.place.path("usage");
    let csv = format!("{path}.csv?range={}", view.range.as_str());
    let ranges = UsageRange::ALL
        .into_iter()
        .map(|range| {
            let href = format!("{path}?range={}", range.as_str());
            let current = (range == view.range).then_some("page");
            view! { <a href=href class="tab" aria-current=current>{range.label()}</a> }
        })
        .collect_view();
    let is_empty = view.series.valid() + view.series.denied() == 0;
    view! {
        <PlaceHead place=view.place.clone() title="Usage" purpose="What this organization's keys did. All times are in UTC.">
            <a href=csv class="btn" rel="external" download="">"Download CSV"</a>
        </PlaceHead>
        <nav class="tabs" aria-label="Time range">{ranges}</nav>
        <Figures view=view.clone()/>
        {if is_empty {
            let keys = view.place.path("keys");
            view! {
                <div class="card empty">
                    <Draw icon=Icon::Chart/>
                    <h2>"No requests in this period"</h2>
                    <p>"A key verification appears here seconds after it was answered."</p>
                    <div class="actions"><a href=keys class="btn">"See the keys"</a></div>
                </div>
            }
            .into_any()
        } else {
            view! { <Requests series=view.series.clone() labels=view.labels.clone() last=view.range.label()/><Keys view/> }.into_any()
        }}
    }
    .into_any()
}

/// How a number compares with the span before.
fn compared(now: i64, before: i64) -> String {
    if before == 0 {
        return "none before".to_owned();
    }
    let percent = (now - before) * 100 / before;
    match percent {
        0 => "same as before".to_owned(),
        1.. => format!("{percent}% more than before"),
        _ => format!("{}% less than before", -percent),
    }
}

#[component]
fn Figures(view: UsageView) -> impl IntoView {
    let (valid, denied, units) = (
        view.series.valid(),
        view.series.denied(),
        view.series.units(),
    );
    let all = valid + denied;
    let share = if all == 0 { 0 } else { denied * 1000 / all };
    let (used, limit) = view.quota;
    let percent = if limit > 0 {
        (used.saturating_mul(100) / limit).min(100)
    } else {
        100
    };
    let quota = format!("{} of {} units", grouped(used), grouped(limit));
    view! {
        <dl class="figures">
            <div><dt>"Passed"</dt><dd>{grouped(valid)}</dd><dd class="below">{compared(valid, view.before.0)}</dd></div>
            <div><dt>"Refused"</dt><dd>{grouped(denied)}</dd><dd class="below">{format!("{}.{}% of all", share / 10, share % 10)}</dd></div>
            <div><dt>"Units"</dt><dd>{grouped(units)}</dd><dd class="below">{compared(units, view.before.2)}</dd></div>
            <div><dt>"Keys in use"</dt><dd>{grouped(view.in_use)}</dd><dd class="below">{format!("in {}", view.range.label())}</dd></div>
            <div>
                <dt>"This month"</dt>
                <dd>{format!("{percent}%")}</dd>
                <dd class="below"><meter min="0" max="100" high="80" value=percent.to_string() aria-label="Quota used"></meter>{quota}</dd>
            </div>
        </dl>
    }
    .into_any()
}

#[component]
fn Keys(view: UsageView) -> impl IntoView {
    let most = view.keys.iter().map(|key| key.valid + key.denied).max();
    let most = most.unwrap_or(1).max(1).to_string();
    let rows = view
        .keys
        .iter()
        .map(|key| {
            let href = view.place.path(&format!("keys/{}", key.key_id));
            let all = key.valid + key.denied;
            view! {
                <tr>
                    <th scope="row">
                        <a href=href><span class="cell-name">{key.name.clone()}</span></a>
                        <span class="cell-below mono">{format!("{}…{}", key.start, key.last4)}</span>
                    </th>
                    <td data-label="Requests"><span><meter min="0" max=most.clone() value=all.to_string() aria-hidden="true"></meter>" "{grouped(all)}</span></td>
                    <td data-label="Refused">{grouped(key.denied)}</td>
                    <td data-label="Units">{grouped(key.units)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <h2 class="section-title">"By key"</h2>
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"Usage by key"</caption>
                <thead><tr><th scope="col">"Key"</th><th scope="col">"Requests"</th><th scope="col">"Refused"</th><th scope="col">"Units"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
