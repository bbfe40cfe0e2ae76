//! `/account/security/connect`: an account elsewhere whose address has this account is connected to it, if its owner says so.

use leptos::prelude::*;

use super::{
    api::{ConnectPending, LoadPending},
    mark::ProviderMark,
    views::PendingView,
};
use crate::{
    accounts::layout::PageHead,
    ui::{
        form::{Form, FormProblems, Submit},
        loading::{Loaded, load, showing},
        send::path_of,
    },
};

#[component]
pub fn ConnectPage() -> impl IntoView {
    let data = load::<LoadPending>(String::new);
    view! {
        <PageHead title="Connect an account" purpose="From then on it signs you in, just as a password does."/>
        <Loaded data show=showing(|view: PendingView| view! { <Confirm view/> }.into_any()) instead=|_| view! { <Nothing/> }.into_any()/>
    }
}

#[component]
fn Confirm(view: PendingView) -> impl IntoView {
    let PendingView {
        provider,
        name,
        label,
        email,
        next,
    } = view;
    view! {
        <Form to={path_of::<ConnectPending>()} id="connect-pending" class="card" labelled_by="connect-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="connect-title">{format!("Connect {name}?")}</h2>
                    <p class="card-purpose">"Connect it only if it is yours."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <div class="person">
                        <ProviderMark provider/>
                        <p><strong>{label}</strong>{format!(" of {name} will sign in to ")}<strong>{email}</strong>"."</p>
                    </div>
                </div>
            </div>
            <footer class="card-foot">
                <a class="btn quiet" href=next rel="external">"Not now"</a>
                <Submit class="btn primary">{format!("Connect {name}")}</Submit>
            </footer>
        </Form>
    }
    .into_any()
}

/// It took too long, was done already, or is another person's.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="connect-title">
            <div class="card-main">
                <header><h2 class="card-title" id="connect-title">"Nothing to connect"</h2></header>
                <div class="card-body">
                    <p>"It took too long, has already been done, or belongs to another account. You can connect accounts under Security."</p>
                    <div class="actions"><a class="btn primary" href="/account/security">"Go to Security"</a></div>
                </div>
            </div>
        </section>
    }
    .into_any()
}
