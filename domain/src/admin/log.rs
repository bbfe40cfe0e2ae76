//! The audit log about one person, organization or key, as staff read it.

use contract::{
    ApiKeyId, OrganizationId, UserId,
    admin::LogRow,
    page::{Page, PageRequest},
};

use super::{look, store::log as store};
use crate::{Actor, Ctx, error::Result, paging::Window};

/// Whose entries are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// What was done to a person's account.
    User(UserId),
    /// What was done to an organization and in it.
    Organization(OrganizationId),
    ApiKey(ApiKeyId),
}

/// Entries about a subject, newest first. Of what does not exist, or is gone, what is left in the log.
pub async fn page(
    ctx: &Ctx,
    actor: &Actor,
    subject: Subject,
    request: &PageRequest,
) -> Result<Page<LogRow>> {
    look(ctx, actor).await?;
    let window = Window::open(ctx, format!("log of {subject:?}"), request)?.newest_first();
    let rows = store::page(ctx.read(), subject, &window).await?;
    Ok(window.page(ctx, rows, |(id, _)| *id).map(|(_, row)| row))
}

/// How many entries about a subject there are.
pub async fn count(ctx: &Ctx, actor: &Actor, subject: Subject) -> Result<u64> {
    look(ctx, actor).await?;
    store::count(ctx.read(), subject).await
}
