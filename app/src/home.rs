//! `/`: what this server is, and where to go.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    organizations::{
        api::LoadHome,
        switcher::Offers,
        views::{Entry as Place, SwitcherView},
    },
    sessions::api::SignOut,
    ui::{
        avatar::Avatar,
        banner::{Banner, Tone},
        form::Form,
        frame::Brand,
        icon::{Draw, Icon},
        loading::{Loaded, Loading, load, showing},
        send::path_of,
    },
    visit::{Visit, Visitor},
};

#[component]
pub fn HomePage() -> impl IntoView {
    let visit = Visit::current();
    let home = load::<LoadHome>(String::new);
    let (stranger, person) = (visit.clone(), visit.visitor);
    let head = move || match person.get() {
        Some(person) => view! { <AccountLink person/> }.into_any(),
        None => view! { <a class="btn quiet" href="/sign-in">"Sign in"</a> }.into_any(),
    };
    let welcome = move || match person.get() {
        Some(person) => view! { <Greeting person home/> }.into_any(),
        None => {
            view! { <Pitch may_sign_up=stranger.may_sign_up product=stranger.product.clone()/> }
                .into_any()
        }
    };
    view! {
        <Title text="One account for everything that runs here"/>
        <div class="site">
            <header class="site-head"><Brand/>{head}</header>
            <main id="main" tabindex="-1">
                <div class="hero">
                    <div>{welcome}</div>
                    <Example/>
                </div>
                <Cuts/>
                <div class="here">
                    <ForPeople/>
                    <ForPrograms has_schema=visit.is_schema_public/>
                </div>
            </main>
            <footer class="site-foot"><p>"Self-hosted. What you enter here stays on this server."</p></footer>
        </div>
    }
}

#[component]
fn AccountLink(person: Visitor) -> impl IntoView {
    view! {
        <a class="person account-link" href="/account/profile">
            <span class="truncate">{person.name.clone()}</span>
            <Avatar name=person.name avatar=person.avatar/>
        </a>
    }
}

#[component]
fn Pitch(may_sign_up: bool, product: String) -> impl IntoView {
    let notice = Visit::current().notice("home");
    view! {
        {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
        <h1>"One account for everything that runs here"</h1>
        <p class="lede">{product}" manages the accounts of this server: you sign in once, and programs ask it who you are."</p>
        <div class="actions">
            {may_sign_up.then(|| view! { <a class="btn primary" href="/sign-up">"Create account"</a> })}
            <a class="btn" href="/sign-in">"Sign in"</a>
        </div>
    }
}

#[component]
fn Greeting(person: Visitor, home: Loading) -> impl IntoView {
    let first = person
        .name
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    let notice = Visit::current().notice("home");
    view! {
        {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
        <h1>{format!("Good to see you, {first}")}</h1>
        <p class="lede">{format!("You are signed in as {}. Your profile, password and sessions are one step away.", person.email)}</p>
        <Loaded data=home show=showing(|view: SwitcherView| view! { <Waiting view/> }.into_any()) instead=|_| ().into_any()/>
        <div class="actions">
            <a class="btn primary" href="/o/new">"Create organization"</a>
            <a class="btn" href="/account/profile">"Open your account"</a>
            <Form to={path_of::<SignOut>()} id="sign-out" class="sign-out">
                <button class="btn quiet" type="submit">"Sign out"</button>
            </Form>
        </div>
    }
}

/// Invitations that wait for an answer, and organizations that are not open: they can still be restored, or ask for a second
/// step that the visitor has not.
#[component]
fn Waiting(view: SwitcherView) -> impl IntoView {
    let SwitcherView { own, offers } = view;
    if own.is_empty() && offers.is_empty() {
        return ().into_any();
    }
    let closed = own
        .into_iter()
        .map(|place: Place| {
            let (page, why) = if place.is_deleted {
                ("settings", "Deleted; can be restored")
            } else {
                ("overview", "Asks for a second step")
            };
            let href = format!("/o/{}/{page}", place.slug);
            view! { <li><a class="menu-item" href=href><span class="switcher-entry"><span>{place.name}</span><span class="choice-text">{why}</span></span></a></li> }
        })
        .collect_view();
    view! {
        <div class="card waiting">
            <Offers offers/>
            <ul class="switcher-list">{closed}</ul>
        </div>
    }
    .into_any()
}

/// A query and its answer, as a program sees this server.
#[component]
fn Example() -> impl IntoView {
    view! {
        <figure class="panel">
            <figcaption><code>"POST /graphql"</code><span class="badge ok">"200"</span></figcaption>
            <pre class="pre" tabindex="0" role="region" aria-label="A GraphQL query"><code inner_html=include_str!("home-query.html")></code></pre>
            <Cuts/>
            <pre class="pre" tabindex="0" role="region" aria-label="Its answer"><code inner_html=include_str!("home-answer.html")></code></pre>
        </figure>
    }
}

/// A line that is cut like a key.
#[component]
fn Cuts() -> impl IntoView {
    const SHAPE: &str = "<path vector-effect=\"non-scaling-stroke\" d=\"M-2000 .5H212l6 5h5l6-5h9l9 8h4l5-4h7l6 4h4l8-8h8l5 4h6l6-4h10l9 8h5l9-8H2640\"/>";
    view! { <svg class="cuts" viewBox="240 0 160 10" aria-hidden="true" inner_html=SHAPE></svg> }
}

#[component]
fn Entry(
    href: &'static str,
    title: &'static str,
    text: &'static str,
    #[prop(optional)] is_outside: bool,
) -> impl IntoView {
    view! {
        <li>
            <a href=href rel=is_outside.then_some("external")>
                <span>{title}</span>
                <span class="choice-text">{text}</span>
                <Draw icon=Icon::ArrowRight/>
            </a>
        </li>
    }
}

#[component]
fn ForPeople() -> impl IntoView {
    view! {
        <section aria-labelledby="for-people">
            <h2 id="for-people">"For people"</h2>
            <p>"An account that you manage yourself."</p>
            <ul class="index">
                <Entry href="/account/profile" title="Profile" text="Your name, username and phone number"/>
                <Entry href="/account/security" title="Security" text="Your password, and where you are signed in"/>
                <Entry href="/account/preferences" title="Preferences" text="Theme, language and time zone"/>
            </ul>
        </section>
    }
}

#[component]
fn ForPrograms(has_schema: bool) -> impl IntoView {
    view! {
        <section aria-labelledby="for-programs">
            <h2 id="for-programs">"For programs"</h2>
            <p>"Whatever the pages can do, programs can ask for too."</p>
            <ul class="index">
                {has_schema.then(|| view! {
                    <Entry href="/graphiql" title="GraphQL explorer" text="Write a query and run it, in the browser" is_outside=true/>
                    <Entry href="/graphql/schema.graphql" title="Schema" text="Every type and field, as SDL" is_outside=true/>
                })}
                <Entry href="/readyz" title="Health" text="Whether this server and its database are ready" is_outside=true/>
            </ul>
        </section>
    }
}
