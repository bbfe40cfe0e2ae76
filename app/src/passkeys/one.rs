//! `/account/security/passkeys/{id}`: naming a passkey, and removing it.

use contract::passkeys::LONGEST_NAME;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::{LoadPasskey, RemovePasskey, RenamePasskey},
    views::PasskeyView,
};
use crate::{
    second_factors::set_up::{Head, closing},
    ui::{
        banner::{Banner, Tone},
        field::Field,
        form::{Form, FormProblems, Submit},
        loading::{Loaded, arguments, load, showing},
        moment::When,
        send::path_of,
    },
};

#[component]
pub fn PasskeyPage() -> impl IntoView {
    let params = use_params_map();
    let data = load::<LoadPasskey>(move || {
        let id = params.with(|params| params.get("id").unwrap_or_default());
        arguments(&[("id", &id)])
    });
    view! {
        <Head title="Passkey" purpose="It signs you in on its own, and counts as a second step."/>
        <Loaded data show=showing(|view: PasskeyView| view! { <Name view=view.clone()/><Remove view/> }.into_any())/>
    }
}

#[component]
fn Name(view: PasskeyView) -> impl IntoView {
    let row = view.row;
    let used = match row.used {
        Some(moment) => view! { <When moment/> }.into_any(),
        None => "Never".into_any(),
    };
    let kept = if row.passkey.is_synced {
        "In a password manager that syncs it to your other devices"
    } else {
        "On one device"
    };
    view! {
        <Form to={path_of::<RenamePasskey>()} id="rename-passkey" class="card" labelled_by="name-title">
            <div class="card-main">
                <header><h2 class="card-title break" id="name-title">{row.passkey.name.clone()}</h2></header>
                <div class="card-body">
                    <FormProblems/>
                    <dl class="facts">
                        <div><dt>"Added"</dt><dd><When moment=row.created/></dd></div>
                        <div><dt>"Last used"</dt><dd>{used}</dd></div>
                        <div><dt>"Stored"</dt><dd>{kept}</dd></div>
                    </dl>
                    <input type="hidden" name="id" value=row.passkey.id.to_string()/>
                    <Field name="name" label="Name" value=row.passkey.name longest=LONGEST_NAME check={|text| contract::passkeys::check_name(text).map(|_| ())}/>
                </div>
            </div>
            <footer class="card-foot"><Submit class="btn primary">"Save name"</Submit></footer>
        </Form>
    }
    .into_any()
}

#[component]
fn Remove(view: PasskeyView) -> impl IntoView {
    let text = if view.is_last {
        "It is your only second step: without it none is asked for, and the recovery codes no longer work."
    } else {
        "It can no longer be used to sign in. This cannot be undone, but you can add it again."
    };
    view! {
        <Form to={path_of::<RemovePasskey>()} id="remove-passkey" class="card danger" labelled_by="remove-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="remove-title">"Remove"</h2>
                    <p class="card-purpose">{text}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    {closing(&view.closes).map(|text| view! { <Banner tone=Tone::Danger text/> })}
                    <input type="hidden" name="id" value=view.row.passkey.id.to_string()/>
                </div>
            </div>
            <footer class="card-foot"><Submit class="btn danger">"Remove passkey"</Submit></footer>
        </Form>
    }
    .into_any()
}
