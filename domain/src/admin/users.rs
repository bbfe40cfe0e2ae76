//! People, as staff see them.

use std::collections::HashMap;

use contract::{
    Code, UserId,
    admin::{KeyRow, UserDetail, UserFilter, UserMembership, UserRow},
    page::{Page, PageRequest},
    sessions::OwnSession,
};
use uuid::Uuid;

use super::{is_protected, keys, look, store::users as store};
use crate::{Actor, Ctx, api_keys, error::Result, paging::Window, second_factors, sessions};

/// People whom a filter lets through, newest first.
pub async fn page(
    ctx: &Ctx,
    actor: &Actor,
    filter: &UserFilter,
    request: &PageRequest,
) -> Result<Page<UserRow>> {
    look(ctx, actor).await?;
    let filter = filter.validate()?;
    let window = Window::open(ctx, "users".to_owned(), request)?.newest_first();
    let rows = store::list(ctx.read(), &filter, &window).await?;
    Ok(window.page(ctx, rows, |row| row.id.0))
}

/// How many people a filter lets through.
pub async fn count(ctx: &Ctx, actor: &Actor, filter: &UserFilter) -> Result<u64> {
    look(ctx, actor).await?;
    store::count(ctx.read(), &filter.validate()?).await
}

/// One person with all facts.
pub async fn get(ctx: &Ctx, actor: &Actor, id: UserId) -> Result<UserDetail> {
    let found = load(ctx, actor, &[id]).await?.remove(&id);
    found.ok_or_else(|| Code::NotFound.into())
}

/// Some people with all facts, in as many statements as one; of who does not exist, nothing.
pub async fn load(ctx: &Ctx, actor: &Actor, ids: &[UserId]) -> Result<HashMap<UserId, UserDetail>> {
    look(ctx, actor).await?;
    let (db, ids) = (ctx.read(), ids.iter().map(|id| id.0).collect::<Vec<_>>());
    let found = store::find_many(db, &ids).await?;
    let mut factors = second_factors::of_each(ctx, &ids).await?;
    let sessions = sessions::count_each(db, &ids, ctx.now()).await?;
    let identities = store::count_identities(db, &ids).await?;
    let keys = api_keys::count_made_by_each(db, &ids).await?;
    let detail = |found: store::Found| {
        let mut detail = found.told();
        let id = detail.row.id;
        let of = |counts: &HashMap<Uuid, u64>| counts.get(&id.0).copied().unwrap_or_default();
        detail.second_factors = factors.remove(&id.0).unwrap_or_default();
        detail.sessions = of(&sessions);
        detail.identities = of(&identities);
        detail.keys = of(&keys);
        detail.is_protected = is_protected(actor, detail.row.is_staff);
        (id, detail)
    };
    Ok(found.into_iter().map(detail).collect())
}

/// Where the person is signed in, newest first.
pub async fn sessions(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    request: &PageRequest,
) -> Result<Page<OwnSession>> {
    look(ctx, actor).await?;
    sessions::page_of(ctx, actor, id, request).await
}

/// What the person is a member of, in the order of joining.
pub async fn memberships(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    request: &PageRequest,
) -> Result<Page<UserMembership>> {
    look(ctx, actor).await?;
    let window = Window::open(ctx, format!("memberships of {id} for staff"), request)?;
    let rows = store::memberships(ctx.read(), id, &window).await?;
    Ok(window.page(ctx, rows, |row| row.id.0))
}

/// The keys that the person has made, newest first.
pub async fn keys(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    request: &PageRequest,
) -> Result<Page<KeyRow>> {
    look(ctx, actor).await?;
    keys::made_by(ctx, id, request).await
}

/// How many live sessions the person has.
pub async fn count_sessions(ctx: &Ctx, actor: &Actor, id: UserId) -> Result<u64> {
    look(ctx, actor).await?;
    sessions::count_of(ctx, id).await
}

/// How many organizations the person is in.
pub async fn count_memberships(ctx: &Ctx, actor: &Actor, id: UserId) -> Result<u64> {
    look(ctx, actor).await?;
    store::count_memberships(ctx.read(), id).await
}

/// How many keys the person has made.
pub async fn count_keys(ctx: &Ctx, actor: &Actor, id: UserId) -> Result<u64> {
    look(ctx, actor).await?;
    keys::count_made_by(ctx, id).await
}
