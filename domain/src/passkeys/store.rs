//! The table `passkeys`.

use std::collections::HashMap;

use contract::{Code, PasskeyId, Timestamp, UserId, passkeys::Passkey};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs::prelude::Passkey as Credential;

use super::ceremony::{json, unwritten};
use crate::{
    Ctx,
    context::Tx,
    counting,
    entities::passkey::{ActiveModel, Column, Entity, Model},
    error::{Error, OrRefuse, Result},
};

/// A passkey with what checks its answers.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: PasskeyId,
    pub(super) handle: Uuid,
    pub(super) credential: Credential,
}

fn shown(row: Model) -> Passkey {
    Passkey {
        id: PasskeyId(row.id),
        name: row.name,
        is_synced: row.is_synced,
        created_at: Timestamp(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp),
    }
}

/// The credential as JSON, and whether a password manager carries it about.
fn written(credential: &Credential) -> Result<(String, bool)> {
    let value = json(credential)?;
    let is_synced = value.pointer("/cred/backup_state") == Some(&Value::Bool(true));
    Ok((serde_json::to_string(&value).map_err(unwritten)?, is_synced))
}

pub(super) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    id: UserId,
    handle: Uuid,
    credential: &Credential,
    name: &str,
) -> Result<Passkey> {
    let (text, is_synced) = written(credential)?;
    let row = Model {
        id: ctx.new_id(),
        user_id: id.0,
        handle,
        credential_id: credential.cred_id().clone(),
        credential: text,
        name: name.to_owned(),
        is_synced,
        created_at: ctx.now().0,
        last_used_at: None,
    };
    Entity::insert(ActiveModel::from(row.clone()))
        .exec_without_returning(tx.db())
        .await
        .map_err(Error::from)
        .or_refuse(Code::PasskeyKnown, "passkey")?;
    Ok(shown(row))
}

fn of(id: UserId) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::UserId.eq(id.0))
}

pub(super) async fn list(db: &impl ConnectionTrait, id: UserId) -> Result<Vec<Passkey>> {
    let rows = of(id).order_by_asc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(shown).collect())
}

pub(super) async fn own(
    db: &impl ConnectionTrait,
    user_id: UserId,
    id: PasskeyId,
) -> Result<Option<Passkey>> {
    let row = of(user_id).filter(Column::Id.eq(id.0)).one(db).await?;
    Ok(row.map(shown))
}

pub(super) async fn credential_ids(db: &impl ConnectionTrait, id: UserId) -> Result<Vec<Vec<u8>>> {
    Ok(of(id)
        .select_only()
        .column(Column::CredentialId)
        .into_tuple()
        .all(db)
        .await?)
}

/// What authenticators call a person who has passkeys.
pub(super) async fn handle(db: &impl ConnectionTrait, id: UserId) -> Result<Option<Uuid>> {
    Ok(of(id)
        .select_only()
        .column(Column::Handle)
        .into_tuple()
        .one(db)
        .await?)
}

/// How many passkeys a person has.
pub(crate) async fn count(db: &impl ConnectionTrait, id: UserId) -> Result<u32> {
    Ok(u32::try_from(of(id).count(db).await?).unwrap_or(u32::MAX))
}

/// How many passkeys each of some people has.
pub(crate) async fn count_each(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    counting::each(db, Entity::find(), Column::UserId, ids).await
}

pub(super) async fn owner(
    db: &impl ConnectionTrait,
    credential_id: &[u8],
) -> Result<Option<UserId>> {
    let found: Option<Uuid> = Entity::find()
        .filter(Column::CredentialId.eq(credential_id.to_vec()))
        .select_only()
        .column(Column::UserId)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.map(UserId))
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    id: UserId,
    credential_id: &[u8],
) -> Result<Option<Found>> {
    let row = of(id)
        .filter(Column::CredentialId.eq(credential_id.to_vec()))
        .one(db)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let credential = serde_json::from_str(&row.credential)
        .map_err(|source| Error::internal("reading a passkey", source))?;
    Ok(Some(Found {
        id: PasskeyId(row.id),
        handle: row.handle,
        credential,
    }))
}

/// Notes that a passkey has answered: when, and how far its counter is.
pub(super) async fn used(
    tx: &Tx,
    id: PasskeyId,
    credential: &Credential,
    now: Timestamp,
) -> Result<()> {
    let (text, is_synced) = written(credential)?;
    Entity::update_many()
        .col_expr(Column::Credential, Expr::value(text))
        .col_expr(Column::IsSynced, Expr::value(is_synced))
        .col_expr(Column::LastUsedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(super) async fn rename(tx: &Tx, id: PasskeyId, name: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(name))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(super) async fn delete(tx: &Tx, id: PasskeyId) -> Result<()> {
    Entity::delete_by_id(id.0).exec(tx.db()).await?;
    Ok(())
}

/// Forgets every passkey of a person.
pub(crate) async fn delete_all(tx: &Tx, id: UserId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::UserId.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Forgets the passkeys that were set up since a moment; gives how many.
pub(crate) async fn delete_since(tx: &Tx, id: UserId, since: Timestamp) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::UserId.eq(id.0))
        .filter(Column::CreatedAt.gte(since.0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}
