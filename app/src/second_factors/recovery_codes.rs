//! `/account/security/recovery-codes`: new ones, shown once, and making others.

use contract::second_factors::{RECOVERY_CODES, SecondFactors};
use leptos::prelude::*;

use super::{
    api::{LoadRecoveryCodes, ReplaceRecoveryCodes},
    challenge::{CodeField, Takes},
    set_up::{Head, Steps},
};
use crate::{
    ui::{
        copy::copy_to_clipboard,
        form::{Form, FormProblems, Submit},
        loading::{Loaded, escaped, load, showing},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn RecoveryCodesPage() -> impl IntoView {
    let data = load::<LoadRecoveryCodes>(String::new);
    let codes = Visit::current()
        .flash("codes")
        .and_then(|flash| flash.value("codes"));
    let codes: Option<Vec<String>> =
        codes.map(|text| text.split(' ').map(ToOwned::to_owned).collect());
    view! {
        <Head title="Recovery codes" purpose="They sign you in when your phone is not at hand."/>
        {codes.clone().map(|codes| view! { <Steps at=2/><Reveal codes/> })}
        {codes.is_none().then(move || view! {
            <Loaded data show=showing(|factors: SecondFactors| view! { <Replace factors/> }.into_any())/>
        })}
    }
}

#[component]
fn Reveal(codes: Vec<String>) -> impl IntoView {
    let product = Visit::current().product;
    let text = format!(
        "{product}: recovery codes. Each works once.\n\n{}\n",
        codes.join("\n")
    );
    let file = format!("data:text/plain;charset=utf-8,{}", escaped(&text));
    let name = format!("{}-recovery-codes.txt", file_name(&product));
    let rows = codes
        .iter()
        .cloned()
        .map(|code| view! { <li><code>{code}</code></li> })
        .collect_view();
    view! {
        <section class="card reveal" aria-labelledby="codes-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="codes-title">"Save these codes now"</h2>
                    <p class="card-purpose">"They will not be shown again. Keep them where you find them without your phone; each works once."</p>
                </header>
                <div class="card-body">
                    <ol class="recovery-codes">{rows}</ol>
                    <div class="actions">
                        <a class="btn" href=file download=name>"Download"</a>
                        <CopyAll text=codes.join("\n")/>
                        <PrintPage/>
                    </div>
                </div>
            </div>
            <form class="card-foot" method="get" action="/account/security">
                <label class="choice" for="saved"><input class="check" type="checkbox" id="saved" required=true/><span>"I have saved these codes"</span></label>
                <button class="btn primary" type="submit">"Finish"</button>
            </form>
        </section>
    }
    .into_any()
}

fn file_name(product: &str) -> String {
    let word = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    product.chars().map(word).collect()
}

/// Needs a script, and is hidden without one.
#[component]
fn CopyAll(text: String) -> impl IntoView {
    let is_copied = RwSignal::new(false);
    let copy = move |_| {
        copy_to_clipboard(&text);
        is_copied.set(true);
    };
    view! {
        <button class="btn js" type="button" on:click=copy>{move || if is_copied.get() { "Copied" } else { "Copy" }}</button>
        <span class="vh" role="status">{move || if is_copied.get() { "Copied" } else { "" }}</span>
    }
}

/// Needs a script, and is hidden without one.
#[component]
fn PrintPage() -> impl IntoView {
    let print = move |_| {
        #[cfg(feature = "hydrate")]
        let _printed = window().print();
    };
    view! { <button class="btn js" type="button" on:click=print>"Print"</button> }
}

#[component]
fn Replace(factors: SecondFactors) -> impl IntoView {
    let left = factors.recovery_codes_left;
    if !factors.is_any() {
        return view! {
            <div class="card"><div class="card-main">
                <p>"Recovery codes come with an authenticator app. "<a href="/account/security/app">"Set one up"</a></p>
            </div></div>
        }
        .into_any();
    }
    view! {
        <Form to={path_of::<ReplaceRecoveryCodes>()} id="replace-codes" class="card" labelled_by="replace-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="replace-title">"Make new codes"</h2>
                    <p class="card-purpose">{format!("{left} of {RECOVERY_CODES} are left. With new ones, those are dead.")}</p>
                </header>
                <div class="card-body"><FormProblems/><CodeField takes=Takes::Either/></div>
            </div>
            <footer class="card-foot">
                <a class="btn quiet" href="/account/security">"Cancel"</a>
                <Submit class="btn primary">"Make new codes"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}
