//! A chart of requests, with the same as a table.

use contract::usage::{Interval, UsageSeries};
use leptos::prelude::*;

use super::chart::{Bars, grouped};

/// A card with the requests of a span: as bars, by answer and, folded, as a table.
#[component]
pub fn Requests(
    series: UsageSeries,
    /// What each point is of, in words.
    labels: Vec<String>,
    /// The span, as in "last 30 days".
    last: &'static str,
) -> impl IntoView {
    let per = match series.interval {
        Interval::Minute => "minute",
        Interval::Hour => "hour",
        Interval::Day => "day",
    };
    let title = format!("Requests per {per}, last {last} (UTC)");
    if series.valid() + series.denied() == 0 {
        return view! {
            <section class="card chart-card" aria-labelledby="chart-title">
                <h2 class="card-title" id="chart-title">"Requests"</h2>
                <p class="card-purpose">{format!("None in the last {last}. A verification appears here seconds after it was answered.")}</p>
            </section>
        }
        .into_any();
    }
    let rows = series
        .points
        .iter()
        .zip(&labels)
        .rev()
        .map(|(point, label)| {
            view! {
                <tr>
                    <th scope="row">{label.clone()}{point.is_running.then_some(" (running)")}</th>
                    <td data-label="Passed">{grouped(point.valid)}</td>
                    <td data-label="Refused">{grouped(point.denied)}</td>
                    <td data-label="Units">{grouped(point.units)}</td>
                </tr>
            }
        })
        .collect_view();
    let codes = series
        .verdicts
        .iter()
        .map(|(verdict, count)| {
            view! { <li><span title=verdict.sentence()><code>{verdict.as_str()}</code></span>" "{grouped(*count)}</li> }
        })
        .collect_view();
    view! {
        <section class="card chart-card" aria-labelledby="chart-title">
            <header>
                <h2 class="card-title" id="chart-title">{title.clone()}</h2>
                <p class="legend"><span class="key valid">"Passed"</span><span class="key denied">"Refused"</span></p>
            </header>
            <Bars series labels title/>
            <ul class="codes">{codes}</ul>
            <details class="more">
                <summary>"As a table"</summary>
                <div class="table-wrap">
                    <table class="table">
                        <caption class="vh">"Requests"</caption>
                        <thead><tr><th scope="col">"Time"</th><th scope="col">"Passed"</th><th scope="col">"Refused"</th><th scope="col">"Units"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
    .into_any()
}
