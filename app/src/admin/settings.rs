//! `/admin/settings`: what is in effect. It is changed where it was given, and not here.

use contract::admin::ShownSetting;
use leptos::prelude::*;

use super::{
    api::{ConfigurationView, LoadConfiguration},
    layout::ConsoleHead,
};
use crate::ui::loading::{Loaded, load, showing};

#[component]
pub fn ConsoleSettingsPage() -> impl IntoView {
    let data = load::<LoadConfiguration>(String::new);
    view! { <Loaded data show=showing(|view: ConfigurationView| view! { <Page view/> }.into_any())/> }
}

#[component]
fn Page(view: ConfigurationView) -> impl IntoView {
    let rows = view
        .settings
        .into_iter()
        .map(|setting| view! { <Setting setting/> })
        .collect_view();
    view! {
        <ConsoleHead title="Settings" purpose="What is in effect, and where each comes from. Change it there; it takes effect after a restart.">
            <a class="btn" href="/setup/next" rel="external">"First steps"</a>
        </ConsoleHead>
        <div class="table-wrap">
            <table class="table console-settings">
                <caption class="vh">"Settings"</caption>
                <thead><tr><th scope="col">"Setting"</th><th scope="col">"Value"</th><th scope="col">"Source"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What nobody has given stands back.
#[component]
fn Setting(setting: ShownSetting) -> impl IntoView {
    let source = if setting.source == "default" {
        view! { <span class="muted">"Default"</span> }.into_any()
    } else {
        view! { <code class="break">{setting.source}</code> }.into_any()
    };
    let value = if setting.value.is_empty() {
        view! { <span class="muted">"Not set"</span> }.into_any()
    } else {
        view! { <code class="break">{setting.value}</code> }.into_any()
    };
    view! {
        <tr>
            <th scope="row"><code>{setting.name}</code></th>
            <td data-label="Value">{value}</td>
            <td data-label="Source">{source}</td>
        </tr>
    }
    .into_any()
}
