//! One entry of the log, and what unfolds below it.

use leptos::prelude::*;

use super::api::{Change, Row, Wanted, Who};
use crate::ui::{
    avatar::Avatar,
    icon::{Draw, Icon},
    moment::When,
};

#[component]
pub fn EntryRow(row: Row, wanted: Wanted) -> impl IntoView {
    let ip = row.ip.clone();
    let is_everywhere = wanted.is_everywhere();
    let place = is_everywhere.then(|| {
        let organization = row.organization.clone();
        view! { <td data-label="Organization">{organization.map(linked)}</td> }
    });
    // Whoever looks after all looks up who it was.
    let who = if is_everywhere {
        linked(row.who.clone())
    } else {
        row.who.name.clone().into_any()
    };
    let by = row.impersonator.clone().map(|name| {
        view! { " "<span class="cell-below">{format!("impersonated by {name}")}</span> }
    });
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <Picture who=row.who.clone()/>
                    <span class="log-name">{who}{by}</span>
                </span>
            </th>
            <td class="log-what">
                <Sentence row=row.clone()/>
                <details class="more log-more">
                    <summary>"Details"</summary>
                    <Details row=row.clone() wanted/>
                </details>
            </td>
            {place}
            <td data-label="From">{ip.map(|ip| view! { <span class="mono log-ip">{ip}</span> })}</td>
            <td class="status"><When moment=row.at/></td>
        </tr>
    }
    .into_any()
}

/// A name, as a link where it leads somewhere.
fn linked(who: Who) -> AnyView {
    match who.href {
        Some(href) => view! { <a href=href>{who.name}</a> }.into_any(),
        None => who.name.into_any(),
    }
}

/// A person's picture, or what kind of caller it was.
#[component]
fn Picture(who: Who) -> impl IntoView {
    let icon = match who.kind.as_str() {
        "user" => return view! { <Avatar name=who.name avatar=who.picture/> }.into_any(),
        "api_key" => Icon::Key,
        "anonymous" => Icon::User,
        _ => Icon::Monitor,
    };
    view! { <span class="avatar" aria-hidden="true"><Draw icon/></span> }.into_any()
}

#[component]
fn Sentence(row: Row) -> impl IntoView {
    let (before, subject, after) = row.sentence;
    let subject = match row.subject.href.filter(|_| !subject.is_empty()) {
        Some(href) => view! { <a href=href>{subject}</a> }.into_any(),
        None => subject.into_any(),
    };
    view! { <p>{before}{subject}{after}</p> }.into_any()
}

#[component]
fn Details(row: Row, wanted: Wanted) -> impl IntoView {
    let place = match (row.seq, &row.organization) {
        (Some(seq), _) => seq.to_string(),
        (None, Some(_)) => "None: it is older than the chain".to_owned(),
        (None, None) => "None: it belongs to no organization".to_owned(),
    };
    let within = row
        .organization
        .filter(|_| wanted.is_everywhere())
        .map(|organization| {
            let href = wanted.narrowed("organization", &organization.value);
            view! { <a href=href rel="external">{format!("Only in {}", organization.name)}</a> }
        });
    let is_about = !row.subject.value.is_empty() && row.subject.value != row.who.value;
    let about = is_about.then(|| {
        let href = wanted.narrowed("subject", &row.subject.value);
        view! { <a href=href rel="external">{format!("Only about {}", row.subject.name)}</a> }
    });
    // The page is loaded anew, with the filter as it is then.
    let by = wanted.narrowed("actor", &row.who.value);
    view! {
        <Changes changes=row.changes/>
        {row.is_erased.then(|| view! {
            <p class="why-not"><Draw icon=Icon::Info/>"What this said about a person was removed when they were erased."</p>
        })}
        <dl class="facts">
            <div><dt>"Time"</dt><dd>{row.at.text}</dd></div>
            <div><dt>"Action"</dt><dd><code>{row.action}</code></dd></div>
            <div><dt>"Via"</dt><dd>{row.through}</dd></div>
            <div><dt>"Trace ID"</dt><dd><code>{row.trace_id}</code></dd></div>
            <div><dt>"Position in the chain"</dt><dd>{place}</dd></div>
        </dl>
        <p class="log-links"><a href=by rel="external">{format!("Only by {}", row.who.name)}</a>{about}{within}</p>
        <details class="more">
            <summary>"As JSON"</summary>
            <pre class="pre" tabindex="0"><code>{row.json}</code></pre>
        </details>
    }
    .into_any()
}

/// What changed, before and after.
#[component]
fn Changes(changes: Vec<Change>) -> impl IntoView {
    if changes.is_empty() {
        return ().into_any();
    }
    let rows = changes
        .into_iter()
        .map(|change| {
            let is_same = change.before == change.after;
            view! {
                <div class:same=is_same>
                    <dt>{change.name}</dt>
                    <dd><span class="vh">"Before: "</span>{told(change.before)}</dd>
                    <dd><span class="vh">"After: "</span>{told(change.after)}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="log-changes">
            <p aria-hidden="true"><span>"Field"</span><span>"Before"</span><span>"After"</span></p>
            <dl>{rows}</dl>
        </div>
    }
    .into_any()
}

fn told(text: Option<String>) -> String {
    text.unwrap_or_else(|| "—".to_owned())
}
