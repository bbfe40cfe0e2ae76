//! `/account/security`

use contract::{
    second_factors::{FEW_RECOVERY_CODES, RECOVERY_CODES},
    sessions::Method,
};
use leptos::prelude::*;

use super::{
    api::{ChangePassword, LoadSecurity},
    layout::PageHead,
    views::{SecurityView, SessionRow},
};
use crate::{
    identities::{api::SetFirstPassword, card::ConnectionsCard},
    passkeys::views::PasskeyRow,
    sessions::api::{RevokeOtherSessions, RevokeSession},
    ui::{
        banner::{Banner, Tone, listed},
        form::{Form, FormProblems, Saved, Submit},
        icon::{Draw, Icon},
        loading::{Loaded, load, showing},
        moment::When,
        password::{PasswordField, Use},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn SecurityPage() -> impl IntoView {
    let data = load::<LoadSecurity>(String::new);
    view! {
        <PageHead title="Security" purpose="What keeps others out of your account."/>
        <Loaded data show=showing(|view: SecurityView| {
            let others = RwSignal::new(view.other_sessions);
            let connections = view.connections.clone();
            let password = if view.has_password {
                view! { <PasswordCard view=view.clone() others/> }.into_any()
            } else {
                view! { <FirstPasswordCard email=view.email.clone()/> }.into_any()
            };
            view! {
                {password}
                <PasskeysCard rows=view.passkeys.clone()/>
                <FactorsCard view=view.clone()/>
                <ConnectionsCard rows=connections/>
                <SessionsCard view others/>
            }
            .into_any()
        })/>
    }
}

/// For somebody who has signed up with a provider.
#[component]
fn FirstPasswordCard(email: String) -> impl IntoView {
    view! {
        <Form to={path_of::<SetFirstPassword>()} id="change-password" class="card" labelled_by="password-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="password-title">"Password"</h2>
                    <p class="card-purpose">"You have no password yet. With one, you can sign in even when a connected account does not work."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <input class="vh" type="email" name="username" value=email autocomplete="username" readonly=true tabindex="-1" aria-hidden="true"/>
                    <PasswordField name="new_password" label="New password" purpose=Use::New/>
                </div>
            </div>
            <footer class="card-foot">
                <p class="card-note">"Signs out your other devices."</p>
                <Submit class="btn primary">"Set password"</Submit>
            </footer>
        </Form>
    }
}

#[component]
fn PasswordCard(view: SecurityView, others: RwSignal<u32>) -> impl IntoView {
    let notice = Visit::current().notice("first-password");
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
                    {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
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

#[component]
fn PasskeysCard(rows: Vec<PasskeyRow>) -> impl IntoView {
    let visit = Visit::current();
    let notice = visit.notice("passkeys");
    if rows.is_empty() && !visit.has_passkeys {
        return ().into_any();
    }
    let is_empty = rows.is_empty();
    let items = rows
        .into_iter()
        .map(|row| view! { <PasskeyItem row/> })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="passkeys-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="passkeys-title">"Passkeys"</h2>
                    <p class="card-purpose">"They sign you in without a password, and a fake page cannot steal them."</p>
                </header>
                <div class="card-body">
                    {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
                    {if is_empty {
                        view! { <p class="muted">"You have none yet. A phone, a computer, a security key or a password manager can store one."</p> }.into_any()
                    } else {
                        view! { <ul class="rows">{items}</ul> }.into_any()
                    }}
                </div>
            </div>
            {visit.has_passkeys.then(|| view! {
                <footer class="card-foot"><a class="btn" href="/account/security/passkeys/new">"Add a passkey"</a></footer>
            })}
        </section>
    }
    .into_any()
}

#[component]
fn PasskeyItem(row: PasskeyRow) -> impl IntoView {
    let used = match row.used {
        Some(moment) => view! { "last used "<When moment/> }.into_any(),
        None => "never used".into_any(),
    };
    let name = row.passkey.name;
    let label = format!("Manage the passkey {name}");
    let to = format!("/account/security/passkeys/{}", row.passkey.id);
    view! {
        <li>
            <div class="person row-text">
                <Draw icon=Icon::Key/>
                <div>
                    <p class="break"><strong>{name}</strong></p>
                    <p class="muted">"Added "<When moment=row.created/>" · "{used}</p>
                </div>
            </div>
            {row.passkey.is_synced.then(|| view! { <span class="badge">"Synced"</span> })}
            <a class="btn" href=to aria-label=label>"Manage"</a>
        </li>
    }
    .into_any()
}

#[component]
fn FactorsCard(view: SecurityView) -> impl IntoView {
    let notice = Visit::current().notice("second-factors");
    let left = view.factors.recovery_codes_left;
    let (badge, state) = match view.app_since {
        Some(since) => (
            view! { <span class="badge ok">"On"</span> }.into_any(),
            view! { "On since "<When moment=since/>"." }.into_any(),
        ),
        None => (
            view! { <span class="badge">"Off"</span> }.into_any(),
            view! { "A code from an app on your phone, in addition to your password." }.into_any(),
        ),
    };
    let codes = view.factors.is_any().then(|| {
        let tone = if left <= FEW_RECOVERY_CODES { "badge warn" } else { "badge" };
        view! {
            <li>
                <div class="row-text"><p><strong>"Recovery codes"</strong></p><p class="muted">"They let you sign in when you do not have your phone or passkey at hand."</p></div>
                <span class=tone>{format!("{left} of {RECOVERY_CODES} left")}</span>
                <a class="btn" href="/account/security/recovery-codes">"Make new ones"</a>
            </li>
        }
    });
    let is_asked = (!view.factors.is_any())
        .then(|| asked_for(&view.asked_by))
        .flatten();
    let (link, class) = if view.factors.app_since.is_some() {
        ("Turn off", "btn")
    } else {
        ("Set up", "btn primary")
    };
    view! {
        <section class="card" aria-labelledby="factors-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="factors-title">"Second step"</h2>
                    <p class="card-purpose">"With a second step, a stolen password alone lets nobody in."</p>
                </header>
                <div class="card-body">
                    {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
                    {is_asked.map(|text| view! { <Banner tone=Tone::Info text/> })}
                    <ul class="rows">
                        <li>
                            <div class="row-text"><p><strong>"Authenticator app"</strong></p><p class="muted">{state}</p></div>
                            {badge}
                            <a class=class href="/account/security/app" aria-label=format!("{link} the authenticator app")>{link}</a>
                        </li>
                        {codes}
                    </ul>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// Who asks for a second step, to who has none.
fn asked_for(by: &[String]) -> Option<String> {
    let ask = if by.len() == 1 { "asks" } else { "ask" };
    (!by.is_empty()).then(|| format!("{} {ask} for a second step.", listed(by)))
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
    let notice = Visit::current().notice("sessions");
    let purpose = move || match others.get() {
        0 => "You are signed in on this device only.".to_owned(),
        1 => "You are signed in on one other device.".to_owned(),
        others => format!("You are signed in on {others} other devices."),
    };
    let rows = view
        .sessions
        .into_iter()
        .map(|row| {
            let is_current = row.session.is_current;
            // Those that a new password has ended are gone from the list too.
            move || {
                (is_current || others.get() > 0).then(|| view! { <SessionItem row=row.clone()/> })
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="sessions-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="sessions-title">"Sessions"</h2>
                    <p class="card-purpose">{purpose}</p>
                </header>
                <div class="card-body">
                    {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
                    <ul class="rows">{rows}</ul>
                </div>
            </div>
            {move || (others.get() > 0).then(|| view! {
                <Form to={path_of::<RevokeOtherSessions>()} id="sessions" class="card-foot">
                    <p class="card-note">"Programs with a token are signed out too."</p>
                    <FormProblems/>
                    <Submit class="btn danger">"Sign out everywhere else"</Submit>
                </Form>
            })}
        </section>
    }
    .into_any()
}

/// As the operator calls it, where it is a provider.
fn method(method: Method) -> String {
    let offered = Visit::current()
        .providers
        .into_iter()
        .find(|offered| method == Method::Social(offered.provider));
    offered.map_or_else(|| method.label().to_owned(), |offered| offered.name)
}

#[component]
fn SessionItem(row: SessionRow) -> impl IntoView {
    let SessionRow {
        session,
        signed_in,
        last_active,
    } = row;
    let place = if session.ip.is_empty() {
        String::new()
    } else {
        format!("{} · ", session.ip)
    };
    let by = session.impersonator.clone();
    let how = match &by {
        Some(operator) => format!("by {operator}"),
        None => format!(
            "with {}{}",
            method(session.method),
            session.second_step.label()
        ),
    };
    let (icon, kind) = if session.is_program {
        (Icon::Key, " (program)")
    } else {
        (Icon::Monitor, "")
    };
    let id = session.id.to_string();
    let label = format!(
        "End the session of {}, signed in {}",
        session.device, signed_in.text
    );
    view! {
        <li>
            <div class="person row-text">
                <Draw icon/>
                <div>
                    <p><strong>{session.device}</strong>{kind}</p>
                    <p class="muted">{place}"signed in "<When moment=signed_in/>" "{how}</p>
                    {(!session.is_current).then(|| view! { <p class="muted">"last active "<When moment=last_active/></p> })}
                </div>
            </div>
            {by.is_some().then(|| view! { <span class="badge warn">"Operator"</span> })}
            {if session.is_current {
                view! { <span class="badge ok">"This device"</span> }.into_any()
            } else {
                view! {
                    <Form to={path_of::<RevokeSession>()} id="session" is_repeated=true>
                        <input type="hidden" name="session" value=id/>
                        <Submit class="btn" label>"End"</Submit>
                    </Form>
                }
                .into_any()
            }}
        </li>
    }
    .into_any()
}
