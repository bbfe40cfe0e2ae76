//! The table `charges`: what is written down and not counted yet.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, sea_query::OnConflict,
};
use uuid::Uuid;

use super::in_steps;
use crate::{
    Ctx,
    context::Tx,
    entities::charge,
    error::{Error, Result},
    verification::journal::Charge,
};

/// Charges as they are kept.
pub(in crate::verification) fn encoded(charges: &[Charge]) -> Result<Vec<u8>> {
    postcard::to_allocvec(charges).map_err(|source| Error::internal("encoding charges", source))
}

/// What is kept where there are no charges.
pub(in crate::verification) const NOTHING: &[u8] = &[0];

/// Writes a row, by one statement; a second time under the same id writes nothing.
pub(in crate::verification) async fn insert_row(ctx: &Ctx, row: &JournalRow) -> Result<()> {
    insert_rows(ctx.database().writer(), vec![row.clone()]).await?;
    Ok(())
}

/// Gives how many of them are new.
async fn insert_rows(db: &impl ConnectionTrait, rows: Vec<JournalRow>) -> Result<u64> {
    let rows = rows.into_iter().map(|(id, entries)| charge::ActiveModel {
        id: Set(id),
        entries: Set(entries),
    });
    let conflict = OnConflict::column(charge::Column::Id)
        .do_nothing()
        .to_owned();
    let inserted = charge::Entity::insert_many(rows)
        .on_conflict(conflict)
        .exec_without_returning(db)
        .await?;
    Ok(inserted)
}

/// A row of the journal, as it is kept.
pub(in crate::verification) type JournalRow = (Uuid, Vec<u8>);

/// Charges as a row that is to be written.
pub(in crate::verification) fn journal_row(ctx: &Ctx, charges: &[Charge]) -> Result<JournalRow> {
    Ok((ctx.new_id(), encoded(charges)?))
}

/// Writes rows; `false` when some were there already.
pub(in crate::verification) async fn insert_journal(tx: &Tx, rows: &[JournalRow]) -> Result<bool> {
    let mut inserted = 0;
    for some in in_steps(rows) {
        inserted += insert_rows(tx.db(), some.to_vec()).await?;
    }
    Ok(inserted == rows.len() as u64)
}

/// How many rows there are, and the oldest of them.
pub(in crate::verification) async fn count_rows(ctx: &Ctx) -> Result<(u64, Option<Uuid>)> {
    let count = charge::Entity::find().count(ctx.read()).await?;
    let oldest: Option<Uuid> = charge::Entity::find()
        .select_only()
        .column(charge::Column::Id)
        .order_by_asc(charge::Column::Id)
        .into_tuple()
        .one(ctx.read())
        .await?;
    Ok((count, oldest))
}

/// Which of these are rows of the journal.
pub(in crate::verification) async fn in_journal(ctx: &Ctx, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let found: Vec<Uuid> = charge::Entity::find()
        .filter(charge::Column::Id.is_in(ids.iter().copied()))
        .select_only()
        .column(charge::Column::Id)
        .into_tuple()
        .all(ctx.read())
        .await?;
    Ok(found.into_iter().collect())
}

/// Rows of the journal, oldest first: after one, up to one.
pub(in crate::verification) async fn read_journal(
    ctx: &Ctx,
    after: Option<Uuid>,
    until: Option<Uuid>,
    most: u64,
) -> Result<Vec<JournalRow>> {
    let select = charge::Entity::find()
        .apply_if(after, |select, id| select.filter(charge::Column::Id.gt(id)))
        .apply_if(until, |select, id| {
            select.filter(charge::Column::Id.lte(id))
        })
        .order_by_asc(charge::Column::Id)
        .limit(most);
    let rows = select.all(ctx.read()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.entries)).collect())
}

pub(in crate::verification) fn decoded(entries: &[u8]) -> Result<Vec<Charge>> {
    postcard::from_bytes(entries).map_err(|source| Error::internal("decoding charges", source))
}

/// Deletes rows of the journal; `false` when some were gone: another process has counted them.
pub(in crate::verification) async fn delete_journal(tx: &Tx, ids: &[Uuid]) -> Result<bool> {
    let mut deleted = 0;
    for some in in_steps(ids) {
        let done = charge::Entity::delete_many()
            .filter(charge::Column::Id.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
        deleted += done.rows_affected;
    }
    Ok(deleted == ids.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_list_without_charges() {
        assert_eq!(encoded(&[]).ok().as_deref(), Some(NOTHING));
    }
}
