//! `/dev/mailbox`: the mail of a developer's machine, as its receiver would see it.

use contract::Timestamp;
use domain::mail::Received;
use leptos::prelude::*;

use crate::{
    static_pages::{Frame, render},
    ui::{
        frame::Brand,
        icon::{Draw, Icon},
    },
};

/// Which letter is shown, and how.
#[derive(Clone, Debug)]
pub struct Opened {
    pub letter: Received,
    pub is_text: bool,
    /// The page was asked for this letter, not for the list: on a phone it hides the list.
    pub is_chosen: bool,
}

/// The page. `letters` are newest first.
pub fn page(frame: Frame, letters: &[Received], opened: Option<Opened>, sender: &str) -> String {
    let class = if opened.as_ref().is_some_and(|opened| opened.is_chosen) {
        "mailbox open"
    } else {
        "mailbox"
    };
    let current = opened.as_ref().map(|opened| opened.letter.id.clone());
    let items: Vec<_> = letters
        .iter()
        .map(|letter| item(letter, current.as_deref() == Some(&*letter.id)))
        .collect();
    let (sender, is_empty) = (sender.to_owned(), letters.is_empty());
    render(frame, "Mailbox", move || {
        view! {
            <div class=class>
                <header class="mailbox-head">
                    <div><Brand/><h1>"Mailbox"</h1></div>
                    <p class="badge warn">"Development only: e-mails stay here and are not sent"</p>
                </header>
                {if is_empty {
                    view! { <Empty/> }.into_any()
                } else {
                    view! {
                        <main class="mailbox-panes" id="main" tabindex="-1">
                            <nav class="mailbox-list" aria-label="E-mails"><ul>{items}</ul></nav>
                            {opened.map(|opened| view! { <Letter opened sender/> })}
                        </main>
                    }.into_any()
                }}
            </div>
        }
    })
}

/// "10:24"; the day stands in the tooltip and beside the opened letter.
fn clock(at: Timestamp) -> String {
    domain::time::in_zone(at, "UTC")
        .rsplit(", ")
        .next()
        .unwrap_or_default()
        .trim_end_matches(" UTC")
        .to_owned()
}

fn item(letter: &Received, is_current: bool) -> impl IntoView + use<> {
    let href = format!("/dev/mailbox/{}", letter.id);
    let (subject, to) = (letter.letter.subject.clone(), letter.to.to_string());
    view! {
        <li>
            <a class="letter-link" href=href aria-current=is_current.then_some("true")>
                <strong class="truncate">{subject}</strong>
                <time datetime=letter.at.to_string()>{clock(letter.at)}</time>
                <span class="truncate">{to}</span>
            </a>
        </li>
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <main class="mailbox-empty" id="main" tabindex="-1">
            <div class="empty">
                <Draw icon=Icon::Inbox/>
                <h2>"No e-mails yet"</h2>
                <p>"Every e-mail this server would send lands here. Create an account to see the first one."</p>
                <div class="actions"><a class="btn primary" href="/sign-up">"Create account"</a></div>
            </div>
        </main>
    }
}

#[component]
fn Letter(opened: Opened, sender: String) -> impl IntoView {
    let Received { id, at, to, letter } = opened.letter;
    let is_text = opened.is_text;
    let title = format!("E-mail: {}", letter.subject);
    view! {
        <article class="letter">
            <header class="letter-head">
                <p class="back"><a href="/dev/mailbox">"All e-mails"</a></p>
                <h2>{letter.subject}</h2>
                <dl class="facts">
                    <div><dt>"From"</dt><dd>{sender}</dd></div>
                    <div><dt>"To"</dt><dd>{to.to_string()}</dd></div>
                    <div><dt>"Sent"</dt><dd><time datetime=at.to_string()>{domain::time::in_zone(at, "UTC")}</time></dd></div>
                </dl>
            </header>
            <nav class="tabs" aria-label="Parts of the e-mail">
                <a class="tab" href=format!("/dev/mailbox/{id}") aria-current=(!is_text).then_some("page")>"HTML"</a>
                <a class="tab" href=format!("/dev/mailbox/{id}?part=text") aria-current=is_text.then_some("page")>"Text"</a>
            </nav>
            {if is_text {
                view! { <pre class="pre" tabindex="0" role="region" aria-label="E-mail as text">{linked(&letter.text)}</pre> }.into_any()
            } else {
                view! { <iframe src=format!("/dev/mailbox/{id}/html") sandbox="allow-top-navigation-by-user-activation allow-popups" title=title></iframe> }.into_any()
            }}
        </article>
    }
}

/// Text in which addresses of pages can be followed.
fn linked(text: &str) -> Vec<AnyView> {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let address = word.trim_end();
            if address.starts_with("http://") || address.starts_with("https://") {
                let rest = word[address.len()..].to_owned();
                let (href, shown) = (address.to_owned(), address.to_owned());
                view! { <a href=href>{shown}</a>{rest} }.into_any()
            } else {
                word.to_owned().into_any()
            }
        })
        .collect()
}
