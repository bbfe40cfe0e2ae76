//! Organizations, as staff see them: from outside, without being members.

use contract::{
    Code, MembershipId, Organization, OrganizationId, Role, UserId,
    admin::{OrganizationDetail, OrganizationFilter, OrganizationRow},
    api_keys::ApiKey,
    members::{ListMembers, Member, MemberFilter},
    page::{Page, PageRequest},
    usage::UsageSeries,
    verification::QuotaState,
};

use super::{look, store::organizations as store};
use crate::{
    Actor, Ctx, InOrg,
    api_keys::{self, KeyFilter, ListKeys},
    error::Result,
    invitations, members, organizations,
    paging::Window,
    usage::{self, Span},
};

/// Organizations that a filter lets through, newest first.
pub async fn page(
    ctx: &Ctx,
    actor: &Actor,
    filter: &OrganizationFilter,
    request: &PageRequest,
) -> Result<Page<OrganizationRow>> {
    look(ctx, actor).await?;
    let filter = filter.validate()?;
    let window = Window::open(ctx, "organizations".to_owned(), request)?.newest_first();
    let month = ctx.now().month();
    let rows = store::list(ctx.read(), &filter, month, &window).await?;
    Ok(window.page(ctx, rows, |row| row.organization.id.0))
}

/// How many organizations a filter lets through.
pub async fn count(ctx: &Ctx, actor: &Actor, filter: &OrganizationFilter) -> Result<u64> {
    look(ctx, actor).await?;
    let month = ctx.now().month();
    store::count(ctx.read(), &filter.validate()?, month).await
}

/// One organization with all facts, deleted or suspended or not.
pub async fn get(ctx: &Ctx, actor: &Actor, id: OrganizationId) -> Result<OrganizationDetail> {
    look(ctx, actor).await?;
    let now = ctx.now();
    let found = store::find(ctx.read(), id, now.month()).await?;
    let row = found.ok_or(Code::NotFound)?;
    let resets_at = contract::Timestamp::begin_of_month(now.month() + 1);
    Ok(OrganizationDetail {
        owners: members::count_owners_of(ctx.read(), id, u64::from(u16::MAX)).await?,
        invitations: invitations::count_pending_of(ctx.read(), id, now).await?,
        quota: QuotaState::new(row.organization.quota_limit, row.used, resets_at),
        row,
    })
}

/// Its members with all that its owners see of them, in the order of joining.
pub async fn members(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    input: &ListMembers,
) -> Result<Page<Member>> {
    members::list(ctx, &view(ctx, actor, id).await?, input).await
}

/// How many of its members a filter lets through.
pub async fn count_members(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    filter: &MemberFilter,
) -> Result<u64> {
    members::count(ctx, &view(ctx, actor, id).await?, filter).await
}

/// Its keys, newest first.
pub async fn keys(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    input: &ListKeys,
) -> Result<Page<ApiKey>> {
    api_keys::list(ctx, &view(ctx, actor, id).await?, input).await
}

/// How many of its keys a filter lets through.
pub async fn count_keys(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    filter: &KeyFilter,
) -> Result<u64> {
    api_keys::count(ctx, &view(ctx, actor, id).await?, filter).await
}

/// What its keys together were used for.
pub async fn usage(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    span: Span,
) -> Result<UsageSeries> {
    usage::series(ctx, &view(ctx, actor, id).await?, span).await
}

/// What an owner would see, for reading alone: it names no member, and whatever changes something proves a membership of its own.
async fn view(ctx: &Ctx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    look(ctx, actor).await?;
    let found: Option<Organization> = organizations::facts(ctx.read(), id).await?;
    Ok(InOrg {
        organization: found.ok_or(Code::NotFound)?,
        membership_id: MembershipId::NOTHING,
        user_id: UserId::NOTHING,
        role: Role::Owner,
        key: None,
    })
}
