//! `/admin/organizations`

use contract::{admin::OrganizationStatus, organizations::SubscriptionTier};
use leptos::prelude::*;

use super::{
    filters::{Choose, Filters, NothingFound, counted},
    layout::ConsoleHead,
    organizations_api::{LoadOrganizations, OrganizationLine, OrganizationsView},
    wanted::{Wanted, shown, wanted},
};
use crate::{
    members::table::Pager,
    organizations::place::Logo,
    ui::{icon::Icon, moment::When},
    usage::chart::grouped,
};

#[component]
pub fn ConsoleOrganizationsPage() -> impl IntoView {
    let wanted = wanted(
        |path| path == "/admin/organizations",
        &["search", "status", "tier", "quota"],
    );
    shown::<LoadOrganizations, OrganizationsView>(wanted, Wanted::query, |view, wanted| {
        view! { <Page view wanted/> }.into_any()
    })
}

#[component]
fn Page(view: OrganizationsView, wanted: Wanted) -> impl IntoView {
    let count = counted(view.found, "organization", "organizations");
    let choices = wanted.clone();
    view! {
        <ConsoleHead title="Organizations" purpose="All organizations, their owners and their plans."/>
        <Filters wanted=wanted.clone() label="Search organizations" placeholder="Name, address or ID" count>
            <Choices wanted=choices/>
        </Filters>
        <Table view wanted/>
    }
    .into_any()
}

#[component]
fn Choices(wanted: Wanted) -> impl IntoView {
    let states = OrganizationStatus::ALL
        .into_iter()
        .map(|status| (status.as_str(), status.label()));
    let states = std::iter::once(("", "Any state")).chain(states).collect();
    let tiers = SubscriptionTier::ALL
        .into_iter()
        .map(|tier| (tier.as_str(), tier.label()));
    let tiers = std::iter::once(("", "Any plan")).chain(tiers).collect();
    let quotas = vec![("", "Any usage"), ("over", "Quota used up")];
    view! {
        <Choose wanted=wanted.clone() name="status" label="State" options=states/>
        <Choose wanted=wanted.clone() name="tier" label="Plan" options=tiers/>
        <Choose wanted name="quota" label="Usage" options=quotas/>
    }
    .into_any()
}

#[component]
fn Table(view: OrganizationsView, wanted: Wanted) -> impl IntoView {
    let page = view.page;
    if page.items.is_empty() {
        return view! { <NothingFound wanted icon=Icon::Building none="There are no organizations yet"/> }
            .into_any();
    }
    let (previous, next) = wanted.ways(&page);
    let rows = page
        .items
        .into_iter()
        .map(|(_, line)| view! { <Organization line/> })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"Organizations"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Organization"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Plan"</th>
                        <th scope="col">"Primary owner"</th>
                        <th scope="col">"Members"</th>
                        <th scope="col">"Keys"</th>
                        <th scope="col">"Units this month"</th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager previous next/>
    }
    .into_any()
}

/// A dot and a word.
#[component]
pub fn OrganizationBadge(status: OrganizationStatus) -> impl IntoView {
    let class = match status {
        OrganizationStatus::Active => "badge ok",
        OrganizationStatus::Suspended | OrganizationStatus::Deleted => "badge danger",
    };
    view! { <span class=class>{status.label()}</span> }
}

#[component]
fn Organization(line: OrganizationLine) -> impl IntoView {
    let OrganizationLine { row, created } = line;
    let organization = row.organization;
    let href = format!("/admin/organizations/{}", organization.id);
    let owner = row.owner.display_name().to_owned();
    let owner_href = format!("/admin/users/{}", row.owner.id);
    let limit = organization.quota_limit;
    let over =
        (row.used >= limit).then(|| view! { <span class="cell-below warn">"Used up"</span> });
    let used = format!("{} of {}", grouped(row.used), grouped(limit));
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <Logo name=organization.name.clone() logo=organization.logo/>
                    <span>
                        <a href=href><span class="cell-name break">{organization.name}</span></a>
                        <span class="cell-below mono">{organization.slug}</span>
                    </span>
                </span>
            </th>
            <td class="status"><OrganizationBadge status=row.status/></td>
            <td data-label="Plan">{organization.subscription_tier.label()}</td>
            <td data-label="Primary owner"><a href=owner_href class="cell-name break">{owner}</a></td>
            <td data-label="Members">{organization.member_count}</td>
            <td data-label="Keys">{row.keys}</td>
            <td data-label="Units this month"><span>{used}{over}</span></td>
            <td data-label="Created"><When moment=created/></td>
        </tr>
    }
    .into_any()
}
