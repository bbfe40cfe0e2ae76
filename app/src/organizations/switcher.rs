//! The frame of everything behind the sign-in: a sidebar with the switcher, and what stands beside it.

use contract::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    api::LoadSwitcher,
    place::Logo,
    views::{Entry, Offer, SwitcherView},
};
use crate::{
    invitations::api::{AcceptOffer, DeclineOffer},
    sessions::api::SignOut,
    ui::{
        avatar::Avatar,
        focus::focus_if_lost,
        form::{Form, FormProblems},
        frame::Brand,
        icon::{Draw, Icon},
        loading::{Loaded, Loading, load, showing},
        send::path_of,
    },
    visit::Visit,
};

/// More organizations than this can be searched.
const FEW: usize = 7;

/// The sidebar and the page.
#[component]
pub fn Shell(
    /// The part of the navigation that belongs to the page.
    #[prop(into)]
    nav: ViewFn,
    /// What stands in place of the switcher.
    #[prop(optional, into)]
    instead: Option<ViewFn>,
    #[prop(default = "content")] class: &'static str,
    children: Children,
) -> impl IntoView {
    let is_staff = Visit::current().is_staff && instead.is_none();
    let head = match instead {
        Some(instead) => instead.run(),
        None => {
            provide_context(Places(load::<LoadSwitcher>(String::new)));
            view! { <Switcher/> }.into_any()
        }
    };
    view! {
        <div class="shell">
            <header class="topbar">
                <button class="btn quiet icon-only" type="button" popovertarget="sidebar" aria-label="Open menu"><Draw icon=Icon::Menu/></button>
                <Brand/>
            </header>
            <aside class="sidebar" id="sidebar" aria-label="Sidebar" popover="auto">
                <div class="sidebar-head">
                    <Brand/>
                    <button class="btn quiet icon-only sidebar-close" type="button" popovertarget="sidebar" popovertargetaction="hide" aria-label="Close menu">
                        <Draw icon=Icon::X/>
                    </button>
                </div>
                {head}
                {move || nav.run()}
                <div class="sidebar-foot">{is_staff.then(|| view! { <ConsoleLink/> })}<Who/></div>
            </aside>
            <main class=class id="main" tabindex="-1">{children()}</main>
        </div>
    }
}

/// What the sidebar lists, fetched once for all of its parts.
#[derive(Clone, Copy, Debug)]
struct Places(Loading);

impl Places {
    fn current() -> Loading {
        expect_context::<Self>().0
    }
}

/// A link of the sidebar to a page of an organization, for those whose role there allows something.
#[component]
pub fn NavLinkFor(
    permission: Permission,
    slug: String,
    page: &'static str,
    icon: Icon,
    label: &'static str,
) -> impl IntoView {
    let show = showing(move |view: SwitcherView| {
        let may = |entry: &Entry| entry.slug == slug && entry.role.may(permission);
        let href = format!("/o/{slug}/{page}");
        let link = view.own.iter().any(may);
        link.then(|| view! { <NavLink href icon label/> })
            .into_any()
    });
    view! { <Loaded data=Places::current() show instead=|_| ().into_any()/> }
}

/// A link of the sidebar.
#[component]
pub fn NavLink(#[prop(into)] href: String, icon: Icon, label: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let own = href.clone();
    let is_here = move || {
        path.with(|path| {
            path.strip_prefix(own.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    view! {
        <li>
            <a href=href class="nav-link" aria-current=move || is_here().then_some("page") on:click=|_| hide("sidebar")><Draw icon/>{label}</a>
        </li>
    }
}

/// A popover stays open when a script turns the page.
pub fn hide(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        let element = document()
            .get_element_by_id(id)
            .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) =
            element.filter(|element| element.matches(":popover-open").unwrap_or(false))
        {
            let _ = element.hide_popover();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// The way to the console, for staff.
#[component]
fn ConsoleLink() -> impl IntoView {
    view! { <a href="/admin/overview" class="nav-link" on:click=|_| hide("sidebar")><Draw icon=Icon::Sliders/>"Operator console"</a> }
}

#[component]
fn Who() -> impl IntoView {
    let visitor = Visit::current().visitor;
    let of = move |part: fn(&crate::visit::Visitor) -> String| {
        move || visitor.get().as_ref().map(part).unwrap_or_default()
    };
    let (name, email) = (
        of(|person| person.name.clone()),
        of(|person| person.email.clone()),
    );
    view! {
        <a href="/account/profile" class="who" on:click=|_| hide("sidebar")>
            {move || visitor.get().map(|person| view! { <Avatar name=person.name avatar=person.avatar/> })}
            <span class="who-text">
                <span class="who-name truncate" title=name>{name}</span>
                <span class="who-mail truncate" title=email>{email}</span>
            </span>
        </a>
        <Form to={path_of::<SignOut>()} id="sign-out" class="sign-out">
            <button class="nav-link" type="submit"><Draw icon=Icon::LogOut/>"Sign out"</button>
        </Form>
    }
}

/// Which organization one is in, and the way to the others.
#[component]
fn Switcher() -> impl IntoView {
    let data = Places::current();
    let params = use_params_map();
    let current = Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()));
    let changes = Visit::current().places;
    // Renamed, left, joined: listed anew, as on the way to another organization.
    Effect::new(move |previous: Option<(String, usize)>| {
        let now = (current.get(), changes.get());
        if previous.is_some_and(|previous| previous != now) {
            data.refetch();
        }
        now
    });
    let show = showing(move |view: SwitcherView| view! { <Known view current/> }.into_any());
    view! { <Loaded data show instead=|_| ().into_any()/> }
}

#[component]
fn Known(view: SwitcherView, current: Memo<String>) -> impl IntoView {
    let SwitcherView { own, offers } = view;
    let entries = own.clone();
    let here = move || {
        let slug = current.get();
        entries
            .iter()
            .find(|entry| entry.slug == slug)
            .cloned()
            .map_or_else(
                || view! { <span class="switcher-name truncate">"Organizations"</span> }.into_any(),
                |entry| {
                    view! {
                        <Logo name=entry.name.clone() logo=entry.logo class="avatar org sm"/>
                        <span class="switcher-name truncate">{entry.name}</span>
                    }
                    .into_any()
                },
            )
    };
    let waiting = offers.len();
    view! {
        <button class="switcher" type="button" popovertarget="switcher" aria-label="Switch organization">
            {here}
            {(waiting > 0).then(|| view! { <span class="count" title="Invitations waiting for you">{waiting}</span> })}
            <Draw icon=Icon::ChevronsUpDown/>
        </button>
        <div class="menu switcher-menu" id="switcher" popover="auto" on:toggle=|_| focus_if_lost(".switcher")>
            <Own own current/>
            <Offers offers/>
            <a href="/o/new" class="menu-item" on:click=|_| hide("switcher")><Draw icon=Icon::Plus/>"Create organization"</a>
        </div>
    }
}

#[component]
fn Own(own: Vec<Entry>, current: Memo<String>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let is_long = own.len() > FEW;
    let is_empty = own.is_empty();
    let path = use_location().pathname;
    // Switching keeps the section where the other organization has it too.
    let section = Memo::new(move |_| {
        path.with(|path| {
            let part = path.split('/').nth(3).unwrap_or_default();
            if matches!(part, "members" | "settings") {
                part.to_owned()
            } else {
                "overview".to_owned()
            }
        })
    });
    let rows = own
        .into_iter()
        .map(|entry| {
            let (slug, key) = (entry.slug.clone(), entry.name.to_lowercase());
            let target = entry.slug.clone();
            let is_current = Memo::new(move |_| current.get() == slug);
            let is_hidden = move || search.with(|text| !text.is_empty() && !key.contains(text.as_str()));
            view! {
                <li hidden=is_hidden>
                    <a href=move || format!("/o/{target}/{}", section.get()) class="menu-item" on:click=|_| { hide("switcher"); hide("sidebar"); }>
                        <Logo name=entry.name.clone() logo=entry.logo.clone() class="avatar org sm"/>
                        <span class="switcher-entry">
                            <span class="truncate">{entry.name.clone()}</span>
                            <span class="choice-text">{entry.role.label()}</span>
                        </span>
                        {move || is_current.get().then(|| view! { <Draw icon=Icon::Check/><span class="vh">"(current)"</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        {is_long.then(|| view! {
            <input class="input js" type="search" aria-label="Find an organization" placeholder="Find an organization"
                on:input=move |event| search.set(event_target_value(&event).trim().to_lowercase())/>
        })}
        {(!is_empty).then(|| view! { <ul class="switcher-list">{rows}</ul><hr/> })}
    }
}

/// Invitations that wait for an answer, each with both answers.
#[component]
pub fn Offers(offers: Vec<Offer>) -> impl IntoView {
    (!offers.is_empty()).then(|| {
        let rows = offers
            .into_iter()
            .map(|offer| view! { <OneOffer offer/> })
            .collect_view();
        view! {
            <p class="menu-title">"Pending invitations"</p>
            <ul class="switcher-list">{rows}</ul>
            <hr/>
        }
    })
}

#[component]
fn OneOffer(offer: Offer) -> impl IntoView {
    let (id, declined) = (offer.id.clone(), offer.id.clone());
    let text = if offer.invited_by.is_empty() {
        offer.role.label().to_owned()
    } else {
        format!("{} · from {}", offer.role.label(), offer.invited_by)
    };
    view! {
        <li class="offer">
            <div class="person">
                <Logo name=offer.name.clone() logo=offer.logo class="avatar org sm"/>
                <span class="switcher-entry"><span class="truncate">{offer.name}</span><span class="choice-text">{text}</span></span>
            </div>
            <div class="offer-answers">
                <Form to={path_of::<AcceptOffer>()} id="accept-offer" is_repeated=true class="form-inline">
                    <FormProblems/>
                    <input type="hidden" name="invitation" value=id/>
                    <button class="btn primary" type="submit">"Join"</button>
                </Form>
                <Form to={path_of::<DeclineOffer>()} id="decline-offer" is_repeated=true class="form-inline">
                    <FormProblems/>
                    <input type="hidden" name="invitation" value=declined/>
                    <button class="btn quiet" type="submit">"Decline"</button>
                </Form>
            </div>
        </li>
    }
}
