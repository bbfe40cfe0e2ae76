//! The end of the settings: leaving, handing over, deleting.

use contract::{Permission, organizations::RESTORE_DAYS};
use leptos::prelude::*;

use super::{
    place::WhyNot,
    settings_api::{DeleteOrganization, LeaveOrganization, TransferOrganization},
    views::SettingsView,
};
use crate::ui::{
    field::Field,
    form::{Form, FormProblems, Submit},
    select::{Choice, Select},
    send::path_of,
};

#[component]
pub fn LeaveCard(view: SettingsView) -> impl IntoView {
    let organization = view.place.organization;
    let why_not = view.why_not_leave;
    let is_off = why_not.is_some();
    view! {
        <Form to={path_of::<LeaveOrganization>()} id="leave" class="card" labelled_by="leave-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="leave-title">"Leave"</h2>
                    <p class="card-purpose">{format!("You can no longer open {}. To come back you need a new invitation.", organization.name)}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <input type="hidden" name="organization" value=organization.slug/>
                    {why_not.map(|text| view! { <WhyNot text/> })}
                    <div class="actions"><Press is_off text=format!("Leave {}", organization.name)/></div>
                </div>
            </div>
        </Form>
    }
    .into_any()
}

/// A red button; off where a line beside it says why.
#[component]
fn Press(is_off: bool, text: String) -> impl IntoView {
    if is_off {
        view! { <button class="btn danger" type="submit" disabled>{text}</button> }.into_any()
    } else {
        view! { <Submit class="btn danger">{text}</Submit> }.into_any()
    }
}

/// What owners alone can do; to others it says who can.
#[component]
pub fn OwnerCards(view: SettingsView) -> impl IntoView {
    if view.place.purges.is_some() {
        return ().into_any();
    }
    view! {
        <TransferCard view=view.clone()/>
        <DeleteCard view/>
    }
    .into_any()
}

#[component]
fn TransferCard(view: SettingsView) -> impl IntoView {
    let nobody = view
        .heirs
        .is_empty()
        .then(|| "There is no other member to transfer it to. Invite somebody first.".to_owned());
    let why_not = view.place.why_not(Permission::TransferOwnership).or(nobody);
    let is_off = why_not.is_some();
    let choices: Vec<Choice> = std::iter::once(Choice {
        value: String::new(),
        label: "Choose a member".to_owned(),
    })
    .chain(view.heirs.iter().map(|member| Choice {
        value: member.id.to_string(),
        label: format!(
            "{} (@{})",
            member.person.display_name(),
            member.person.username
        ),
    }))
    .collect();
    view! {
        <Form to={path_of::<TransferOrganization>()} id="transfer" class="card danger" labelled_by="transfer-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="transfer-title">"Transfer ownership"</h2>
                    <p class="card-purpose">"Makes another member the primary owner. You stay an owner. Both of you are told by e-mail. You may be asked to confirm that it is you."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <input type="hidden" name="organization" value=view.place.organization.slug/>
                    {(!is_off).then(|| view! { <Select name="member" label="New primary owner" chosen=String::new() choices/> })}
                    {why_not.map(|text| view! { <WhyNot text/> })}
                    <div class="actions"><Press is_off text="Transfer ownership".to_owned()/></div>
                </div>
            </div>
        </Form>
    }
    .into_any()
}

#[component]
fn DeleteCard(view: SettingsView) -> impl IntoView {
    let why_not = view.place.why_not(Permission::DeleteOrganization);
    let is_off = why_not.is_some();
    let slug = view.place.organization.slug.clone();
    let purpose = format!(
        "From then on it can only be read, and open invitations end. For {RESTORE_DAYS} days any owner can restore it. After that it is gone for good."
    );
    view! {
        <Form to={path_of::<DeleteOrganization>()} id="delete" class="card danger" labelled_by="delete-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="delete-title">"Delete organization"</h2>
                    <p class="card-purpose">{purpose}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <input type="hidden" name="organization" value=slug.clone()/>
                    {(!is_off).then(|| view! {
                        <p>"Type "<strong class="break">{slug}</strong>" to confirm."</p>
                        <Field name="slug" id="delete-slug" label="Address of the organization"/>
                    })}
                    {why_not.map(|text| view! { <WhyNot text/> })}
                    <div class="actions"><Press is_off text="Delete organization".to_owned()/></div>
                </div>
            </div>
        </Form>
    }
    .into_any()
}
