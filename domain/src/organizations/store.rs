//! The tables `organizations` and `slugs`.

use contract::{
    Code, MembershipId, Organization, OrganizationId, Problem, Role, Slug, Timestamp, UserId,
    organizations::{
        DEFAULT_QUOTA, FORMER_SLUG_DAYS, OwnOrganization, RESTORE_DAYS, SubscriptionTier,
    },
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, SelectTwo,
    sea_query::{Expr, ExprTrait, LockType},
};
use uuid::Uuid;

use super::admit::{Standing, admit};
use crate::{
    Actor, Ctx, InOrg,
    context::{Tx, delete_some},
    entities::{
        membership,
        organization::{ActiveModel, Column, Entity, Model},
        profile, slug, user,
    },
    error::{OrRefuse, Result},
    paging::Window,
    search, verification,
};

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

/// Whether nobody has this slug, and nobody had it lately.
pub(super) async fn is_slug_free(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    slug: &Slug,
) -> Result<bool> {
    Ok(taken(db, ctx, slug.as_str()).await?.is_none())
}

async fn taken(db: &impl ConnectionTrait, ctx: &Ctx, slug: &str) -> Result<Option<slug::Model>> {
    let reserved_since = ctx.now().minus_seconds(FORMER_SLUG_DAYS * DAY);
    let row = slug::Entity::find_by_id(slug.to_owned()).one(db).await?;
    Ok(row.filter(|row| row.retired_at.is_none_or(|at| at > reserved_since.0)))
}

/// Writes down that a slug is this organization's. One that another gave up long ago is free; its own former one comes back.
async fn take_slug(tx: &Tx, ctx: &Ctx, slug: &Slug, id: OrganizationId) -> Result<()> {
    let reserved_since = ctx.now().minus_seconds(FORMER_SLUG_DAYS * DAY);
    let gone = slug::Column::RetiredAt.lte(reserved_since.0);
    let own = slug::Column::OrganizationId.eq(id.0);
    slug::Entity::delete_many()
        .filter(slug::Column::Slug.eq(slug.as_str()))
        .filter(gone.or(own))
        .exec(tx.db())
        .await?;
    let row = slug::ActiveModel {
        slug: Set(slug.to_string()),
        organization_id: Set(id.0),
        retired_at: Set(None),
    };
    let inserted = slug::Entity::insert(row)
        .exec_without_returning(tx.db())
        .await;
    inserted
        .map(|_| ())
        .map_err(Into::into)
        .or_refuse(Code::SlugTaken, "slug")
}

/// Gives the organization another slug; the one before it redirects. First in the organization's row and then in the table
/// of slugs, as `insert` does it: two who want the same slug at once meet in one order and do not wait for each other.
pub(super) async fn change_slug(
    tx: &Tx,
    ctx: &Ctx,
    organization: &Organization,
    slug: &Slug,
) -> Result<()> {
    let holder = taken(tx.db(), ctx, slug.as_str()).await?;
    if holder.is_some_and(|row| row.organization_id != organization.id.0) {
        return Err(Problem::new(Code::SlugTaken).on("slug").into());
    }
    let values = vec![(Column::Slug, Expr::value(slug.as_str()))];
    change(tx, ctx, organization.id, values)
        .await
        .or_refuse(Code::SlugTaken, "slug")?;
    slug::Entity::update_many()
        .col_expr(slug::Column::RetiredAt, Expr::value(ctx.now().0))
        .filter(slug::Column::Slug.eq(&organization.slug))
        .exec(tx.db())
        .await?;
    take_slug(tx, ctx, slug, organization.id).await
}

/// Sets columns, and when the organization was last changed.
pub(super) async fn change(
    tx: &Tx,
    ctx: &Ctx,
    id: OrganizationId,
    values: Vec<(Column, Expr)>,
) -> Result<()> {
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

/// From when on members without a second factor are kept out.
pub(super) async fn set_second_factor_from(
    tx: &Tx,
    ctx: &Ctx,
    id: OrganizationId,
    from: Option<Timestamp>,
) -> Result<()> {
    let from = from.map(|at| at.0);
    change(
        tx,
        ctx,
        id,
        vec![(Column::SecondFactorFrom, Expr::value(from))],
    )
    .await
}

/// Notes the last member who was told of it; `None` when nobody is to be told any more.
pub(super) async fn set_told(
    tx: &Tx,
    id: OrganizationId,
    last: Option<MembershipId>,
) -> Result<()> {
    let last = last.map(|id| id.0);
    Entity::update_many()
        .col_expr(Column::SecondFactorTold, Expr::value(last))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Organizations with members who are still to be told; those that are deleted wait until they are restored.
pub(super) async fn find_untold(
    db: &impl ConnectionTrait,
    most: u64,
) -> Result<Vec<OrganizationId>> {
    let ids: Vec<Uuid> = Entity::find()
        .filter(Column::SecondFactorTold.is_not_null())
        .filter(Column::DeletedAt.is_null())
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::Id)
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(OrganizationId).collect())
}

/// Holds such an organization; with the last member who was told.
pub(super) async fn lock_untold(
    tx: &Tx,
    id: OrganizationId,
) -> Result<Option<(Organization, MembershipId)>> {
    let row = lock_row(tx, id).await?;
    let row = row.filter(|row| row.deleted_at.is_none());
    let told = |row: Model| Some((MembershipId(row.second_factor_told?), view(row)));
    Ok(row.and_then(told).map(|(last, found)| (found, last)))
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

/// Holds the organization, and proves that the actor is a member of it now, whom it does not keep out.
pub(crate) async fn hold(tx: &Tx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    admit(tx.db(), tx.now(), hold_standing(tx, actor, id).await?).await
}

/// Holds the organization for a member who leaves it, kept out or not.
pub(crate) async fn hold_to_leave(tx: &Tx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    Ok(hold_standing(tx, actor, id).await?.proof())
}

async fn hold_standing(tx: &Tx, actor: &Actor, id: OrganizationId) -> Result<Standing> {
    let user = actor.signed_in()?;
    let organization = lock(tx, id).await?.ok_or(Code::NotFound)?;
    let row = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(id.0))
        .filter(membership::Column::UserId.eq(user.user_id.0))
        .one(tx.db())
        .await?
        .ok_or(Code::NotFound)?;
    Ok(standing(&row, organization))
}

/// The same for a member or for a key of the organization.
pub(crate) async fn hold_as(tx: &Tx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    if !matches!(actor, Actor::Key(_)) {
        return hold(tx, actor, id).await;
    }
    let key = verification::require_key_of(actor, id)?;
    let organization = lock(tx, id).await?.ok_or(Code::NotFound)?;
    Ok(InOrg::of_key(organization, key.clone()))
}

/// An organization by its id, whoever asks.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    id: OrganizationId,
) -> Result<Option<Organization>> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(view))
}

/// Whether an organization had a slug lately.
pub(super) async fn was_slug_of(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    id: OrganizationId,
    slug: &str,
) -> Result<bool> {
    let row = taken(db, ctx, &slug.to_ascii_lowercase()).await?;
    Ok(row.is_some_and(|row| row.organization_id == id.0))
}

fn standing(row: &membership::Model, organization: Organization) -> Standing {
    Standing {
        organization,
        membership_id: MembershipId(row.id),
        user_id: UserId(row.user_id),
        role: Role::parse(&row.role).unwrap_or_default(),
        joined_at: Timestamp(row.joined_at),
        last_active_at: row.last_active_at.map(Timestamp),
    }
}

fn of_user(user_id: UserId) -> SelectTwo<membership::Entity, Entity> {
    membership::Entity::find()
        .find_also_related(Entity)
        .filter(membership::Column::UserId.eq(user_id.0))
}

type Joined = (membership::Model, Option<Model>);

fn joined((row, organization): Joined) -> Option<Standing> {
    Some(standing(&row, view(organization?)))
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

/// The membership by slug.
pub(super) async fn find_by_slug(
    db: &impl ConnectionTrait,
    user_id: UserId,
    slug: &str,
) -> Result<Option<Standing>> {
    let row = of_user(user_id)
        .filter(Column::Slug.eq(slug))
        .one(db)
        .await?;
    Ok(row.and_then(joined))
}

/// The slug that an organization of this person has now, for one that it had lately.
pub(super) async fn find_moved(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    user_id: UserId,
    former: &str,
) -> Result<Option<String>> {
    let Some(row) = taken(db, ctx, former).await? else {
        return Ok(None);
    };
    let row = of_user(user_id)
        .filter(Column::Id.eq(row.organization_id))
        .one(db)
        .await?;
    Ok(row.and_then(joined).map(|found| found.organization.slug))
}

/// The memberships in those of many organizations that the person is in.
pub(super) async fn find_many(
    db: &impl ConnectionTrait,
    user_id: UserId,
    ids: &[OrganizationId],
) -> Result<Vec<Standing>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows = of_user(user_id)
            .filter(Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await?;
        found.extend(rows.into_iter().filter_map(joined));
    }
    Ok(found)
}

/// The organizations of a person, the one that was used last first; those never opened by name.
pub(super) async fn list_own(
    db: &impl ConnectionTrait,
    user_id: UserId,
    most: u64,
) -> Result<Vec<OwnOrganization>> {
    let rows = of_user(user_id)
        .order_by_desc(
            Expr::col((membership::Entity, membership::Column::LastActiveAt)).is_not_null(),
        )
        .order_by_desc(membership::Column::LastActiveAt)
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(db)
        .await?;
    let own = |found: Standing| OwnOrganization {
        organization: found.organization,
        role: found.role,
    };
    Ok(rows.into_iter().filter_map(joined).map(own).collect())
}

/// The organizations of a person that ask for a second factor, now or later.
pub(super) async fn list_needing_second_factor(
    db: &impl ConnectionTrait,
    user_id: UserId,
    most: u64,
) -> Result<Vec<Organization>> {
    let rows = of_user(user_id)
        .filter(Column::SecondFactorFrom.is_not_null())
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(db)
        .await?;
    let needing = rows.into_iter().filter_map(joined);
    Ok(needing.map(|found| found.organization).collect())
}

/// Memberships of a person in the order of joining.
pub(super) async fn page_own(
    db: &impl ConnectionTrait,
    user_id: UserId,
    window: &Window,
) -> Result<Vec<Standing>> {
    let select = membership::Entity::find().filter(membership::Column::UserId.eq(user_id.0));
    let rows = window
        .restrict(select, membership::Column::Id)
        .find_also_related(Entity)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(joined).collect())
}

pub(super) async fn count_own(db: &impl ConnectionTrait, user_id: UserId) -> Result<u64> {
    let select = membership::Entity::find().filter(membership::Column::UserId.eq(user_id.0));
    Ok(select.count(db).await?)
}

/// Notes that a member has opened the organization; only ever forward.
pub(super) async fn touch(tx: &Tx, in_org: &InOrg, now: Timestamp) -> Result<()> {
    membership::Entity::update_many()
        .col_expr(membership::Column::LastActiveAt, Expr::value(now.0))
        .filter(membership::Column::Id.eq(in_org.membership_id.0))
        .filter(
            membership::Column::LastActiveAt
                .is_null()
                .or(membership::Column::LastActiveAt.lt(now.0)),
        )
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Owners of an organization who can sign in.
pub(super) async fn owners(
    db: &impl ConnectionTrait,
    id: OrganizationId,
) -> Result<Vec<(user::Model, Option<profile::Model>)>> {
    let select = user::Entity::find()
        .inner_join(membership::Entity)
        .find_also_related(profile::Entity)
        .filter(membership::Column::OrganizationId.eq(id.0))
        .filter(membership::Column::Role.eq(Role::Owner.as_str()))
        .filter(user::Column::SuspendedAt.is_null());
    Ok(select.all(db).await?)
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

/// Gives back some addresses that nobody has had for so long that anybody may take them; gives how many.
pub(crate) async fn sweep(tx: &Tx, now: Timestamp, most: u64) -> Result<u64> {
    let since = now.minus_seconds(FORMER_SLUG_DAYS * DAY);
    let over = Condition::all().add(slug::Column::RetiredAt.lte(since.0));
    delete_some::<slug::Entity>(tx, slug::Column::Slug, over, most).await
}
