//! `/o/{slug}/overview`

use leptos::prelude::*;

use super::{
    api::LoadOverview,
    place::{Logo, PlaceHead, slug_of_page},
    views::OverviewView,
};
use crate::{
    ui::{
        copy::Copy,
        icon::{Draw, Icon},
        loading::{Loaded, arguments, load, showing},
        moment::When,
    },
    usage::chart::grouped,
};

#[component]
pub fn OverviewPage() -> impl IntoView {
    let slug = slug_of_page(|page, _| page == "overview");
    let data = load::<LoadOverview>(move || arguments(&[("slug", &slug.get())]));
    view! { <Loaded data show=showing(|view: OverviewView| view! { <Page view/> }.into_any())/> }
}

#[component]
fn Page(view: OverviewView) -> impl IntoView {
    let organization = view.place.organization.clone();
    let purpose = format!(
        "You are {} here.",
        match view.place.role {
            contract::Role::Member => "a member",
            contract::Role::Admin => "an admin",
            contract::Role::Owner => "an owner",
        }
    );
    let members = format!(
        "{} {}",
        organization.member_count,
        if organization.member_count == 1 {
            "person"
        } else {
            "people"
        }
    );
    let open = view.open_invitations.map(|open| match open {
        0 => "No open invitations".to_owned(),
        1 => "1 open invitation".to_owned(),
        open => format!("{open} open invitations"),
    });
    let quota = format!("{} units a month", grouped(organization.quota_limit));
    let seats = organization
        .seats
        .map_or_else(|| "Without limit".to_owned(), |seats| seats.to_string());
    view! {
        <PlaceHead place=view.place.clone() title="Overview" purpose/>
        <section class="card" aria-labelledby="about-title">
            <div class="card-main">
                <header class="org-head">
                    <Logo name=organization.name.clone() logo=organization.logo class="avatar org lg"/>
                    <h2 class="card-title" id="about-title">{organization.name}</h2>
                </header>
                <div class="card-body">
                    <dl class="facts">
                        <div><dt>"Primary owner"</dt><dd>{view.owner}</dd></div>
                        <div><dt>"Members"</dt><dd>{members}</dd></div>
                        <div><dt>"Plan"</dt><dd>{organization.subscription_tier.label()}</dd></div>
                        <div><dt>"Quota"</dt><dd>{quota}</dd></div>
                        <div><dt>"Seats"</dt><dd>{seats}</dd></div>
                        <div><dt>"Created"</dt><dd><When moment=view.created/></dd></div>
                        <div><dt>"Organization ID"</dt><dd><Copy value=organization.id.to_string() label="Copy organization ID"/></dd></div>
                    </dl>
                </div>
            </div>
        </section>
        <ul class="index card index-card">
            <Entry href=view.place.path("members") title="Members" text="Who is here, and who may do what".to_owned()/>
            {open.map(|text| view! { <Entry href=view.place.path("members?tab=invitations") title="Invitations" text/> })}
            <Entry href=view.place.path("keys") title="API keys" text="For programs, with scopes and limits".to_owned()/>
            <Entry href=view.place.path("usage") title="Usage" text="What the keys did, and how much quota is left".to_owned()/>
            {view.place.role.may(contract::Permission::ReadAudit).then(|| view! {
                <Entry href=view.place.path("audit") title="Audit log" text="Who did what, when and from where".to_owned()/>
            })}
            <Entry href=view.place.path("settings") title="Settings" text="Name, address, logo, leaving".to_owned()/>
        </ul>
    }
    .into_any()
}

#[component]
fn Entry(href: String, title: &'static str, text: String) -> impl IntoView {
    view! {
        <li>
            <a href=href>
                <span>{title}</span>
                <span class="choice-text">{text}</span>
                <Draw icon=Icon::ArrowRight/>
            </a>
        </li>
    }
}
