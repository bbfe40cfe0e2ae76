//! Lines of the audit log, newest first.

use leptos::prelude::*;

use super::users_api::LogLine;
use crate::ui::{
    icon::{Draw, Icon},
    moment::When,
};

#[component]
pub fn LogList(lines: Vec<LogLine>) -> impl IntoView {
    if lines.is_empty() {
        return view! { <div class="card empty"><Draw icon=Icon::Info/><h2>"No entries yet"</h2></div> }
            .into_any();
    }
    let rows = lines
        .into_iter()
        .map(|line| view! { <Line line/> })
        .collect_view();
    view! { <ol class="card log">{rows}</ol> }.into_any()
}

/// Who it was, as far as that is known.
fn actor(line: &LogLine) -> AnyView {
    let row = &line.row;
    let name = match row.actor_kind.as_str() {
        "anonymous" => "Somebody who was not signed in".to_owned(),
        "operator" => "The operator".to_owned(),
        "service" => "A program of the operator".to_owned(),
        _ if !row.actor_name.is_empty() => row.actor_name.clone(),
        _ => row
            .actor_id
            .clone()
            .unwrap_or_else(|| "Somebody".to_owned()),
    };
    let href = row
        .actor_id
        .as_ref()
        .and_then(|id| match row.actor_kind.as_str() {
            "user" => Some(format!("/admin/users/{id}")),
            "api_key" => Some(format!("/admin/keys?status=all&search={id}")),
            _ => None,
        });
    match href {
        Some(href) => view! { <a href=href class="break">{name}</a> }.into_any(),
        None => name.into_any(),
    }
}

#[component]
fn Line(line: LogLine) -> impl IntoView {
    let who = actor(&line);
    let LogLine { row, at } = line;
    let by = row.impersonator_id.map(|id| {
        let name = if row.impersonator_name.is_empty() {
            id.clone()
        } else {
            row.impersonator_name
        };
        view! { ", impersonated by "<a href=format!("/admin/users/{id}") class="break">{name}</a> }
    });
    let from = row.ip.map(|ip| format!(" · {ip}"));
    let reason = (!row.reason.is_empty())
        .then(|| view! { <p class="break">{format!("“{}”", row.reason)}</p> });
    let change = |title: &'static str, json: Option<String>| {
        json.map(|json| {
            view! { <p class="label">{title}</p><pre class="code-block" tabindex="0">{json}</pre> }
        })
    };
    let has_changes = row.before.is_some() || row.after.is_some();
    let (before, after) = (change("Before", row.before), change("After", row.after));
    view! {
        <li>
            <p><strong class="break"><code>{row.action}</code></strong>" by "{who}{by}</p>
            {reason}
            <p class="muted"><When moment=at/>{format!(" · {}", row.face.replace('_', " "))}{from}</p>
            {has_changes.then(|| view! {
                <details class="more">
                    <summary>"As logged"</summary>
                    {before}
                    {after}
                    <p class="muted break">"Trace "<code>{row.trace_id}</code></p>
                </details>
            })}
        </li>
    }
    .into_any()
}
