//! Reading one's own sessions.

use contract::{
    page::{Page, PageRequest},
    sessions::OwnSession,
};

use super::store;
use crate::{Actor, Ctx, error::Result, paging::Window};

/// The person's live sessions, the newest first.
pub async fn page_own(ctx: &Ctx, actor: &Actor, request: &PageRequest) -> Result<Page<OwnSession>> {
    let user = actor.signed_in()?;
    let scope = format!("sessions of {}", user.user_id);
    let window = Window::open(ctx, scope, request)?.newest_first();
    let own = (user.user_id, user.session_id);
    let rows = store::page_own(ctx.read(), own, ctx.now(), &window).await?;
    Ok(window.page(ctx, rows, |session| session.id.0))
}

/// How many live sessions the person has.
pub async fn count_own(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    store::count_own(ctx.read(), actor.signed_in()?.user_id, ctx.now()).await
}
