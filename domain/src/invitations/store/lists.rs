//! The invitations of organizations, as their members see them.

use contract::{InvitationId, OrganizationId, Role, Timestamp, invitations::Invitation};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use super::{display_name, people, status};
use crate::{
    entities::{
        invitation::{Column, Entity, Model},
        user,
    },
    error::Result,
    paging::{Window, together},
};

fn view((row, inviter): (Model, Option<user::Model>), now: Timestamp) -> Invitation {
    Invitation {
        status: status(&row, now),
        id: InvitationId(row.id),
        organization_id: OrganizationId(row.organization_id),
        email: row.email,
        role: Role::parse(&row.role).unwrap_or_default(),
        invited_by: display_name(inviter),
        created_at: Timestamp(row.created_at),
        sent_at: Timestamp(row.sent_at),
        expires_at: Timestamp(row.expires_at),
    }
}

/// What the list of an organization shows: all but the accepted ones, which are members.
fn listed(id: OrganizationId) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .filter(Column::AcceptedAt.is_null())
}

pub(in crate::invitations) async fn list(
    db: &impl ConnectionTrait,
    now: Timestamp,
    id: OrganizationId,
    window: &Window,
) -> Result<Vec<Invitation>> {
    let rows = window
        .restrict(listed(id), Column::Id)
        .find_also_related(user::Entity)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| view(row, now)).collect())
}

/// A page of each of several lists, in two statements; the rows of a list in any order.
pub(in crate::invitations) async fn list_many(
    db: &impl ConnectionTrait,
    now: Timestamp,
    asked: &[(OrganizationId, &Window)],
) -> Result<Vec<Vec<Invitation>>> {
    let pages = asked
        .iter()
        .map(|(id, window)| window.restrict(listed(*id), Column::Id).into_query());
    let mut rows = Vec::new();
    for (part, row) in together(db, pages).await? {
        rows.push((part, Model::from_query_result(&row, "")?));
    }
    let inviters = people(db, rows.iter().filter_map(|(_, row)| row.invited_by)).await?;
    let mut found: Vec<Vec<Invitation>> = asked.iter().map(|_| Vec::new()).collect();
    for (part, row) in rows {
        let inviter = row.invited_by.and_then(|id| inviters.get(&id).cloned());
        found[part].push(view((row, inviter), now));
    }
    Ok(found)
}

/// How many invitations each of several lists has, in one statement.
pub(in crate::invitations) async fn count_many(
    db: &impl ConnectionTrait,
    ids: &[OrganizationId],
) -> Result<Vec<u64>> {
    let counts = ids.iter().map(|id| {
        listed(*id)
            .select_only()
            .expr_as(Expr::col((Entity, Column::Id)).count(), "invitations")
            .into_query()
    });
    let mut found = vec![0; ids.len()];
    for (part, row) in together(db, counts).await? {
        let count: i64 = row.try_get("", "invitations")?;
        found[part] = u64::try_from(count).unwrap_or_default();
    }
    Ok(found)
}

pub(in crate::invitations) async fn get(
    db: &impl ConnectionTrait,
    now: Timestamp,
    id: InvitationId,
) -> Result<Option<Invitation>> {
    let row = Entity::find_by_id(id.0)
        .find_also_related(user::Entity)
        .one(db)
        .await?;
    Ok(row.map(|row| view(row, now)))
}
