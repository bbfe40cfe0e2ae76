//! The proof beside a sensitive act: a code, or a passkey where one is set up.

use leptos::prelude::*;

use super::{
    api::{AskConfirmation, Way},
    challenge::{CodeField, Takes},
};
use crate::ui::{
    loading::arguments,
    passkey::{Answer, NeedsScript, Wanted},
    send::path_of,
};

/// What a form asks for.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    has_app: bool,
    has_passkeys: bool,
    is_passkey: bool,
}

impl Chosen {
    /// What was asked for where it can be given; otherwise a code of the app, or a passkey where there is none.
    pub fn of(has_app: bool, has_passkeys: bool, asked: Option<Way>) -> Self {
        let is_passkey = has_passkeys
            && match asked {
                Some(way) => way == Way::Passkey,
                None => !has_app,
            };
        Self {
            has_app,
            has_passkeys,
            is_passkey,
        }
    }

    /// What the form asks the browser for.
    pub fn passkey(self) -> Option<Wanted> {
        self.is_passkey.then(|| Wanted {
            ask: path_of::<AskConfirmation>(),
            is_new: false,
        })
    }

    /// The class of the form's button: another where it needs a script.
    pub fn class(self, plain: &'static str, with_script: &'static str) -> &'static str {
        if self.is_passkey { with_script } else { plain }
    }
}

/// The fields, and a link to the other way of this page where there is one.
#[component]
pub fn ProofFields(chosen: Chosen, page: &'static str) -> impl IntoView {
    let way = if chosen.is_passkey {
        Way::Passkey
    } else {
        Way::RecoveryCode
    };
    let fields = if chosen.is_passkey {
        view! {
            <p class="js">"Pressing the button asks for your passkey: your face, fingerprint or PIN, on this device or another."</p>
            <NeedsScript/>
            <Answer/>
        }
        .into_any()
    } else if chosen.has_app {
        view! { <CodeField takes=Takes::Either/> }.into_any()
    } else {
        view! { <CodeField takes=Takes::Recovery/> }.into_any()
    };
    let (other, text) = if chosen.is_passkey {
        (Way::RecoveryCode, "Use a code instead")
    } else {
        (Way::Passkey, "Use a passkey instead")
    };
    let other = chosen.has_passkeys.then(|| {
        let to = format!("{page}?{}", arguments(&[("with", other.as_str())]));
        view! { <p><a href=to rel="external">{text}</a></p> }
    });
    view! {
        {fields}
        <input type="hidden" name="with" value=way.as_str()/>
        {other}
    }
    .into_any()
}
