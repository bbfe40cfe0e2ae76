//! `/account/security/recovery-codes`: new ones, shown once, and making others.

use contract::second_factors::{RECOVERY_CODES, SecondFactors};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::{LoadRecoveryCodes, ReplaceRecoveryCodes, Way},
    proof::{Chosen, ProofFields},
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
    let flash = Visit::current().flash("codes").unwrap_or_default();
    let codes = flash.value("codes");
    let is_step = flash.value("step").is_some_and(|step| step == "true");
    let asked = use_query_map().read_untracked().get("with");
    let asked = asked.and_then(|with| Way::parse(&with));
    let codes: Option<Vec<String>> =
        codes.map(|text| text.split(' ').map(ToOwned::to_owned).collect());
    view! {
        <Head title="Recovery codes" purpose="They let you sign in when you do not have your phone or passkey at hand."/>
        {codes.clone().map(|codes| view! { {is_step.then(|| view! { <Steps at=2/> })}<Reveal codes/> })}
        {codes.is_none().then(move || view! {
            <Loaded data show=showing(move |factors: SecondFactors| view! { <Replace factors asked/> }.into_any())/>
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
                    <p class="card-purpose">"They will not be shown again. Keep them where you can find them without your phone or computer. Each works once."</p>
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
fn Replace(factors: SecondFactors, asked: Option<Way>) -> impl IntoView {
    let left = factors.recovery_codes_left;
    if !factors.is_any() {
        return view! {
            <div class="card"><div class="card-main">
                <p>"Recovery codes come with a second step. "<a href="/account/security">"Set one up"</a></p>
            </div></div>
        }
        .into_any();
    }
    let chosen = Chosen::of(factors.app_since.is_some(), factors.passkeys > 0, asked);
    view! {
        <Form to={path_of::<ReplaceRecoveryCodes>()} id="replace-codes" class="card" labelled_by="replace-title" passkey=chosen.passkey()>
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="replace-title">"Make new codes"</h2>
                    <p class="card-purpose">{format!("{left} of {RECOVERY_CODES} are left. Once you make new ones, these no longer work.")}</p>
                </header>
                <div class="card-body"><FormProblems/><ProofFields chosen page="/account/security/recovery-codes"/></div>
            </div>
            <footer class="card-foot">
                <a class="btn quiet" href="/account/security">"Cancel"</a>
                <Submit class=chosen.class("btn primary", "btn primary js")>"Make new codes"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}
