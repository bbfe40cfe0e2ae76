//! Asks the browser for a passkey before a form is sent.
//!
//! The form's server function takes what the passkey answered as `token` and `answer`, which [`Answer`] holds a place for; what
//! there is to answer comes from another server function. Needs a script; without one a page offers other ways.

use contract::Problems;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::form::Outcome;
use crate::problem::Fault;

/// What a passkey is to be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    Asked {
        /// What the answer is to be given with.
        token: String,
        /// Options of the standard as JSON.
        options: String,
    },
    /// Something else comes first, on the page of this path.
    First(String),
    Refused(Problems),
}

/// A passkey that a form wants.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The server function that gives the [`Question`].
    pub ask: &'static str,
    /// It is to be set up; otherwise it proves who somebody is.
    pub is_new: bool,
}

/// The place of the answer in a form, empty until there is one.
#[component]
pub fn Answer() -> impl IntoView {
    view! {
        <input type="hidden" name="token" value=""/>
        <input type="hidden" name="answer" value=""/>
    }
}

/// Says that a passkey cannot be had without a script.
#[component]
pub fn NeedsScript() -> impl IntoView {
    view! { <p class="no-js help">"Passkeys need JavaScript, because only a script can ask your browser for them."</p> }
}

/// Asks for the passkey that a form wants and sends the form with the answer. A form that holds one is sent as it is.
#[cfg(feature = "hydrate")]
pub async fn send(wanted: Wanted, to: &str, body: String) -> Result<Outcome, Fault> {
    use super::{loading::argument, send};
    let is_empty = |pair: &&str| *pair == "answer=" || *pair == "token=";
    if !body.split('&').any(|pair| is_empty(&pair)) {
        return send::post(to, body).await;
    }
    // What else the form holds is judged before there is a passkey: one that is refused would stay on the device.
    let (token, options) = match question(wanted.ask, body.clone()).await? {
        Question::Asked { token, options } => (token, options),
        Question::First(path) => return Ok(Outcome::Goto(path)),
        Question::Refused(problems) => return Ok(Outcome::Refused(problems)),
    };
    let answer = browser::answer(wanted.is_new, &options, false).await?;
    let mut body: String = body
        .split('&')
        .filter(|pair| !is_empty(pair))
        .collect::<Vec<_>>()
        .join("&");
    argument(&mut body, "token", &token);
    argument(&mut body, "answer", &answer);
    send::post(to, body).await
}

#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_async, reason = "the browser's waits for its person")]
pub async fn send(_: Wanted, _: &str, _: String) -> Result<Outcome, Fault> {
    Err(contract::Code::PasskeyUnsupported.into())
}

#[cfg(feature = "hydrate")]
async fn question(ask: &str, body: String) -> Result<Question, Fault> {
    let text = super::send::ask(ask, body).await?;
    serde_json::from_str(&text).map_err(|_| contract::Code::Internal.into())
}

/// Offers passkeys among the suggestions of the field that says `autocomplete="username webauthn"`, for as long as the form of
/// this id is there, and sends it with the one that is chosen. Does nothing where a browser cannot.
pub fn offer(form: &'static str, ask: &'static str) {
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async move {
        let _ = browser::offer(form, ask).await;
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, ask);
}

/// What browsers give for passkeys (Web Authentication Level 3, §5.1). Called by name: bindings exist only for a part of it.
#[cfg(feature = "hydrate")]
mod browser {
    use std::{
        cell::{Cell, RefCell},
        time::Duration,
    };

    use contract::Code;
    use leptos::prelude::{document, set_timeout, window};
    use wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        AbortController, HtmlFormElement, HtmlInputElement,
        js_sys::{Date, Function, JSON, Object, Promise, Reflect},
    };

    use super::{Fault, Question, question};

    /// A question is good for ten minutes; suggestions are asked for anew before that.
    const ASKED_ANEW: Duration = Duration::from_secs(9 * 60);

    /// Between two questions.
    const PAUSE: Duration = Duration::from_secs(2);

    /// So long a question stands at least where suggestions work, in milliseconds; after so many that did not, none is asked.
    const LEAST_MILLIS: f64 = 2000.0;
    const TRIES: u32 = 3;

    thread_local! {
        /// The suggestions that wait, and what ends them: a browser asks for one passkey at a time.
        static WAITING: RefCell<Option<(AbortController, Promise)>> = const { RefCell::new(None) };

        /// Questions that a person sees.
        static SEEN: Cell<u32> = const { Cell::new(0) };

        /// The form that suggestions were last begun for.
        static LATEST: Cell<u32> = const { Cell::new(0) };
    }

    /// Counts a question that a person sees, until it is dropped.
    struct Seen;

    impl Seen {
        fn begin() -> Self {
            SEEN.set(SEEN.get() + 1);
            Self
        }
    }

    impl Drop for Seen {
        fn drop(&mut self) {
            SEEN.set(SEEN.get() - 1);
        }
    }

    async fn sleep(time: Duration) -> Result<(), JsValue> {
        let promise = Promise::new(&mut |resolve, _| {
            set_timeout(move || drop(resolve.call0(&JsValue::NULL)), time);
        });
        JsFuture::from(promise).await.map(drop)
    }

    fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
        Reflect::get(object, &name.into())
    }

    fn call(object: &JsValue, method: &str, arguments: &[&JsValue]) -> Result<JsValue, JsValue> {
        let method: Function = get(object, method)?.dyn_into()?;
        let list = arguments.iter().copied().collect();
        Reflect::apply(&method, object, &list)
    }

    async fn call_and_wait(
        object: &JsValue,
        method: &str,
        arguments: &[&JsValue],
    ) -> Result<JsValue, JsValue> {
        let promise: Promise = call(object, method, arguments)?.dyn_into()?;
        JsFuture::from(promise).await
    }

    /// The answer of a passkey as JSON. Refused: `PASSKEY_NONE`, `PASSKEY_KNOWN`, `PASSKEY_UNSUPPORTED`.
    pub(super) async fn answer(
        is_new: bool,
        options: &str,
        is_suggestion: bool,
    ) -> Result<String, Fault> {
        let done = ask(is_new, options, is_suggestion).await;
        done.map_err(|thrown| {
            let name = get(&thrown, "name").ok().and_then(|name| name.as_string());
            match name.as_deref() {
                Some("InvalidStateError") => Code::PasskeyKnown.into(),
                Some("NotAllowedError" | "AbortError") => Code::PasskeyNone.into(),
                _ => Code::PasskeyUnsupported.into(),
            }
        })
    }

    async fn ask(is_new: bool, options: &str, is_suggestion: bool) -> Result<String, JsValue> {
        let (parse, method) = if is_new {
            ("parseCreationOptionsFromJSON", "create")
        } else {
            ("parseRequestOptionsFromJSON", "get")
        };
        let class = get(&window(), "PublicKeyCredential")?;
        let public_key = call(&class, parse, &[&JSON::parse(options)?])?;
        let asked = Object::new();
        Reflect::set(&asked, &"publicKey".into(), &public_key)?;
        let controller = AbortController::new()?;
        Reflect::set(&asked, &"signal".into(), &controller.signal())?;
        if is_suggestion {
            Reflect::set(&asked, &"mediation".into(), &"conditional".into())?;
        }
        let _seen = (!is_suggestion).then(Seen::begin);
        if let Some((before, ending)) = WAITING.with(RefCell::take) {
            before.abort();
            // The next is refused until this one has ended.
            let _ = JsFuture::from(ending).await;
        }
        let credentials = get(&window().navigator(), "credentials")?;
        let promise: Promise = call(&credentials, method, &[&asked])?.dyn_into()?;
        if is_suggestion {
            let ends = controller.clone();
            set_timeout(move || ends.abort(), ASKED_ANEW);
            WAITING.with(|waiting| waiting.replace(Some((controller, promise.clone()))));
        }
        let given = JsFuture::from(promise).await?;
        let text = JSON::stringify(&call(&given, "toJSON", &[])?)?;
        Ok(text.into())
    }

    pub(super) async fn offer(form: &str, ask: &str) -> Result<(), JsValue> {
        let class = get(&window(), "PublicKeyCredential")?;
        let can = call_and_wait(&class, "isConditionalMediationAvailable", &[]).await?;
        if !can.is_truthy() {
            return Ok(());
        }
        let own = LATEST.get().wrapping_add(1);
        LATEST.set(own);
        let is_there = || LATEST.get() == own && document().get_element_by_id(form).is_some();
        let mut tries = TRIES;
        while is_there() {
            let Ok(Question::Asked { token, options }) = question(ask, String::new()).await else {
                return Ok(());
            };
            let asked_at = Date::now();
            match answer(false, &options, true).await {
                Ok(answer) if is_there() => submit(form, &token, &answer)?,
                Ok(_) => return Ok(()),
                // Another question has taken its place, or it stood for as long as it is good.
                Err(_) if SEEN.get() > 0 || Date::now() - asked_at > LEAST_MILLIS => {}
                Err(_) => tries -= 1,
            }
            if tries == 0 {
                return Ok(());
            }
            sleep(PAUSE).await?;
            while SEEN.get() > 0 {
                sleep(PAUSE).await?;
            }
        }
        Ok(())
    }

    fn submit(form: &str, token: &str, answer: &str) -> Result<(), JsValue> {
        let Some(form) = document().get_element_by_id(form) else {
            return Ok(());
        };
        let form: HtmlFormElement = form.dyn_into()?;
        fill(&form, "token", token)?;
        fill(&form, "answer", answer)?;
        form.request_submit()?;
        // Another try asks anew: an answer is taken once.
        fill(&form, "token", "")?;
        fill(&form, "answer", "")
    }

    fn fill(form: &HtmlFormElement, name: &str, text: &str) -> Result<(), JsValue> {
        let found = form.query_selector(&format!("[name={name}]"))?;
        if let Some(found) = found {
            found.dyn_into::<HtmlInputElement>()?.set_value(text);
        }
        Ok(())
    }
}
