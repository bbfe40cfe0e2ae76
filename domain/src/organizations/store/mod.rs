//! The tables `organizations` and `slugs`.

mod memberships;
mod second_factor;
mod slugs;

use contract::{
    Code, Organization, OrganizationId, Slug, Timestamp, UserId,
    organizations::{DEFAULT_QUOTA, RESTORE_DAYS, SubscriptionTier},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LockType},
};
use uuid::Uuid;

use crate::{
    Ctx,
    context::Tx,
    entities::organization::{ActiveModel, Column, Entity, Model},
    error::{OrRefuse, Result},
    search,
};
use slugs::take_slug;

pub(super) use memberships::{
    count_own, find_by_slug, find_many, find_moved, list_needing_second_factor, list_own, owners,
    page_own, touch,
};
pub(crate) use memberships::{hold, hold_as, hold_to_leave};
pub(super) use second_factor::{find_untold, lock_untold, set_second_factor_from, set_told};
pub(crate) use slugs::sweep;
pub(super) use slugs::{change_slug, is_slug_free, was_slug_of};

const DAY: i64 = 24 * 60 * 60;

/// An organization as its members see it.
pub(crate) fn view(row: Model) -> Organization {
    Organization {
        id: OrganizationId(row.id),
        slug: row.slug,
        name: row.name,
        logo: row.logo_id.map(|id| id.simple().to_string()),
        owner_id: UserId(row.owner_id),
        subscription_tier: SubscriptionTier::parse(&row.subscription_tier).unwrap_or_default(),
        quota_limit: row.quota_limit,
        seats: row.seats.and_then(|seats| u32::try_from(seats).ok()),
        member_count: u64::try_from(row.member_count).unwrap_or_default(),
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        deleted_at: row.deleted_at.map(Timestamp),
        second_factor_from: row.second_factor_from.map(Timestamp),
        suspended_at: row.suspended_at.map(Timestamp),
    }
}

pub(super) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    name: &str,
    slug: &Slug,
    owner: UserId,
) -> Result<Organization> {
    let now = ctx.now().0;
    let row = ActiveModel {
        id: Set(ctx.new_id()),
        slug: Set(slug.to_string()),
        name: Set(name.to_owned()),
        name_key: Set(search::folded(name)),
        logo_id: Set(None),
        owner_id: Set(owner.0),
        subscription_tier: Set(SubscriptionTier::Free.as_str().to_owned()),
        quota_limit: Set(DEFAULT_QUOTA),
        seats: Set(None),
        member_count: Set(0),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
        second_factor_from: Set(None),
        second_factor_told: Set(None),
        suspended_at: Set(None),
    };
    let inserted = Entity::insert(row).exec_with_returning(tx.db()).await;
    let row = inserted
        .map_err(Into::into)
        .or_refuse(Code::SlugTaken, "slug")?;
    let id = OrganizationId(row.id);
    take_slug(tx, ctx, slug, id).await?;
    Ok(view(row))
}

/// Sets columns, and when the organization was last changed.
async fn change(tx: &Tx, ctx: &Ctx, id: OrganizationId, values: Vec<(Column, Expr)>) -> Result<()> {
    let mut update = Entity::update_many()
        .filter(Column::Id.eq(id.0))
        .col_expr(Column::UpdatedAt, Expr::value(ctx.now().0));
    for (column, value) in values {
        update = update.col_expr(column, value);
    }
    update.exec(tx.db()).await?;
    Ok(())
}

pub(super) async fn set_name(tx: &Tx, ctx: &Ctx, id: OrganizationId, name: &str) -> Result<()> {
    let values = vec![
        (Column::Name, Expr::value(name)),
        (Column::NameKey, Expr::value(search::folded(name))),
    ];
    change(tx, ctx, id, values).await
}

pub(super) async fn set_logo(
    tx: &Tx,
    ctx: &Ctx,
    id: OrganizationId,
    logo: Option<Uuid>,
) -> Result<()> {
    change(tx, ctx, id, vec![(Column::LogoId, Expr::value(logo))]).await
}

pub(super) async fn set_plan(
    tx: &Tx,
    ctx: &Ctx,
    id: OrganizationId,
    tier: SubscriptionTier,
    quota_limit: i64,
    seats: Option<u32>,
) -> Result<()> {
    let seats = seats.map(|seats| i32::try_from(seats).unwrap_or(i32::MAX));
    let values = vec![
        (Column::SubscriptionTier, Expr::value(tier.as_str())),
        (Column::QuotaLimit, Expr::value(quota_limit)),
        (Column::Seats, Expr::value(seats)),
    ];
    change(tx, ctx, id, values).await
}

pub(super) async fn set_deleted(
    tx: &Tx,
    ctx: &Ctx,
    id: OrganizationId,
    at: Option<Timestamp>,
) -> Result<()> {
    let at = at.map(|at| at.0);
    change(tx, ctx, id, vec![(Column::DeletedAt, Expr::value(at))]).await
}

/// An operator keeps everybody out, or lets them in again.
pub(super) async fn set_suspended(
    tx: &Tx,
    ctx: &Ctx,
    id: OrganizationId,
    at: Option<Timestamp>,
) -> Result<()> {
    let at = at.map(|at| at.0);
    change(tx, ctx, id, vec![(Column::SuspendedAt, Expr::value(at))]).await
}

/// Names the primary owner.
pub(crate) async fn name_owner(
    tx: &Tx,
    ctx: &Ctx,
    id: OrganizationId,
    owner: UserId,
) -> Result<()> {
    change(tx, ctx, id, vec![(Column::OwnerId, Expr::value(owner.0))]).await
}

/// Counts members in or out.
pub(crate) async fn count_members(tx: &Tx, id: OrganizationId, by: i64) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::MemberCount, Expr::col(Column::MemberCount).add(by))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The organization as it stands, held until the transaction ends. (On SQLite a write transaction holds everything.)
pub(crate) async fn lock(tx: &Tx, id: OrganizationId) -> Result<Option<Organization>> {
    Ok(lock_row(tx, id).await?.map(view))
}

async fn lock_row(tx: &Tx, id: OrganizationId) -> Result<Option<Model>> {
    let mut select = Entity::find_by_id(id.0);
    if tx.db().get_database_backend() == DbBackend::Postgres {
        select = select.lock(LockType::Update);
    }
    Ok(select.one(tx.db()).await?)
}

/// An organization by its id, whoever asks.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    id: OrganizationId,
) -> Result<Option<Organization>> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(view))
}

/// The id of a slug, whoever asks; for operators.
pub(super) async fn find_id(
    db: &impl ConnectionTrait,
    slug: &str,
) -> Result<Option<OrganizationId>> {
    let row = Entity::find().filter(Column::Slug.eq(slug)).one(db).await?;
    Ok(row.map(|row| OrganizationId(row.id)))
}

/// Organizations in the order in which they were made, after the one that `after` names.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    after: Option<OrganizationId>,
    most: u64,
) -> Result<Vec<Organization>> {
    let mut select = Entity::find().order_by_asc(Column::Id).limit(most);
    if let Some(id) = after {
        select = select.filter(Column::Id.gt(id.0));
    }
    let rows = select.all(db).await?;
    Ok(rows.into_iter().map(view).collect())
}

/// Those whose time to be restored is over, oldest first.
pub(super) async fn find_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    most: u64,
) -> Result<Vec<OrganizationId>> {
    let over = now.minus_seconds(RESTORE_DAYS * DAY);
    let rows = Entity::find()
        .filter(Column::DeletedAt.lte(over.0))
        .order_by_asc(Column::DeletedAt)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| OrganizationId(row.id)).collect())
}

/// An organization that is left behind by the last person in it: its time to be restored is over.
pub(crate) async fn set_gone(tx: &Tx, ctx: &Ctx, id: OrganizationId) -> Result<()> {
    let past = ctx.now().minus_seconds(RESTORE_DAYS * DAY);
    set_deleted(tx, ctx, id, Some(past)).await
}

/// Whether somebody is the primary owner of any organization.
pub(crate) async fn owns_any(db: &impl ConnectionTrait, user: UserId) -> Result<bool> {
    let found = Entity::find()
        .filter(Column::OwnerId.eq(user.0))
        .one(db)
        .await?;
    Ok(found.is_some())
}

pub(super) async fn delete_row(tx: &Tx, id: OrganizationId) -> Result<()> {
    Entity::delete_by_id(id.0).exec(tx.db()).await?;
    Ok(())
}
