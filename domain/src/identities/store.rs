//! The table `identities`.

use contract::{
    IdentityId, Timestamp, UserId,
    identities::{Identity, Provider},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    sea_query::Expr,
};

use super::{Claimed, Known};
use crate::{
    Ctx,
    context::Tx,
    entities::identity::{ActiveModel, Column, Entity, Model},
    error::{Error, Result},
};

fn shown(row: Model) -> Result<Identity> {
    let provider = Provider::of(&row.provider)
        .ok_or_else(|| Error::internal("reading an identity", "there is no such provider"))?;
    Ok(Identity {
        id: IdentityId(row.id),
        provider,
        issuer: row.issuer,
        label: row.label,
        created_at: Timestamp(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp),
    })
}

fn of(id: UserId) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::UserId.eq(id.0))
}

/// By issuer and subject, and by nothing else.
pub(super) async fn find(db: &impl ConnectionTrait, claimed: &Claimed) -> Result<Option<Known>> {
    let row = Entity::find()
        .filter(Column::Issuer.eq(&claimed.issuer))
        .filter(Column::Subject.eq(&claimed.subject))
        .one(db)
        .await?;
    row.map(|row| {
        Ok(Known {
            user_id: UserId(row.user_id),
            identity: shown(row)?,
        })
    })
    .transpose()
}

pub(super) async fn list(db: &impl ConnectionTrait, id: UserId) -> Result<Vec<Identity>> {
    let rows = of(id).order_by_asc(Column::Id).all(db).await?;
    rows.into_iter().map(shown).collect()
}

/// With the subject of each, for its owner.
pub(crate) async fn with_subjects(
    db: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<(Identity, String)>> {
    let rows = of(id).order_by_asc(Column::Id).all(db).await?;
    let told = |row: Model| Ok((shown(row.clone())?, row.subject));
    rows.into_iter().map(told).collect()
}

pub(super) async fn own(
    db: &impl ConnectionTrait,
    user_id: UserId,
    id: IdentityId,
) -> Result<Option<Identity>> {
    let row = of(user_id).filter(Column::Id.eq(id.0)).one(db).await?;
    row.map(shown).transpose()
}

/// Whether a person has an identity of this issuer.
pub(super) async fn of_issuer(db: &impl ConnectionTrait, id: UserId, issuer: &str) -> Result<bool> {
    Ok(of(id).filter(Column::Issuer.eq(issuer)).count(db).await? > 0)
}

/// How many identities of a person are of providers that are offered here.
pub(crate) async fn count_usable(db: &impl ConnectionTrait, ctx: &Ctx, id: UserId) -> Result<u64> {
    let issuers = ctx.settings().social.providers.iter();
    let issuers = issuers.map(|settings| settings.issuer.as_str());
    Ok(of(id)
        .filter(Column::Issuer.is_in(issuers))
        .count(db)
        .await?)
}

/// Refused as a duplicate where the identity is somebody's, or its owner has another of this issuer.
pub(super) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    claimed: &Claimed,
) -> Result<Identity> {
    let row = Model {
        id: ctx.new_id(),
        user_id: user_id.0,
        provider: claimed.provider.as_str().to_owned(),
        issuer: claimed.issuer.clone(),
        subject: claimed.subject.clone(),
        label: claimed.label.clone(),
        created_at: ctx.now().0,
        last_used_at: None,
    };
    Entity::insert(ActiveModel::from(row.clone()))
        .exec_without_returning(tx.db())
        .await?;
    shown(row)
}

/// Notes that an identity was used, and what its provider calls its owner now; `false` when it is gone.
pub(super) async fn used(tx: &Tx, id: IdentityId, label: &str, now: Timestamp) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::Label, Expr::value(label))
        .col_expr(Column::LastUsedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn delete(tx: &Tx, id: IdentityId) -> Result<()> {
    Entity::delete_by_id(id.0).exec(tx.db()).await?;
    Ok(())
}

/// Forgets what was connected since a moment; gives how many.
pub(crate) async fn delete_since(tx: &Tx, id: UserId, since: Timestamp) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::UserId.eq(id.0))
        .filter(Column::CreatedAt.gte(since.0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}
