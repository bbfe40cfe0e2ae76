//! How many there are.

use contract::{Timestamp, admin::Totals};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use super::whole;
use crate::{
    entities::{organization, user},
    error::Result,
    paging::together,
};

/// People and organizations; the rest is zero.
pub(in crate::admin) async fn totals(db: &impl ConnectionTrait) -> Result<Totals> {
    use user::Column;
    let people = user::Entity::find;
    let present = || organization::Entity::find().filter(organization::Column::DeletedAt.is_null());
    Ok(Totals {
        users: people().count(db).await?,
        verified_users: people()
            .filter(Column::EmailVerifiedAt.is_not_null())
            .count(db)
            .await?,
        suspended_users: people()
            .filter(Column::SuspendedAt.is_not_null())
            .filter(Column::DeletedAt.is_null())
            .count(db)
            .await?,
        staff: people()
            .filter(Column::StaffSinceAt.is_not_null())
            .count(db)
            .await?,
        organizations: present().count(db).await?,
        suspended_organizations: present()
            .filter(organization::Column::SuspendedAt.is_not_null())
            .count(db)
            .await?,
        ..Totals::default()
    })
}

/// How many people signed up from each moment until the next, and from the last until now; in one statement.
pub(in crate::admin) async fn sign_ups(
    db: &impl ConnectionTrait,
    begins: &[Timestamp],
) -> Result<Vec<u64>> {
    use user::{Column, Entity};
    let counts = begins.iter().enumerate().map(|(place, began)| {
        let mut select = Entity::find().filter(Column::CreatedAt.gte(began.0));
        if let Some(next) = begins.get(place + 1) {
            select = select.filter(Column::CreatedAt.lt(next.0));
        }
        select
            .select_only()
            .expr_as(Expr::col((Entity, Column::Id)).count(), "people")
            .into_query()
    });
    let mut found = vec![0; begins.len()];
    for (part, row) in together(db, counts).await? {
        let count: i64 = row.try_get("", "people")?;
        found[part] = whole(count);
    }
    Ok(found)
}
