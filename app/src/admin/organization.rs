//! `/admin/organizations/{id}`: one organization, what is its own, and what staff can do.

use leptos::prelude::*;

use super::{
    layout::ConsoleHead,
    organization_acts::{OrganizationActs, PlanCard},
    organization_tabs::OrganizationTabs,
    organizations::OrganizationBadge,
    organizations_api::{LoadOrganization, OrganizationView},
    wanted::{Wanted, shown, wanted},
};
use crate::{
    organizations::place::Logo,
    ui::{
        banner::{Banner, Tone},
        copy::Copy,
        moment::When,
    },
    usage::chart::grouped,
};

#[component]
pub fn ConsoleOrganizationPage() -> impl IntoView {
    let wanted = wanted(|path| path.starts_with("/admin/organizations/"), &["tab"]);
    shown::<LoadOrganization, OrganizationView>(wanted, Wanted::query_of_one, |view, wanted| {
        view! { <Page view wanted/> }.into_any()
    })
}

#[component]
fn Page(view: OrganizationView, wanted: Wanted) -> impl IntoView {
    let name = view.detail.row.organization.name.clone();
    let purpose = format!("/o/{}", view.detail.row.organization.slug);
    let status = view.detail.row.status;
    view! {
        <ConsoleHead title=name purpose above=("/admin/organizations", "Organizations")>
            <OrganizationBadge status/>
        </ConsoleHead>
        <State view=view.clone()/>
        <div class="console-two">
            <div>
                <div class="console-side">
                    <Facts view=view.clone()/>
                    <PlanCard view=view.clone()/>
                    <OrganizationActs view=view.clone()/>
                </div>
                <OrganizationTabs view wanted/>
            </div>
        </div>
    }
    .into_any()
}

/// What is out of the ordinary, and until when.
#[component]
fn State(view: OrganizationView) -> impl IntoView {
    let suspended = view
        .suspended
        .map(|since| format!("This organization was suspended {}.", since.relative));
    let deleted = view.purges.map(|at| {
        format!(
            "This organization is deleted, and will be gone for good {}.",
            at.relative
        )
    });
    [suspended, deleted]
        .into_iter()
        .flatten()
        .map(|text| view! { <Banner tone=Tone::Danger text/> })
        .collect_view()
}

#[component]
fn Facts(view: OrganizationView) -> impl IntoView {
    let detail = view.detail;
    let (organization, owner) = (detail.row.organization, detail.row.owner);
    let owner_href = format!("/admin/users/{}", owner.id);
    let owner_name = owner.display_name().to_owned();
    let seats = organization
        .seats
        .map_or_else(|| "no limit".to_owned(), |seats| format!("{seats} seats"));
    let members = format!("{}, {seats}", organization.member_count);
    let quota = format!(
        "{} of {} units",
        grouped(detail.quota.used),
        grouped(detail.quota.limit)
    );
    view! {
        <section class="card console-facts" aria-labelledby="facts-title">
            <header class="person">
                <Logo name=organization.name logo=organization.logo/>
                <h2 class="card-title" id="facts-title">"Organization"</h2>
            </header>
            <dl class="facts">
                <div><dt>"Primary owner"</dt><dd><a href=owner_href class="break">{owner_name}</a></dd></div>
                <div><dt>"Owners"</dt><dd>{detail.owners}</dd></div>
                <div><dt>"Members"</dt><dd>{members}</dd></div>
                <div><dt>"Invitations"</dt><dd>{format!("{} open", detail.invitations)}</dd></div>
                <div><dt>"Keys"</dt><dd>{format!("{} not revoked", detail.row.keys)}</dd></div>
                <div><dt>"This month"</dt><dd>{quota}</dd></div>
                {view.second_step.map(|moment| view! { <div><dt>"Second step"</dt><dd>"Required from "<When moment/>" on"</dd></div> })}
                <div><dt>"Created"</dt><dd><When moment=view.created/></dd></div>
                <div><dt>"Organization ID"</dt><dd><Copy value=organization.id.to_string() label="Copy organization ID"/></dd></div>
            </dl>
        </section>
    }
    .into_any()
}
