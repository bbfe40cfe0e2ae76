//! `/account/security`

use leptos::prelude::*;

use super::{
    api::{ChangePassword, LoadSecurity},
    layout::PageHead,
    views::SecurityView,
};
use crate::{
    sessions::api::RevokeOtherSessions,
    ui::{
        focus::focus,
        form::{Form, FormProblems, Saved, Submit},
        icon::{Draw, Icon},
        loading::{Loaded, load, showing},
        moment::When,
        password::{PasswordField, Use},
        send::path_of,
    },
};

#[component]
pub fn SecurityPage() -> impl IntoView {
    let data = load::<LoadSecurity>(String::new);
    view! {
        <PageHead title="Security" purpose="What keeps others out of your account."/>
        <Loaded data show=showing(|view: SecurityView| {
            let others = RwSignal::new(view.other_sessions);
            view! { <PasswordCard view=view.clone() others/><SessionsCard view others/> }.into_any()
        })/>
    }
}

#[component]
fn PasswordCard(view: SecurityView, others: RwSignal<u32>) -> impl IntoView {
    let is_changed = RwSignal::new(false);
    let on_saved = move |()| {
        is_changed.set(true);
        others.set(0);
        clear_passwords();
    };
    let changed = view.password_changed;
    view! {
        <Form to={path_of::<ChangePassword>()} id="change-password" class="card" labelled_by="password-title" on_saved>
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="password-title">"Password"</h2>
                    <p class="card-purpose">
                        {move || match changed.clone() {
                            _ if is_changed.get() => view! { "Last changed just now." }.into_any(),
                            Some(moment) => view! { "Last changed "<When moment/>"." }.into_any(),
                            None => view! { "You have no password yet." }.into_any(),
                        }}
                    </p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <input class="vh" type="email" name="username" value=view.email autocomplete="username" readonly=true tabindex="-1" aria-hidden="true"/>
                    <PasswordField name="current_password" label="Current password" purpose=Use::Current/>
                    <PasswordField name="new_password" label="New password" purpose=Use::New/>
                </div>
            </div>
            <footer class="card-foot">
                <p class="card-note">"Signs out your other devices."</p>
                <Saved/>
                <Submit class="btn primary">"Change password"</Submit>
            </footer>
        </Form>
    }
}

/// A changed password does not stay in its fields.
fn clear_passwords() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        let form = document()
            .get_element_by_id("change-password")
            .and_then(|element| element.dyn_into::<web_sys::HtmlFormElement>().ok());
        if let Some(form) = form {
            form.reset();
        }
    }
}

#[component]
fn SessionsCard(view: SecurityView, others: RwSignal<u32>) -> impl IntoView {
    // The button goes away with the other sessions; the focus goes to the page, not to nowhere.
    let on_saved = move |()| {
        others.set(0);
        focus("#main");
    };
    let purpose = move || match others.get() {
        0 => "You are signed in on this device alone.".to_owned(),
        1 => "You are signed in on one other device.".to_owned(),
        others => format!("You are signed in on {others} other devices."),
    };
    let where_from = if view.ip.is_empty() {
        String::new()
    } else {
        format!("{}, ", view.ip)
    };
    view! {
        <Form to={path_of::<RevokeOtherSessions>()} id="sessions" class="card" labelled_by="sessions-title" on_saved>
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="sessions-title">"Sessions"</h2>
                    <p class="card-purpose">{purpose}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <ul class="rows">
                        <li>
                            <div class="person row-text">
                                <Draw icon=Icon::Monitor/>
                                <div>
                                    <p><strong>{view.this_device}</strong></p>
                                    <p class="muted">{where_from}"signed in "<When moment=view.signed_in/></p>
                                </div>
                            </div>
                            <span class="badge ok">"This device"</span>
                        </li>
                    </ul>
                </div>
            </div>
            <footer class="card-foot">
                <Saved/>
                {move || (others.get() > 0).then(|| view! {
                    <p class="card-note">"Programs with a token are signed out too."</p>
                    <Submit class="btn danger">"Sign out everywhere else"</Submit>
                })}
            </footer>
        </Form>
    }
}
