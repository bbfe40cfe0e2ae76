//! Organizations, as staff see them: from outside, without being members.

use std::collections::HashMap;

use contract::{
    Code, MembershipId, Organization, OrganizationId, Role, UserId,
    admin::{OrganizationDetail, OrganizationFilter, OrganizationRow},
    api_keys::ApiKey,
    members::{ListMembers, Member, MemberFilter},
    page::{Page, PageRequest},
    usage::UsageSeries,
    verification::QuotaState,
};
use uuid::Uuid;

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
    let found = load(ctx, actor, &[id]).await?.remove(&id);
    found.ok_or_else(|| Code::NotFound.into())
}

/// Some organizations with all facts, in as many statements as one; of what does not exist, nothing.
pub async fn load(
    ctx: &Ctx,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, OrganizationDetail>> {
    look(ctx, actor).await?;
    let (db, now) = (ctx.read(), ctx.now());
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let found = store::find_many(db, &ids, now.month()).await?;
    let owners = members::count_owners_each(db, &ids).await?;
    let pending = invitations::count_pending_each(db, &ids, now).await?;
    let resets_at = contract::Timestamp::begin_of_month(now.month() + 1);
    let detail = |row: OrganizationRow| {
        let id = row.organization.id;
        let of = |counts: &HashMap<Uuid, u64>| counts.get(&id.0).copied().unwrap_or_default();
        let detail = OrganizationDetail {
            owners: of(&owners),
            invitations: of(&pending),
            quota: QuotaState::new(row.organization.quota_limit, row.used, resets_at),
            row,
        };
        (id, detail)
    };
    Ok(found.into_iter().map(detail).collect())
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
