//! Server functions about API keys.

#![allow(
    clippy::too_many_arguments,
    reason = "server functions take the fields of a form one by one"
)]

use contract::{
    api_keys::{ApiKey, KeyHint, OfferedScope, ScopeChoice},
    page::Page,
    time::Moment,
    usage::{UsageRange, UsageSeries},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::{
        organizations::api::{confirmed, enter, entered, place, zone},
        ssr::{self, Done},
        usage::api::labels,
        visit::Flash,
    },
    contract::{
        ApiKeyId, Code, Permission, Problem, Timestamp,
        api_keys::{CreateApiKey as NewKey, Expiry, Overlap, UpdateApiKey as Edit},
        page::PageRequest,
    },
    domain::{
        api_keys::{self, Created, KeyFilter, ListKeys},
        sessions,
        time::moment,
        usage,
    },
};

use crate::{
    organizations::views::Place,
    problem::Fault,
    ui::{
        form::Outcome,
        loading::{Packed, argument, arguments},
    },
};

/// Keys on one page.
#[cfg(feature = "ssr")]
const PAGE: i64 = 50;

/// What a page of the list asks for: the query of its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub slug: String,
    pub search: String,
    pub status: String,
    pub after: String,
    pub before: String,
}

impl Wanted {
    /// The address of the list with this search and another place in it.
    pub fn page(&self, place: &str, cursor: &str) -> String {
        let mut query = String::new();
        let parts = [
            ("search", self.search.as_str()),
            ("status", &self.status),
            (place, cursor),
        ];
        for (name, value) in parts {
            if !value.is_empty() {
                argument(&mut query, name, value);
            }
        }
        format!("/o/{}/keys?{query}", self.slug)
    }

    /// The arguments of the server function that loads the page.
    pub fn query(&self) -> String {
        arguments(&[
            ("slug", &self.slug),
            ("search", &self.search),
            ("status", &self.status),
            ("after", &self.after),
            ("before", &self.before),
        ])
    }

    pub fn is_filtered(&self) -> bool {
        !self.search.is_empty() || !self.status.is_empty()
    }
}

/// A key in the list or on its page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub key: ApiKey,
    pub created: Moment,
    pub expires: Option<Moment>,
    pub last_used: Option<Moment>,
    pub hints: Vec<KeyHint>,
    /// Requests, hour by hour over the last day.
    pub line: Vec<i64>,
}

/// `/o/{slug}/keys`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysView {
    pub place: Place,
    pub page: Page<Row>,
    /// How many the search finds.
    pub found: u64,
}

/// `/o/{slug}/keys/new`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKeyView {
    pub place: Place,
    pub scopes: Vec<OfferedScope>,
}

/// `/o/{slug}/keys/{id}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    pub place: Place,
    pub row: Row,
    pub scopes: Vec<OfferedScope>,
    pub choice: ScopeChoice,
    /// Where its own quota stands: units and the limit.
    pub used: i64,
    pub revoked: Option<Moment>,
    pub rotation: Option<RotationView>,
    /// Requests by day over the last [`KEY_RANGE`], and what each point is of.
    pub series: UsageSeries,
    pub labels: Vec<String>,
}

/// How far back the page of a key looks.
pub const KEY_RANGE: UsageRange = UsageRange::Month;

/// The secret before the newest, while it works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationView {
    pub rotated: Moment,
    pub expires: Moment,
    pub last_used: Option<Moment>,
}

#[cfg(feature = "ssr")]
fn row(key: ApiKey, now: Timestamp, zone: &str, line: Vec<i64>) -> Row {
    let shown = |at| moment(at, now, zone);
    Row {
        created: shown(key.created_at),
        expires: key.expires_at.map(shown),
        last_used: key.last_used_at.map(shown),
        hints: key.hints(now),
        key,
        line,
    }
}

/// What `/o/{slug}/keys` shows.
#[server(prefix = "/_fn", endpoint = "load-keys")]
pub async fn load_keys(
    slug: String,
    #[server(default)] search: String,
    #[server(default)] status: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "keys").await?;
        let given = |text: String| (!text.is_empty()).then_some(text);
        let input = ListKeys {
            filter: KeyFilter { status, search },
            page: PageRequest {
                size: Some(PAGE),
                after: given(after),
                before: given(before),
                ..PageRequest::default()
            },
        };
        let (ctx, zone) = (&request.ctx, zone(&request).await?);
        let page = api_keys::list(ctx, &found, &input).await?;
        let ids: Vec<_> = page.items.iter().map(|(_, key)| key.id).collect();
        let mut lines = usage::sparklines(ctx, &found, &ids).await?;
        Ok(KeysView {
            found: api_keys::count(ctx, &found, &input.filter).await?,
            page: page.map(|key| {
                let line = lines.remove(&key.id).unwrap_or_default();
                row(key, ctx.now(), &zone, line)
            }),
            place: place(&request, &found, &zone).await?,
        })
    };
    ssr::view(&request, view.await)
}

/// What `/o/{slug}/keys/new` shows. Who has not lately proved who they are does so first, before anything is typed.
#[server(prefix = "/_fn", endpoint = "load-new-key")]
pub async fn load_new_key(slug: String) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "keys/new").await?;
        if found.may(Permission::CreateKeys)
            && sessions::require_fresh(&request.ctx, &request.actor).is_err()
        {
            ssr::move_page(
                &request,
                &format!("/confirm-password?next=/o/{slug}/keys/new"),
            );
        }
        let zone = zone(&request).await?;
        Ok(NewKeyView {
            place: place(&request, &found, &zone).await?,
            scopes: api_keys::offered(&request.ctx),
        })
    };
    ssr::view(&request, view.await)
}

/// What `/o/{slug}/keys/{id}` shows.
#[server(prefix = "/_fn", endpoint = "load-key")]
pub async fn load_key(slug: String, id: String) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, &format!("keys/{id}")).await?;
        let (ctx, zone) = (&request.ctx, zone(&request).await?);
        let key = api_keys::get(ctx, &request.actor, id.parse()?).await?;
        if key.organization_id != found.id() {
            return Err(Code::NotFound.into());
        }
        let mut lines = usage::sparklines(ctx, &found, &[key.id]).await?;
        let used = usage::key_units(ctx, &found, &[key.id]).await?;
        let span = usage::Span::of(KEY_RANGE, ctx.now());
        let mut series = usage::series_of(ctx, &found, &[key.id], span).await?;
        let series = series.remove(&key.id).ok_or(Code::NotFound)?;
        let shown = |at| moment(at, ctx.now(), &zone);
        let mut scopes = api_keys::offered(ctx);
        let choice = ScopeChoice::of(&key.scopes, &scopes);
        // What it has stays to choose, also where it is not offered any more.
        for scope in &key.scopes {
            if !scopes.iter().any(|one| one.scope == *scope) {
                scopes.push(OfferedScope {
                    scope: scope.clone(),
                    sentence: "Not offered any more.".to_owned(),
                    is_own: false,
                });
            }
        }
        Ok(KeyView {
            used: used.get(&key.id).copied().unwrap_or_default(),
            revoked: key.revoked_at.map(shown),
            rotation: key.rotation.as_ref().map(|rotation| RotationView {
                rotated: shown(rotation.rotated_at),
                expires: shown(rotation.expires_at),
                last_used: rotation.last_used_at.map(shown),
            }),
            scopes,
            choice,
            labels: labels(&series),
            series,
            place: place(&request, &found, &zone).await?,
            row: {
                let line = lines.remove(&key.id).unwrap_or_default();
                row(key, ctx.now(), &zone, line)
            },
        })
    };
    ssr::view(&request, view.await)
}

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
            match confirmed(
                made,
                &page,
                "Making a key needs a fresh proof that it is you.",
            )? {
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
        Ok(Done::goto_saying(&page, "keys", "The key is changed."))
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
                match confirmed(
                    made,
                    &page,
                    "Rotating a key needs a fresh proof that it is you.",
                )? {
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
            "The former secret has ended.",
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
