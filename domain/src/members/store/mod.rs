//! The table `memberships`.

mod fellows;
mod lacking;
mod lists;
mod owners;

use contract::{MembershipId, OrganizationId, Role, User, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, sea_query::Expr,
};

use crate::{
    Ctx,
    context::Tx,
    entities::{
        membership::{ActiveModel, Column, Entity, Model},
        user,
    },
    error::{Error, Result},
    organizations::count_members,
    search,
};

pub(super) use fellows::find_fellows;
pub(crate) use lacking::{Lacking, find_lacking};
pub(crate) use lists::find;
pub(super) use lists::{Row, count, count_many, list, list_many, primary_owners};
pub(super) use owners::another_owner;
pub(crate) use owners::{count_owners, count_owners_each};

pub(super) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    organization: OrganizationId,
    user: UserId,
    role: Role,
) -> Result<MembershipId> {
    let person = user::Entity::find_by_id(user.0)
        .one(tx.db())
        .await?
        .ok_or_else(|| Error::internal("adding a member", "there is no such user"))?;
    let id = ctx.new_id();
    let row = ActiveModel {
        id: Set(id),
        organization_id: Set(organization.0),
        user_id: Set(user.0),
        role: Set(role.as_str().to_owned()),
        name_key: Set(search::name_key(&person.name, &person.username)),
        email_key: Set(person.email_key),
        joined_at: Set(ctx.now().0),
        last_active_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    count_members(tx, organization, 1).await?;
    Ok(MembershipId(id))
}

pub(super) async fn refresh_keys(tx: &Tx, user: &User) -> Result<()> {
    Entity::update_many()
        .col_expr(
            Column::NameKey,
            Expr::value(search::name_key(&user.name, &user.username)),
        )
        .col_expr(Column::EmailKey, Expr::value(user.email.to_lowercase()))
        .filter(Column::UserId.eq(user.id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

fn of(organization: OrganizationId) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(organization.0))
}

/// Organizations in which somebody is an owner, in a fixed order, so that two who lock several do not wait for each other.
pub(crate) async fn owned_by(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<OrganizationId>> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::Role.eq(Role::Owner.as_str()))
        .order_by_asc(Column::OrganizationId)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| OrganizationId(row.organization_id))
        .collect())
}

/// What somebody is a member of, in a fixed order: membership, organization and role.
pub(crate) async fn held_by(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<(MembershipId, OrganizationId, Role)>> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user.0))
        .order_by_asc(Column::OrganizationId)
        .all(db)
        .await?;
    let held = |row: Model| {
        let role = Role::parse(&row.role).unwrap_or_default();
        (
            MembershipId(row.id),
            OrganizationId(row.organization_id),
            role,
        )
    };
    Ok(rows.into_iter().map(held).collect())
}

pub(crate) async fn set_role(tx: &Tx, id: MembershipId, role: Role) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Role, Expr::value(role.as_str()))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, organization: OrganizationId, id: MembershipId) -> Result<()> {
    let done = Entity::delete_by_id(id.0).exec(tx.db()).await?;
    if done.rows_affected > 0 {
        count_members(tx, organization, -1).await?;
    }
    Ok(())
}

/// Deletes some members of an organization that is purged; gives how many.
pub(crate) async fn delete_some(tx: &Tx, id: OrganizationId, most: u64) -> Result<u64> {
    let some = of(id)
        .select_only()
        .column(Column::Id)
        .limit(most)
        .into_query();
    let done = Entity::delete_many()
        .filter(Column::Id.in_subquery(some))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// The organization of a membership; whether the one who asks may know is not decided here.
pub(super) async fn organization_of(
    db: &impl ConnectionTrait,
    id: MembershipId,
) -> Result<Option<OrganizationId>> {
    let row = Entity::find_by_id(id.0).one(db).await?;
    Ok(row.map(|row| OrganizationId(row.organization_id)))
}

/// Whether the person of this address is a member.
pub(crate) async fn is_member(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    email_key: &str,
) -> Result<bool> {
    let row = of(organization)
        .inner_join(user::Entity)
        .filter(user::Column::EmailKey.eq(email_key))
        .one(db)
        .await?;
    Ok(row.is_some())
}

/// The role of somebody who can sign in.
pub(crate) async fn role_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Role>> {
    let row = of(organization)
        .inner_join(user::Entity)
        .filter(Column::UserId.eq(user.0))
        .filter(user::Column::SuspendedAt.is_null())
        .one(db)
        .await?;
    Ok(row.map(|row| Role::parse(&row.role).unwrap_or_default()))
}
