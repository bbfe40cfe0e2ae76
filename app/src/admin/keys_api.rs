//! Server functions about keys of all organizations.

use contract::{admin::OrganizationName, api_keys::ApiKey, page::Page, time::Moment};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    super::{
        api::{Desk, paged},
        chosen::{Outcomes, page_of, so_many, ticked},
    },
    crate::ssr::{self, RequestCtx},
    contract::{ApiKeyId, admin::KeyRow},
    domain::{
        admin,
        api_keys::{self, KeyFilter, ListKeys},
    },
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

/// `/admin/keys`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysView {
    pub page: Page<KeyLine>,
    /// How many the search finds.
    pub found: u64,
}

/// A key, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    pub key: ApiKey,
    pub organization: OrganizationName,
    pub created: Moment,
    pub last_used: Option<Moment>,
    pub expires: Option<Moment>,
    pub revoked: Option<Moment>,
}

#[cfg(feature = "ssr")]
pub fn key_line(desk: &Desk, row: KeyRow) -> KeyLine {
    let KeyRow { key, organization } = row;
    KeyLine {
        created: desk.shown(key.created_at),
        last_used: desk.shown_if(key.last_used_at),
        expires: desk.shown_if(key.expires_at),
        revoked: desk.shown_if(key.revoked_at),
        key,
        organization,
    }
}

/// What `/admin/keys` shows.
#[server(prefix = "/_fn", endpoint = "console-keys")]
pub async fn load_all_keys(
    #[server(default)] search: String,
    #[server(default)] status: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let (ctx, desk) = (&request.ctx, Desk::of(&request).await?);
        let input = ListKeys {
            filter: KeyFilter { status, search },
            page: paged(after, before),
        };
        let page = admin::keys::page(ctx, &request.actor, &input).await?;
        Ok(KeysView {
            found: admin::keys::count(ctx, &request.actor, &input.filter).await?,
            page: page.map(|row| key_line(&desk, row)),
        })
    };
    ssr::view(&request, view.await)
}

/// Revokes those that are ticked, for good.
#[server(prefix = "/_fn", endpoint = "console-revoke-keys")]
pub async fn revoke_keys(
    #[server(default)] keys: Vec<String>,
    #[server(default)] reason: String,
    #[server(default)] back: String,
) -> Result<Outcome, Fault> {
    let (form, page) = ("revoke-keys", page_of(&back, "/admin/keys"));
    let kept = [("reason", reason.as_str())];
    ssr::form(form, &page, &kept, async |request| {
        let done = revoke_each(&request, &keys, &reason).await;
        Outcomes::told(done, form, &page, &kept, |count| {
            so_many(count, "key", "keys", "revoked, and refused from now on")
        })
    })
    .await
}

#[cfg(feature = "ssr")]
async fn revoke_each(
    request: &RequestCtx,
    keys: &[String],
    reason: &str,
) -> domain::Result<Outcomes> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    let mut outcomes = Outcomes::default();
    for key in ticked(keys)? {
        let id: ApiKeyId = key.parse()?;
        let row = admin::keys::get(ctx, actor, id).await;
        let name = row.map_or_else(|_| key.clone(), |row| row.key.name);
        let done = api_keys::revoke_as_staff(ctx, actor, id, reason).await;
        outcomes.note(request, &name, done)?;
    }
    Ok(outcomes)
}
