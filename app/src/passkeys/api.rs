//! Server functions about passkeys.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::views::{NewPasskeyView, PasskeyRow, PasskeyView},
    crate::{
        accounts::api::asking,
        organizations::api::{confirmed, zone},
        second_factors::api::{fresh, reveal},
        ssr::{self, Done, RequestCtx},
    },
    contract::{
        Code, PasskeyId,
        passkeys::{Passkey, check_name},
    },
    domain::{
        passkeys::{self, Answer, Asked},
        second_factors,
        sessions::describe_user_agent,
        time::moment,
    },
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed, passkey::Question},
};

#[cfg(feature = "ssr")]
const SECURITY: &str = "/account/security";

#[cfg(feature = "ssr")]
const NEW: &str = "/account/security/passkeys/new";

#[cfg(feature = "ssr")]
const NEEDS: &str = "Confirm that it is you before changing how you sign in.";

/// What a browser is to ask a passkey; `page` is where that was wanted.
#[cfg(feature = "ssr")]
pub(crate) fn question(request: &RequestCtx, asked: domain::Result<Asked>, page: &str) -> Question {
    match asked {
        Ok(asked) => Question::Asked {
            token: asked.token,
            options: asked.options.to_string(),
        },
        Err(error) if error.is_refusal(Code::StepUpRequired) => {
            Question::First(format!("/confirm-password?next={page}"))
        }
        Err(error) => Question::Refused(error.tell(&request.ctx.origin().trace_id)),
    }
}

/// What a form holds of a passkey; a text that is none of an answer is refused like a wrong one.
#[cfg(feature = "ssr")]
pub(crate) fn given(token: String, answer: &str) -> Answer {
    Answer {
        token,
        response: serde_json::from_str(answer).unwrap_or_default(),
    }
}

/// A passkey has no field in a form that a refusal could stand beside.
#[cfg(feature = "ssr")]
pub(crate) fn beside_no_field<T>(done: domain::Result<T>) -> domain::Result<T> {
    done.map_err(|error| {
        let codes = [Code::PasskeyWrong, Code::PasskeyKnown];
        match codes.into_iter().find(|code| error.is_refusal(*code)) {
            Some(code) => code.into(),
            None => error,
        }
    })
}

/// A passkey with its moments in words.
#[cfg(feature = "ssr")]
pub(crate) fn row(request: &RequestCtx, zone: &str, passkey: Passkey) -> PasskeyRow {
    let now = request.ctx.now();
    PasskeyRow {
        created: moment(passkey.created_at, now, zone),
        used: passkey.last_used_at.map(|at| moment(at, now, zone)),
        passkey,
    }
}

/// What `/account/security/passkeys/new` shows. Who has not lately proved who they are does so first.
#[server(prefix = "/_fn", endpoint = "load-new-passkey")]
pub async fn load_new_passkey() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        fresh(&request, NEW).await?;
        let name = describe_user_agent(&request.ctx.origin().user_agent);
        Ok(NewPasskeyView { name })
    };
    ssr::view(&request, view.await)
}

/// What a new passkey of this name is to be asked.
#[server(prefix = "/_fn", endpoint = "ask-new-passkey")]
pub async fn ask_new_passkey(#[server(default)] name: String) -> Result<Question, Fault> {
    let request = ssr::request()?;
    if let Err(problem) = check_name(&name) {
        return Ok(Question::Refused(problem.on("name").into()));
    }
    let asked = passkeys::begin_registration(&request.ctx, &request.actor).await;
    Ok(question(&request, asked, NEW))
}

/// Takes a new passkey, and leads to the recovery codes where there were none.
#[server(prefix = "/_fn", endpoint = "register-passkey")]
pub async fn register_passkey(
    #[server(default)] name: String,
    #[server(default)] token: String,
    #[server(default)] answer: String,
) -> Result<Outcome, Fault> {
    ssr::form("new-passkey", NEW, &[("name", &name)], async |request| {
        let answer = given(token, &answer);
        let done = passkeys::register(&request.ctx, &request.actor, &answer, &name).await;
        let done = match confirmed(beside_no_field(done), NEW, NEEDS)? {
            Err(leads) => return Ok(leads),
            Ok(done) => done,
        };
        ssr::keep_session(&request, &done.opened);
        Ok(match done.recovery_codes {
            Some(codes) => reveal(&codes, false),
            None => said(&format!("The passkey “{}” is added.", done.passkey.name)),
        })
    })
    .await
}

#[cfg(feature = "ssr")]
fn said(notice: &str) -> Done {
    Done::goto_saying(SECURITY, "passkeys", notice)
}

/// What `/account/security/passkeys/{id}` shows.
#[server(prefix = "/_fn", endpoint = "load-passkey")]
pub async fn load_passkey(#[server(default)] id: String) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let factors = second_factors::get(&request.ctx, &request.actor).await?;
        let own = passkeys::list(&request.ctx, &request.actor).await?;
        let found = own
            .into_iter()
            .find(|passkey| passkey.id.to_string() == id)
            .ok_or(Code::NotFound)?;
        let is_last = factors.passkeys == 1 && factors.app_since.is_none();
        Ok(PasskeyView {
            row: row(&request, &zone(&request).await?, found),
            is_last,
            closes: if is_last {
                asking(&request).await?
            } else {
                Vec::new()
            },
        })
    };
    ssr::view(&request, view.await)
}

/// The page of a passkey.
#[cfg(feature = "ssr")]
fn page_of(id: &str) -> String {
    let id: Option<PasskeyId> = id.parse().ok();
    id.map_or_else(
        || SECURITY.to_owned(),
        |id| format!("{SECURITY}/passkeys/{id}"),
    )
}

/// Names a passkey anew.
#[server(prefix = "/_fn", endpoint = "rename-passkey")]
pub async fn rename_passkey(
    #[server(default)] id: String,
    #[server(default)] name: String,
) -> Result<Outcome, Fault> {
    let page = page_of(&id);
    ssr::form(
        "rename-passkey",
        &page,
        &[("name", &name)],
        async |request| {
            let renamed =
                passkeys::rename(&request.ctx, &request.actor, id.parse()?, &name).await?;
            Ok(said(&format!(
                "The passkey is now called “{}”.",
                renamed.name
            )))
        },
    )
    .await
}

/// Removes a passkey.
#[server(prefix = "/_fn", endpoint = "remove-passkey")]
pub async fn remove_passkey(#[server(default)] id: String) -> Result<Outcome, Fault> {
    let page = page_of(&id);
    ssr::form("remove-passkey", &page, &[], async |request| {
        let done = passkeys::remove(&request.ctx, &request.actor, id.parse()?).await;
        Ok(match confirmed(done, &page, NEEDS)? {
            Err(leads) => leads,
            Ok(passkey) => said(&format!(
                "The passkey “{}” can no longer be used to sign in. You can delete it from your device too.",
                passkey.name
            )),
        })
    })
    .await
}
