//! Reading one's own sessions.

use contract::{
    SessionId, UserId,
    page::{Page, PageRequest},
    sessions::OwnSession,
};

use super::store;
use crate::{Actor, Ctx, error::Result, paging::Window};

/// The person's live sessions, the newest first.
pub async fn page_own(ctx: &Ctx, actor: &Actor, request: &PageRequest) -> Result<Page<OwnSession>> {
    page_of(ctx, actor, actor.signed_in()?.user_id, request).await
}

/// The live sessions of somebody, for whoever may see them by other means.
pub(crate) async fn page_of(
    ctx: &Ctx,
    actor: &Actor,
    user_id: UserId,
    request: &PageRequest,
) -> Result<Page<OwnSession>> {
    let current = actor
        .signed_in()
        .map_or(SessionId::NOTHING, |user| user.session_id);
    let scope = format!("sessions of {user_id}");
    let window = Window::open(ctx, scope, request)?.newest_first();
    let own = (user_id, current);
    let rows = store::page_own(ctx.read(), own, ctx.now(), &window).await?;
    Ok(window.page(ctx, rows, |session| session.id.0))
}

/// How many live sessions the person has.
pub async fn count_own(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    count_of(ctx, actor.signed_in()?.user_id).await
}

/// How many live sessions somebody has.
pub(crate) async fn count_of(ctx: &Ctx, user_id: UserId) -> Result<u64> {
    store::count_own(ctx.read(), user_id, ctx.now()).await
}
