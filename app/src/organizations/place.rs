//! What the pages of an organization have in common: the frame, the head, and why something cannot be done.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map},
    location::Location,
};

use super::{
    api::RestoreOrganization,
    switcher::{NavLink, Shell},
    views::Place,
};
use crate::{
    ui::{
        avatar::Avatar,
        banner::{Banner, Tone},
        form::{Form, FormProblems, Submit},
        icon::{Draw, Icon},
        moment::When,
        send::path_of,
    },
    visit::Visit,
};

/// The slug of the page's path.
pub fn slug() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()))
}

/// The slug of the page's path while this page is shown, which the rest of the path and the tab tell. On the way to another
/// page it stays, so that nothing is fetched for the page that goes.
pub fn slug_of_page(is_shown: fn(&str, &str) -> bool) -> Memo<String> {
    let Location {
        pathname, query, ..
    } = use_location();
    Memo::new(move |previous: Option<&String>| {
        let path = pathname.get();
        let inside = path.trim_start_matches("/o/").trim_end_matches('/');
        let (slug, rest) = inside.split_once('/').unwrap_or((inside, ""));
        let tab = query.with(|query| query.get("tab").unwrap_or_default());
        match previous {
            Some(previous) if !is_shown(rest, &tab) => previous.clone(),
            _ => slug.to_owned(),
        }
    })
}

/// The frame of the pages of an organization.
#[component]
pub fn OrganizationLayout() -> impl IntoView {
    let slug = slug();
    let nav = move || {
        let slug = slug.get();
        view! {
            <nav aria-labelledby="nav-organization">
                <p class="nav-title" id="nav-organization">"Organization"</p>
                <ul class="nav">
                    <NavLink href=format!("/o/{slug}/overview") icon=Icon::Home label="Overview"/>
                    <NavLink href=format!("/o/{slug}/members") icon=Icon::Users label="Members"/>
                    <NavLink href=format!("/o/{slug}/keys") icon=Icon::Key label="API keys"/>
                    <NavLink href=format!("/o/{slug}/usage") icon=Icon::Chart label="Usage"/>
                    <NavLink href=format!("/o/{slug}/settings") icon=Icon::Sliders label="Settings"/>
                </ul>
            </nav>
        }
    };
    view! { <Shell nav><Outlet/></Shell> }
}

/// The head of a page of an organization, with what holds for all of them: a notice from the page before, and that the
/// organization was deleted.
#[component]
pub fn PlaceHead(
    place: Place,
    title: &'static str,
    #[prop(into)] purpose: String,
    /// Buttons at the right.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let name = place.organization.name.clone();
    let visit = Visit::current();
    let notice = visit.notice("settings").or_else(|| visit.notice("home"));
    view! {
        <Title text=format!("{title} · {name}")/>
        <header class="page-head">
            <div><h1>{title}</h1><p>{purpose}</p></div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
        {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
        <Deleted place/>
    }
    .into_any()
}

/// Says that the organization was deleted, and lets an owner restore it.
#[component]
fn Deleted(place: Place) -> impl IntoView {
    let purges = place.purges.clone()?;
    let may_restore = place.role.may(contract::Permission::DeleteOrganization);
    let slug = place.organization.slug;
    Some(view! {
        <div class="banner danger">
            <Draw icon=Icon::Alert/>
            <div class="banner-text">
                <p><strong>"This organization was deleted."</strong>" It can only be read, and goes for good "<When moment=purges/>"."</p>
                {if may_restore {
                    view! {
                        <Form to={path_of::<RestoreOrganization>()} id="restore" class="form-inline">
                            <FormProblems/>
                            <input type="hidden" name="organization" value=slug/>
                            <Submit class="btn">"Restore organization"</Submit>
                        </Form>
                    }
                    .into_any()
                } else {
                    view! { <p>"An owner can restore it until then."</p> }.into_any()
                }}
            </div>
        </div>
    })
}

/// A line below a control that is off, saying why.
#[component]
pub fn WhyNot(#[prop(into)] text: String) -> impl IntoView {
    view! { <p class="why-not"><Draw icon=Icon::Info/>{text}</p> }
}

/// The picture of an organization, or its initials.
#[component]
pub fn Logo(
    #[prop(into)] name: String,
    logo: Option<String>,
    #[prop(default = "avatar org")] class: &'static str,
) -> impl IntoView {
    view! { <Avatar name avatar=logo class/> }
}
