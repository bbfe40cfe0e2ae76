//! Owners who can sign in: an organization is never without one.

use std::collections::HashMap;

use contract::{OrganizationId, Role, UserId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, sea_query::LockType,
};
use uuid::Uuid;

use super::of;
use crate::{
    context::Tx,
    counting,
    entities::{
        membership::{Column, Entity},
        user,
    },
    error::Result,
};

/// How many owners can sign in, up to so many.
pub(crate) async fn count_owners(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    most: u64,
) -> Result<u64> {
    let some = active_owners(id)
        .select_only()
        .column(Column::Id)
        .limit(most)
        .into_tuple::<Uuid>();
    Ok(some.all(db).await?.len() as u64)
}

/// How many owners of each of some organizations can sign in.
pub(crate) async fn count_owners_each(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let owners = owners_among(Entity::find());
    counting::each(db, owners, Column::OrganizationId, ids).await
}

fn active_owners(id: OrganizationId) -> Select<Entity> {
    owners_among(of(id))
}

/// Those of some members who are owners and can sign in.
fn owners_among(members: Select<Entity>) -> Select<Entity> {
    members
        .inner_join(user::Entity)
        .filter(Column::Role.eq(Role::Owner.as_str()))
        .filter(user::Column::SuspendedAt.is_null())
}

/// The owner who can sign in, has been a member for longest, and is not this one. Whoever suspends one of them waits until
/// the transaction ends. (On SQLite a write transaction holds everything.)
pub(in crate::members) async fn another_owner(
    tx: &Tx,
    id: OrganizationId,
    not: UserId,
) -> Result<Option<UserId>> {
    let mut select = active_owners(id)
        .filter(Column::UserId.ne(not.0))
        .order_by_asc(Column::Id);
    if tx.db().get_database_backend() == DbBackend::Postgres {
        // All of them: with a limit, one who was suspended meanwhile would hide the next.
        QueryTrait::query(&mut select).lock_with_tables(LockType::Share, [user::Entity]);
    }
    let rows = select.all(tx.db()).await?;
    Ok(rows.first().map(|row| UserId(row.user_id)))
}
