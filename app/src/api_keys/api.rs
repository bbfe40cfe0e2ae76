//! Server functions that show API keys.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::views::{KEY_RANGE, KeyView, KeysView, NewKeyView, RotationView, Row},
    crate::{
        organizations::api::{enter, place, zone},
        ssr,
        usage::api::labels,
    },
    contract::{
        Code, Permission, Timestamp,
        api_keys::{ApiKey, OfferedScope, ScopeChoice},
        page::PageRequest,
    },
    domain::{
        api_keys::{self, KeyFilter, ListKeys},
        sessions,
        time::moment,
        usage,
    },
};

use crate::{problem::Fault, ui::loading::Packed};

/// Keys on one page.
#[cfg(feature = "ssr")]
const PAGE: i64 = 50;

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
                    sentence: "No longer offered.".to_owned(),
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
