//! Server functions that make API keys and change them.

#![allow(
    clippy::too_many_arguments,
    reason = "server functions take the fields of a form one by one"
)]

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::{
        organizations::api::{confirmed, entered},
        ssr::{self, Done},
        visit::Flash,
    },
    contract::{
        ApiKeyId, Code, Problem,
        api_keys::{CreateApiKey as NewKey, Expiry, Overlap, ScopeChoice, UpdateApiKey as Edit},
    },
    domain::api_keys::{self, Created},
};

use crate::{problem::Fault, ui::form::Outcome};

/// A number that was typed; none where the field is empty.
#[cfg(feature = "ssr")]
pub(crate) fn number(text: &str, field: &'static str) -> Result<Option<i64>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .parse()
        .map(Some)
        .map_err(|_| Problem::new(Code::OutOfRange).on(field))
}

#[cfg(feature = "ssr")]
fn expiry(choice: &str, date: &str) -> Expiry {
    match choice {
        "never" => Expiry::Never,
        "date" => Expiry::Date(date.to_owned()),
        days => days.parse().map_or(Expiry::Default, Expiry::Days),
    }
}

#[cfg(feature = "ssr")]
fn rate(limit: &str, period: &str) -> Result<Option<(i64, i64)>, Problem> {
    let period = number(period, "ratePeriod")?.unwrap_or(60);
    Ok(number(limit, "rateLimit")?.map(|limit| (limit, period)))
}

/// The scopes that a form means.
#[cfg(feature = "ssr")]
fn wanted(request: &ssr::RequestCtx, choice: &str, ticked: &[String]) -> Vec<String> {
    ScopeChoice::parse(choice).chosen(ticked, &api_keys::offered(&request.ctx))
}

/// What leads to the page of a key that shows its new secret, once.
#[cfg(feature = "ssr")]
fn reveal(slug: &str, made: &Created) -> Done {
    let flash = Flash {
        form: "key".to_owned(),
        values: vec![
            ("id".to_owned(), made.key.id.to_string()),
            ("secret".to_owned(), made.secret.expose().to_owned()),
        ],
        ..Flash::default()
    };
    Done::Goto(format!("/o/{slug}/keys/{}", made.key.id), Some(flash))
}

/// Makes a key, and leads to its page, which shows the secret once.
#[server(prefix = "/_fn", endpoint = "create-key")]
pub async fn create_key(
    #[server(default)] organization: String,
    #[server(default)] name: String,
    #[server(default)] scope_choice: String,
    #[server(default)] scopes: Vec<String>,
    #[server(default)] expiry_choice: String,
    #[server(default)] expires_at: String,
    #[server(default)] allowed_ips: String,
    #[server(default)] rate_limit: String,
    #[server(default)] rate_period: String,
    #[server(default)] quota: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/keys/new");
    let chosen = scopes.join(" ");
    let kept = [
        ("name", name.as_str()),
        ("scope_choice", &scope_choice),
        ("scopes", &chosen),
        ("expiry_choice", &expiry_choice),
        ("expires_at", &expires_at),
        ("allowed_ips", &allowed_ips),
        ("rate_limit", &rate_limit),
        ("rate_period", &rate_period),
        ("quota", &quota),
    ];
    ssr::form("create-key", &page, &kept, async |request| {
        let found = entered(&request, &organization).await?;
        let input = NewKey {
            name: name.clone(),
            scopes: wanted(&request, &scope_choice, &scopes),
            expiry: expiry(&expiry_choice, &expires_at),
            allowed_ips: allowed_ips.clone(),
            rate_limit: rate(&rate_limit, &rate_period)?,
            quota: number(&quota, "quota")?,
        };
        let made = api_keys::create(&request.ctx, &request.actor, found.id(), &input).await;
        Ok(
            match confirmed(made, &page, "Confirm that it is you before creating a key.")? {
                Err(leads) => leads,
                Ok(made) => reveal(&found.organization().slug, &made),
            },
        )
    })
    .await
}

#[cfg(feature = "ssr")]
fn page_of(organization: &str, key: &str) -> String {
    format!("/o/{organization}/keys/{key}")
}

/// Changes name, scopes and limits of a key.
#[server(prefix = "/_fn", endpoint = "update-key")]
pub async fn update_key(
    #[server(default)] organization: String,
    #[server(default)] key: String,
    #[server(default)] name: String,
    #[server(default)] scope_choice: String,
    #[server(default)] scopes: Vec<String>,
    #[server(default)] expiry_choice: String,
    #[server(default)] expires_at: String,
    #[server(default)] allowed_ips: String,
    #[server(default)] rate_limit: String,
    #[server(default)] rate_period: String,
    #[server(default)] quota: String,
) -> Result<Outcome, Fault> {
    let page = page_of(&organization, &key);
    let chosen = scopes.join(" ");
    let kept = [
        ("name", name.as_str()),
        ("scope_choice", &scope_choice),
        ("scopes", &chosen),
        ("expiry_choice", &expiry_choice),
        ("expires_at", &expires_at),
        ("allowed_ips", &allowed_ips),
        ("rate_limit", &rate_limit),
        ("rate_period", &rate_period),
        ("quota", &quota),
    ];
    ssr::form("update-key", &page, &kept, async |request| {
        let input = Edit {
            name: Some(name.clone()),
            scopes: Some(wanted(&request, &scope_choice, &scopes)),
            expiry: (expiry_choice != "keep").then(|| expiry(&expiry_choice, &expires_at)),
            allowed_ips: Some(allowed_ips.clone()),
            rate_limit: Some(rate(&rate_limit, &rate_period)?),
            quota: Some(number(&quota, "quota")?),
        };
        let id: ApiKeyId = key.parse()?;
        api_keys::update(&request.ctx, &request.actor, id, &input).await?;
        Ok(Done::goto_saying(
            &page,
            "keys",
            "The key has been changed.",
        ))
    })
    .await
}

/// Gives a key another secret, which its page shows once.
#[server(prefix = "/_fn", endpoint = "rotate-key")]
pub async fn rotate_key(
    #[server(default)] organization: String,
    #[server(default)] key: String,
    #[server(default)] overlap: String,
) -> Result<Outcome, Fault> {
    let page = page_of(&organization, &key);
    ssr::form(
        "rotate-key",
        &page,
        &[("overlap", &overlap)],
        async |request| {
            let (id, overlap) = (key.parse()?, Overlap::parse(&overlap)?);
            let made = api_keys::rotate(&request.ctx, &request.actor, id, overlap).await;
            Ok(
                match confirmed(made, &page, "Confirm that it is you before rotating a key.")? {
                    Err(leads) => leads,
                    Ok(made) => reveal(&organization, &made),
                },
            )
        },
    )
    .await
}

/// Ends the secret before the newest.
#[server(prefix = "/_fn", endpoint = "end-key-rotation")]
pub async fn end_key_rotation(
    #[server(default)] organization: String,
    #[server(default)] key: String,
) -> Result<Outcome, Fault> {
    let page = page_of(&organization, &key);
    ssr::form("end-rotation", &page, &[], async |request| {
        api_keys::end_rotation(&request.ctx, &request.actor, key.parse()?).await?;
        Ok(Done::goto_saying(
            &page,
            "keys",
            "The former secret no longer works.",
        ))
    })
    .await
}

/// Pauses a key, or resumes it.
#[server(prefix = "/_fn", endpoint = "pause-key")]
pub async fn pause_key(
    #[server(default)] organization: String,
    #[server(default)] key: String,
    #[server(default)] resume: String,
) -> Result<Outcome, Fault> {
    let page = page_of(&organization, &key);
    ssr::form("pause-key", &page, &[], async |request| {
        let (ctx, actor, id) = (&request.ctx, &request.actor, key.parse()?);
        let said = if resume.is_empty() {
            api_keys::pause(ctx, actor, id).await?;
            "The key is paused: it is refused until somebody resumes it."
        } else {
            api_keys::resume(ctx, actor, id).await?;
            "The key works again."
        };
        Ok(Done::goto_saying(&page, "keys", said))
    })
    .await
}

/// Revokes a key for good.
#[server(prefix = "/_fn", endpoint = "revoke-key")]
pub async fn revoke_key(
    #[server(default)] organization: String,
    #[server(default)] key: String,
    #[server(default)] reason: String,
) -> Result<Outcome, Fault> {
    let page = page_of(&organization, &key);
    ssr::form(
        "revoke-key",
        &page,
        &[("reason", &reason)],
        async |request| {
            let id = key.parse()?;
            let gone = api_keys::revoke(&request.ctx, &request.actor, id, &reason).await?;
            let notice = format!(
                "{} is revoked: programs that use it are refused from now on.",
                gone.name
            );
            let list = format!("/o/{organization}/keys");
            Ok(Done::goto_saying(&list, "keys", &notice))
        },
    )
    .await
}
