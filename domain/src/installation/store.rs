//! The table `installation`.

use contract::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use crate::{
    context::Tx,
    entities::{
        audit_event,
        installation::{ActiveModel, Column, Entity, Model},
        session,
    },
    error::Result,
};

/// The one row.
const ID: i16 = 1;

pub(super) async fn find(db: &impl ConnectionTrait) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(ID).one(db).await?)
}

pub(super) async fn put_key(tx: &Tx, check: &str, now: Timestamp) -> Result<()> {
    let row = ActiveModel {
        id: Set(ID),
        key_check: Set(check.to_owned()),
        key_since_at: Set(now.0),
        seen_at: Set(now.0),
    };
    let conflict = OnConflict::column(Column::Id)
        .update_columns([Column::KeyCheck, Column::KeySinceAt])
        .to_owned();
    Entity::insert(row)
        .on_conflict(conflict)
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

pub(super) async fn set_seen(tx: &Tx, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SeenAt, Expr::value(now.0))
        .filter(Column::Id.eq(ID))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// When something was last written to the log.
pub(super) async fn last_event(db: &impl ConnectionTrait) -> Result<Option<i64>> {
    Ok(audit_event::Entity::find()
        .order_by_desc(audit_event::Column::At)
        .limit(1)
        .select_only()
        .column(audit_event::Column::At)
        .into_tuple()
        .one(db)
        .await?)
}

/// When a session was last used.
pub(super) async fn last_seen(db: &impl ConnectionTrait) -> Result<Option<i64>> {
    Ok(session::Entity::find()
        .order_by_desc(session::Column::LastSeenAt)
        .limit(1)
        .select_only()
        .column(session::Column::LastSeenAt)
        .into_tuple()
        .one(db)
        .await?)
}
