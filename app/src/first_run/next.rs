//! `/setup/next`: what an operator does first.

use leptos::prelude::*;

use super::api::{LoadNextSteps, NextStepsView};
use crate::{
    problem::Fault,
    ui::{
        frame::Card,
        loading::{Loaded, load, showing},
    },
};

#[component]
pub fn NextStepsPage() -> impl IntoView {
    let data = load::<LoadNextSteps>(String::new);
    let show = showing(|view: NextStepsView| view! { <Steps view/> }.into_any());
    view! { <Loaded data show instead=|fault| view! { <Nothing fault/> }.into_any()/> }
}

#[component]
fn Steps(view: NextStepsView) -> impl IntoView {
    let NextStepsView {
        has_second_step,
        public_url,
    } = view;
    let lead = || "You are an operator of this installation. These steps get it ready for others.";
    let second_step = if has_second_step {
        view! { <span class="badge ok">"Done"</span> }.into_any()
    } else {
        view! { <a class="btn primary" href="/account/security">"Set up a second step"</a> }
            .into_any()
    };
    view! {
        <Card title="What to do next" lead>
            <ol class="rows">
                <li>
                    <div class="row-text">
                        <h2 class="card-title">"1. A second step"</h2>
                        <p class="muted">"The operator console asks for one: a password alone does not open it. Come back to this page afterwards."</p>
                    </div>
                    {second_step}
                </li>
                <li>
                    <div class="row-text">
                        <h2 class="card-title">"2. A test e-mail"</h2>
                        <p class="muted">"E-mails confirm addresses and reset forgotten passwords. Make sure that one reaches you."</p>
                    </div>
                    <a class="btn" href="/admin/mail" rel="external">"Send a test e-mail"</a>
                </li>
                <li>
                    <div class="row-text">
                        <h2 class="card-title">"3. Configuration and backups"</h2>
                        <p class="muted">"See what is in effect, and whether backups are taken."</p>
                    </div>
                    <a class="btn" href="/admin/settings" rel="external">"See the settings"</a>
                    <a class="btn" href="/admin/overview" rel="external">"See the overview"</a>
                </li>
            </ol>
            <Configured public_url/>
        </Card>
    }
}

/// Where it is said what pages cannot change.
#[component]
fn Configured(public_url: String) -> impl IntoView {
    view! {
        <div class="note">
            <p>
                "The name of the installation ("<code>"product_name"</code>"), its address ("<code>"public_url"</code>", now "<strong>{public_url}</strong>
                "), its mail server ("<code>"smtp_url"</code>") and its backups ("<code>"backup_folder"</code>") are set in "<code>"latchkey.toml"</code>
                " or in the environment of the server, and take effect after a restart."
            </p>
        </div>
    }
}

#[component]
fn Nothing(fault: Fault) -> impl IntoView {
    let lead = move || fault.problem.message.to_string();
    view! {
        <Card title="There is nothing to do here" lead>
            <div class="actions"><a class="btn primary block" href="/" rel="external">"Go to the start page"</a></div>
        </Card>
    }
}
