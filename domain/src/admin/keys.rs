//! Keys of all organizations, as staff see them.

use contract::{
    ApiKeyId, Code, UserId,
    admin::KeyRow,
    api_keys::ApiKey,
    page::{Page, PageRequest},
};

use super::{look, store};
use crate::{
    Actor, Ctx,
    api_keys::{self, KeyFilter, ListKeys},
    error::Result,
    paging::Window,
};

/// Keys of all organizations that a filter lets through, newest first. Its `search` is part of the name, the first characters of the
/// key, its last four, or the beginning of its id.
pub async fn page(ctx: &Ctx, actor: &Actor, input: &ListKeys) -> Result<Page<KeyRow>> {
    look(ctx, actor).await?;
    let window = Window::open(ctx, "keys".to_owned(), &input.page)?.newest_first();
    let keys = api_keys::list_everywhere(ctx.read(), ctx.now(), &input.filter, &window).await?;
    paged(ctx, &window, keys).await
}

/// How many keys a filter lets through.
pub async fn count(ctx: &Ctx, actor: &Actor, filter: &KeyFilter) -> Result<u64> {
    look(ctx, actor).await?;
    api_keys::count_everywhere(ctx.read(), ctx.now(), filter).await
}

/// One key, of whichever organization.
pub async fn get(ctx: &Ctx, actor: &Actor, id: ApiKeyId) -> Result<KeyRow> {
    look(ctx, actor).await?;
    let found = api_keys::find_everywhere(ctx.read(), ctx.now(), id).await?;
    let key = found.ok_or(Code::NotFound)?;
    let rows = store::with_names(ctx.read(), vec![key]).await?;
    rows.into_iter().next().ok_or_else(|| Code::NotFound.into())
}

/// The keys that somebody has made, newest first.
pub(super) async fn made_by(
    ctx: &Ctx,
    maker: UserId,
    request: &PageRequest,
) -> Result<Page<KeyRow>> {
    let window = Window::open(ctx, format!("keys made by {maker}"), request)?.newest_first();
    let keys = api_keys::list_made_by(ctx.read(), ctx.now(), maker, &window).await?;
    paged(ctx, &window, keys).await
}

pub(super) async fn count_made_by(ctx: &Ctx, maker: UserId) -> Result<u64> {
    api_keys::count_made_by(ctx.read(), maker).await
}

async fn paged(ctx: &Ctx, window: &Window, keys: Vec<ApiKey>) -> Result<Page<KeyRow>> {
    let rows = store::with_names(ctx.read(), keys).await?;
    Ok(window.page(ctx, rows, |row| row.key.id.0))
}
