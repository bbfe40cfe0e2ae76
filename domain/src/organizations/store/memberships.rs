//! What somebody is in organizations: the memberships that `admit` makes proofs of, and lists of one's own.

use contract::{
    Code, MembershipId, Organization, OrganizationId, Role, Timestamp, UserId,
    organizations::OwnOrganization,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, SelectTwo,
    sea_query::{Expr, ExprTrait},
};

use super::{lock, slugs::taken, view};
use crate::{
    Actor, Ctx, InOrg,
    context::Tx,
    entities::{
        membership,
        organization::{Column, Entity, Model},
        profile, user,
    },
    error::Result,
    organizations::admit::{Standing, admit},
    paging::Window,
    verification,
};

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

/// The membership by slug.
pub(in crate::organizations) async fn find_by_slug(
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
pub(in crate::organizations) async fn find_moved(
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
pub(in crate::organizations) async fn find_many(
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
pub(in crate::organizations) async fn list_own(
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
pub(in crate::organizations) async fn list_needing_second_factor(
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
pub(in crate::organizations) async fn page_own(
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

pub(in crate::organizations) async fn count_own(
    db: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<u64> {
    let select = membership::Entity::find().filter(membership::Column::UserId.eq(user_id.0));
    Ok(select.count(db).await?)
}

/// Notes that a member has opened the organization; only ever forward.
pub(in crate::organizations) async fn touch(tx: &Tx, in_org: &InOrg, now: Timestamp) -> Result<()> {
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
pub(in crate::organizations) async fn owners(
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
