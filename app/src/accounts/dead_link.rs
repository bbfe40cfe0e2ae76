//! A link of a letter was opened that leads nowhere any more.

use contract::Code;
use leptos::prelude::*;

use crate::{problem::Fault, ui::frame::Card};

/// Says why, and where to go instead.
#[component]
pub fn DeadLink(
    fault: Fault,
    /// What is said of a link that has expired.
    expired: &'static str,
    /// Of one that was used already.
    used: &'static str,
    /// Of any other.
    otherwise: &'static str,
    /// The address of where to go.
    href: &'static str,
    /// What is done there.
    instead: &'static str,
) -> impl IntoView {
    let (title, lead) = match fault.problem.code {
        Code::LinkExpired => ("This link has expired", expired),
        Code::LinkUsed => ("This link has already been used", used),
        _ => ("This link no longer works", otherwise),
    };
    view! {
        <Card title lead=move || lead>
            <div class="actions"><a class="btn primary block" href=href>{instead}</a></div>
        </Card>
    }
}
