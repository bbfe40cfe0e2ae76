//! Organizations that ask for a second factor, and whom of their members that was told.

use contract::{MembershipId, Organization, OrganizationId, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{change, lock_row, view};
use crate::{
    Ctx,
    context::Tx,
    entities::organization::{Column, Entity, Model},
    error::Result,
};

/// From when on members without a second factor are kept out.
pub(in crate::organizations) async fn set_second_factor_from(
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
pub(in crate::organizations) async fn set_told(
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
pub(in crate::organizations) async fn find_untold(
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
pub(in crate::organizations) async fn lock_untold(
    tx: &Tx,
    id: OrganizationId,
) -> Result<Option<(Organization, MembershipId)>> {
    let row = lock_row(tx, id).await?;
    let row = row.filter(|row| row.deleted_at.is_none());
    let told = |row: Model| Some((MembershipId(row.second_factor_told?), view(row)));
    Ok(row.and_then(told).map(|(last, found)| (found, last)))
}
