//! `/account/data`: what is held of a person, exported and deleted.

use contract::{Organization, accounts::UNDELETE_DAYS};
use leptos::prelude::*;

use super::{
    data_api::{DeleteAccount, LoadData},
    layout::PageHead,
    views::DataView,
};
use crate::ui::{
    field::Field,
    form::{Form, FormProblems, Submit},
    loading::{Loaded, load, showing},
    send::path_of,
};

#[component]
pub fn DataPage() -> impl IntoView {
    let data = load::<LoadData>(String::new);
    view! {
        <PageHead title="Your data" purpose="What we hold about you: download it or have it erased."/>
        <Loaded data show=showing(|view: DataView| view! { <ExportCard/><DeleteCard view/> }.into_any())/>
    }
}

#[component]
fn ExportCard() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="export-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="export-title">"Export"</h2>
                    <p class="card-purpose">"One JSON file with your profile, sessions, memberships, a list of the e-mails we sent you, and what the log says about you. It contains no secrets."</p>
                </header>
                <div class="card-body">
                    <p>"If you signed in more than 10 minutes ago, we first ask you to confirm that it is you. Then start the download again."</p>
                    <div class="actions"><a class="btn" href="/account/export.json" rel="external">"Download your data"</a></div>
                </div>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn DeleteCard(view: DataView) -> impl IntoView {
    let DataView { email, preview } = view;
    let is_blocked = !preview.blocking.is_empty();
    let purpose = format!(
        "You are signed out everywhere, and nobody can sign in. For {UNDELETE_DAYS} days you can restore the account with a link that we e-mail you. After that it is erased for good."
    );
    let blocking = is_blocked.then(|| {
        view! {
            <p>"These organizations have other members but no other owner. Transfer or delete each of them first:"</p>
            <Names organizations=preview.blocking/>
        }
    });
    let gone = (!is_blocked && !preview.deleted.is_empty()).then(|| {
        view! {
            <p>"You are the only member of these organizations. They are deleted as well:"</p>
            <Names organizations=preview.deleted/>
        }
    });
    view! {
        <Form to={path_of::<DeleteAccount>()} id="delete-account" class="card danger" labelled_by="delete-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="delete-title">"Delete account"</h2>
                    <p class="card-purpose">{purpose}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    {blocking}
                    {gone}
                    // Within the form: a field is of the form around it.
                    {(!is_blocked).then(|| view! {
                        <p>"Type "<strong class="break">{email}</strong>" to confirm."</p>
                        <Field name="email" id="delete-email" label="Your e-mail" autocomplete="off"/>
                    })}
                    <div class="actions">
                        {if is_blocked {
                            view! { <button class="btn danger" type="submit" disabled>"Delete account"</button> }.into_any()
                        } else {
                            view! { <Submit class="btn danger">"Delete account"</Submit> }.into_any()
                        }}
                    </div>
                </div>
            </div>
        </Form>
    }
    .into_any()
}

/// Organizations, each a link to its settings.
#[component]
fn Names(organizations: Vec<Organization>) -> impl IntoView {
    let one = |organization: Organization| {
        let to = format!("/o/{}/settings", organization.slug);
        view! { <li><a href=to>{organization.name}</a></li> }
    };
    view! { <ul class="plain-list">{organizations.into_iter().map(one).collect_view()}</ul> }
}
