//! Reading keys.

use contract::{
    ApiKeyId, Code, Permission,
    api_keys::ApiKey,
    page::{Page, PageRequest},
};

use super::{
    filter::{KeyFilter, ListKeys},
    store::{self, KeyName},
};
use crate::{Actor, Ctx, InOrg, context::Tx, error::Result, organizations, paging::Window};

fn window(ctx: &Ctx, viewer: &InOrg, request: &PageRequest) -> Result<Window> {
    let scope = format!("keys of {}", viewer.id());
    Ok(Window::open(ctx, scope, request)?.newest_first())
}

/// The keys of an organization, newest first, those that a filter lets through.
pub async fn list(ctx: &Ctx, viewer: &InOrg, input: &ListKeys) -> Result<Page<ApiKey>> {
    viewer.require(Permission::ReadKeys)?;
    let filter = input.filter.validate()?;
    let window = window(ctx, viewer, &input.page)?;
    let rows = store::list(ctx.read(), ctx.now(), viewer.id(), &filter, &window).await?;
    Ok(window.page(ctx, rows, |row| row.id.0))
}

/// A page of keys for each that is asked for; the number of statements does not depend on how many these are. One that is refused
/// spoils no other.
pub async fn first_pages(
    ctx: &Ctx,
    asked: &[(&InOrg, &ListKeys)],
) -> Result<Vec<Result<Page<ApiKey>>>> {
    let opened: Vec<Result<_>> = asked
        .iter()
        .map(|(viewer, input)| {
            viewer.require(Permission::ReadKeys)?;
            let filter = input.filter.validate()?;
            Ok((filter, window(ctx, viewer, &input.page)?))
        })
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .zip(&opened)
        .filter_map(|((viewer, _), opened)| {
            let (filter, window) = opened.as_ref().ok()?;
            Some((viewer.id(), filter, window))
        })
        .collect();
    let lists = store::list_many(ctx.read(), ctx.now(), &parts).await?;
    let mut lists = lists.into_iter();
    let mut pages = Vec::with_capacity(asked.len());
    for opened in opened {
        pages.push(opened.map(|(_, window)| {
            let mut found = lists.next().unwrap_or_default();
            window.sort(&mut found, |row| row.id.0);
            window.page(ctx, found, |row| row.id.0)
        }));
    }
    Ok(pages)
}

/// How many keys a filter lets through.
pub async fn count(ctx: &Ctx, viewer: &InOrg, filter: &KeyFilter) -> Result<u64> {
    let counted = count_many(ctx, &[(viewer, filter)]).await?;
    counted.into_iter().next().unwrap_or(Ok(0))
}

/// How many keys each filter lets through, in one statement. One that is refused spoils no other.
pub async fn count_many(ctx: &Ctx, asked: &[(&InOrg, &KeyFilter)]) -> Result<Vec<Result<u64>>> {
    let valid: Vec<Result<_>> = asked
        .iter()
        .map(|(viewer, filter)| {
            viewer.require(Permission::ReadKeys)?;
            Ok(filter.validate()?)
        })
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .zip(&valid)
        .filter_map(|((viewer, _), filter)| Some((viewer.id(), filter.as_ref().ok()?)))
        .collect();
    let counts = store::count_many(ctx.read(), ctx.now(), &parts).await?;
    let mut counts = counts.into_iter();
    let found = valid
        .into_iter()
        .map(|valid| valid.map(|_| counts.next().unwrap_or_default()));
    Ok(found.collect())
}

/// One key of the viewer's organization. A key sees itself, whatever its scopes.
pub async fn get(ctx: &Ctx, actor: &Actor, id: ApiKeyId) -> Result<ApiKey> {
    actor.require_known()?;
    let found = store::get(ctx.read(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    let viewer = organizations::enter_by_id(ctx, actor, found.organization_id).await?;
    if viewer.may(Permission::ReadKeys) || super::is_itself(&viewer, id) {
        Ok(found)
    } else {
        Err(Code::NotFound.into())
    }
}

/// A key by its id, for whoever has the right to it by other means.
pub(crate) async fn find(tx: &Tx, ctx: &Ctx, id: ApiKeyId) -> Result<Option<ApiKey>> {
    store::get(tx.db(), ctx.now(), id).await
}

/// How keys of the viewer's organization are called, for charts and tables.
pub(crate) async fn names(ctx: &Ctx, viewer: &InOrg, ids: &[ApiKeyId]) -> Result<Vec<KeyName>> {
    store::names(ctx.read(), viewer.id(), ids).await
}
