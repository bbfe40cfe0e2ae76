//! The page between a form of ours and a provider. A browser lets no answer to a form lead to another site (`form-action`), so
//! this page does, by itself or by its link.

use leptos::prelude::*;

use crate::{
    static_pages::{Frame, render},
    ui::frame::Card,
};

/// The page.
pub fn page(frame: Frame, name: &str, address: &str) -> String {
    let (title, address) = (format!("Continue to {name}"), address.to_owned());
    let name = name.to_owned();
    render(frame, &title.clone(), move || {
        view! {
            <Card title lead=|| "You are being taken there now.">
                <div class="actions">
                    <a class="btn primary" href=address rel="noreferrer">{format!("Continue to {name}")}</a>
                    <a class="btn quiet" href="/account/security">"Cancel"</a>
                </div>
            </Card>
        }
    })
}
