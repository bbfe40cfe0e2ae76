//! The card "Connected accounts" of the security page.

use leptos::prelude::*;

use super::{
    api::{ConnectProvider, DisconnectIdentity},
    mark::ProviderMark,
    views::{ConnectedRow, ConnectionRow},
};
use crate::{
    ui::{
        banner::{Banner, Tone},
        form::{Form, FormProblems, Submit},
        moment::When,
        send::path_of,
    },
    visit::Visit,
};

/// Nothing where no provider is offered and none is connected.
#[component]
pub fn ConnectionsCard(rows: Vec<ConnectionRow>) -> impl IntoView {
    let flash = Visit::current().flash("identities").unwrap_or_default();
    let problems = flash
        .problems
        .0
        .into_iter()
        .map(|problem| view! { <Banner tone=Tone::Danger text=problem.message.to_string()/> })
        .collect_view();
    let items = rows
        .iter()
        .map(|row| view! { <Item row=row.clone()/> })
        .collect_view();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="connections-title">
                <div class="card-main">
                    <header>
                        <h2 class="card-title" id="connections-title">"Connected accounts"</h2>
                        <p class="card-purpose">"They sign you in. If you have a second step, it is still asked for."</p>
                    </header>
                    <div class="card-body">
                        {flash.notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
                        {problems}
                        <ul class="rows">{items}</ul>
                    </div>
                </div>
            </section>
        }
        .into_any()
    })
}

#[component]
fn Item(row: ConnectionRow) -> impl IntoView {
    let (provider, name) = (row.provider, row.name);
    let shown = name.clone();
    let state = match &row.connected {
        Some(ConnectedRow {
            identity,
            since,
            last_used,
        }) => {
            let used = last_used
                .clone()
                .map(|moment| view! { " · last used "<When moment/> });
            view! { <p class="muted">{identity.label.clone()}</p><p class="muted">"Connected "<When moment=since.clone()/>{used}</p> }
                .into_any()
        }
        None => view! { <p class="muted">"Not connected"</p> }.into_any(),
    };
    let control = match row.connected {
        Some(ConnectedRow { identity, .. }) => view! {
            <Form to={path_of::<DisconnectIdentity>()} id="disconnect" class="row-form" is_repeated=true>
                <FormProblems/>
                <input type="hidden" name="identity" value=identity.id.to_string()/>
                <Submit class="btn" label=format!("Disconnect {name}")>"Disconnect"</Submit>
            </Form>
        }
        .into_any(),
        None => view! {
            <Form to={path_of::<ConnectProvider>()} id="connect" class="row-form" is_repeated=true>
                <FormProblems/>
                <input type="hidden" name="provider" value=provider.as_str()/>
                <Submit class="btn" label=format!("Connect {name}")>"Connect"</Submit>
            </Form>
        }
        .into_any(),
    };
    view! {
        <li>
            <div class="person row-text">
                <ProviderMark provider/>
                <div>
                    <p><strong>{shown}</strong>{(!row.is_offered).then_some(" (no longer offered here)")}</p>
                    {state}
                </div>
            </div>
            {control}
        </li>
    }
    .into_any()
}
