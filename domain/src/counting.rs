//! Counting what many people or organizations have, so that a list takes as many statements as one of it.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select,
    sea_query::{Asterisk, Expr, Func},
};
use uuid::Uuid;

use crate::error::Result;

/// How many of some rows belong to each of these ids, by the column that says to whom. Who has none is not in it.
pub(crate) async fn each<E: EntityTrait>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    owner: E::Column,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let found: Vec<(Uuid, i64)> = rows
        .filter(owner.is_in(ids.iter().copied()))
        .select_only()
        .column(owner)
        .expr(Func::count(Expr::col(Asterisk)))
        .group_by(owner)
        .into_tuple()
        .all(db)
        .await?;
    let whole = |(id, count)| (id, u64::try_from(count).unwrap_or_default());
    Ok(found.into_iter().map(whole).collect())
}
