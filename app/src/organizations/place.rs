//! What the pages of an organization have in common: the frame, the head, and why something cannot be done.

use contract::{Code, Permission};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map},
    location::Location,
};

use super::{
    settings_api::{LeaveOrganization, RestoreOrganization},
    switcher::{NavLink, NavLinkFor, Shell},
    views::Place,
};
use crate::{
    problem::Fault,
    ui::{
        avatar::Avatar,
        banner::{Banner, Tone},
        form::{Form, FormProblems, Submit},
        icon::{Draw, Icon},
        loading::Instead,
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
                    <NavLinkFor permission=Permission::ReadAudit slug=slug.clone() page="audit" icon=Icon::Log label="Audit log"/>
                    <NavLink href=format!("/o/{slug}/settings") icon=Icon::Sliders label="Settings"/>
                </ul>
            </nav>
        }
    };
    provide_context(Instead(kept_out));
    view! { <Shell nav><Outlet/></Shell> }
}

/// Who is kept out is told why: for want of a second step, with how to get in, or while the organization is suspended.
fn kept_out(fault: &Fault) -> Option<AnyView> {
    let message = || fault.problem.message.to_string();
    match fault.problem.code {
        Code::SecondFactorRequired => Some(view! { <KeptOut message=message()/> }.into_any()),
        Code::OrganizationSuspended => Some(view! { <Suspended message=message()/> }.into_any()),
        _ => None,
    }
}

/// Says that an operator has suspended the organization. There is nothing to do but leave it.
#[component]
fn Suspended(message: String) -> impl IntoView {
    let title = "This organization is suspended";
    view! {
        <Title text=title/>
        <div class="card empty">
            <Draw icon=Icon::Alert/>
            <h1 class="empty-title">{title}</h1>
            <p>{message}</p>
            <div class="actions"><a class="btn" href="/" rel="external">"Go to the start page"</a></div>
            <LeaveInstead/>
        </div>
    }
    .into_any()
}

/// The way out for who is kept out.
#[component]
fn LeaveInstead() -> impl IntoView {
    view! {
        <details class="more">
            <summary>"Leave it instead?"</summary>
            <Form to={path_of::<LeaveOrganization>()} id="leave">
                <FormProblems/>
                <input type="hidden" name="organization" value=slug().get_untracked()/>
                <p class="help">"To come back you need a new invitation."</p>
                <div class="actions"><Submit class="btn danger">"Leave this organization"</Submit></div>
            </Form>
        </details>
    }
}

#[component]
fn KeptOut(message: String) -> impl IntoView {
    // Its first sentence names the organization.
    let title = message
        .rsplit_once(". ")
        .map_or(message.as_str(), |(first, _)| first)
        .to_owned();
    let visit = Visit::current();
    let notice = visit.notice("settings").or_else(|| visit.notice("home"));
    view! {
        <Title text=title.clone()/>
        {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
        <div class="card empty">
            <Draw icon=Icon::Shield/>
            <h1 class="empty-title">{title}</h1>
            <p>"You have none yet. This opens as soon as you have set one up. You stay a member in the meantime."</p>
            <div class="actions">
                <a class="btn primary" href="/account/security">"Set up a second step"</a>
                <a class="btn" href="/" rel="external">"Go to the start page"</a>
            </div>
            <LeaveInstead/>
        </div>
    }
    .into_any()
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
        <SecondStepBy place=place.clone()/>
        <Deleted place/>
    }
    .into_any()
}

/// Says until when a second step is to be set up, to who has none.
#[component]
fn SecondStepBy(place: Place) -> impl IntoView {
    let by = place.second_step_by?;
    let text = format!(
        "{} asks for a second step at sign-in from {} on, and you have none yet.",
        place.organization.name, by.text
    );
    Some(
        view! { <Banner tone=Tone::Info text><a href="/account/security">"Set one up"</a></Banner> },
    )
}

/// Says that the organization was deleted, and lets an owner restore it.
#[component]
fn Deleted(place: Place) -> impl IntoView {
    let purges = place.purges.clone()?;
    let may_restore = place.role.may(Permission::DeleteOrganization);
    let slug = place.organization.slug;
    Some(view! {
        <div class="banner danger">
            <Draw icon=Icon::Alert/>
            <div class="banner-text">
                <p><strong>"This organization was deleted."</strong>" It can only be read, and will be gone for good "<When moment=purges/>"."</p>
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
