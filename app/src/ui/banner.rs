//! A banner: a sentence above a form or a page.

use leptos::prelude::*;

use super::icon::{Draw, Icon};

/// What a banner tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Info,
    Ok,
    Danger,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Info => "banner info",
            Self::Ok => "banner ok",
            Self::Danger => "banner danger",
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::Info => Icon::Info,
            Self::Ok => Icon::Check,
            Self::Danger => Icon::Alert,
        }
    }

    /// A danger is announced at once, the rest when there is a pause.
    const fn role(self) -> &'static str {
        match self {
            Self::Danger => "alert",
            Self::Info | Self::Ok => "status",
        }
    }
}

/// Says one sentence, and perhaps leads on.
#[component]
pub fn Banner(
    tone: Tone,
    #[prop(into)] text: String,
    /// A link after the sentence.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=tone.class() role=tone.role()>
            <Draw icon=tone.icon()/>
            <div class="banner-text"><p>{text}{children.map(|children| view! { " "{children()} })}</p></div>
        </div>
    }
}

/// Names as a sentence lists them: "Acme", "Acme and Bell", "Acme, Bell and 3 others".
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [one, other, third] => format!("{one}, {other} and {third}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} others", rest.len()),
    }
}
