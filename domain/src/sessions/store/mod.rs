//! The table `sessions`.

pub(super) mod impersonations;
pub(super) mod known;
pub(super) mod waiting;

use std::collections::HashMap;

use contract::{
    Code, SessionId, Timestamp, UserId,
    sessions::{Impersonation, Method, OwnSession, SecondStep, Session},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait,
    PaginatorTrait, QueryFilter, Select, TryIntoModel, sea_query::Expr,
};
use uuid::Uuid;

use super::{Client, Kind, describe_user_agent};
use crate::{
    Ctx,
    actor::Impersonator,
    context::{Tx, delete_some},
    counting,
    entities::{
        session::{ActiveModel, Column, Entity, Model},
        user,
    },
    error::Result,
    paging::Window,
    secret::SecretHash,
};

/// A session whose token somebody holds, with what of its owner decides whether it is good.
pub(super) struct Held {
    pub(super) session: Session,
    pub(super) user_id: UserId,
    pub(super) kind: Kind,
    pub(super) authenticated_at: Timestamp,
    pub(super) idle_ends_at: Timestamp,
    pub(super) name: String,
    pub(super) username: String,
    pub(super) avatar: Option<String>,
    pub(super) email: String,
    pub(super) is_staff: bool,
    pub(super) is_suspended: bool,
    /// Staff who act in it as its owner.
    pub(super) by: Option<(Impersonator, Impersonation)>,
}

fn session(row: &Model) -> Session {
    Session {
        id: SessionId(row.id),
        created_at: Timestamp(row.created_at),
        last_seen_at: Timestamp(row.last_seen_at),
        expires_at: Timestamp(row.expires_at),
    }
}

/// How a session came to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    pub(super) kind: Kind,
    pub(super) method: Method,
    pub(super) second_step: SecondStep,
}

pub(super) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    how: How,
    authenticated_at: Timestamp,
    hash: &SecretHash,
) -> Result<Session> {
    let (now, kind) = (ctx.now(), how.kind);
    let row = ActiveModel {
        id: Set(ctx.new_id()),
        user_id: Set(user_id.0),
        token_hash: Set(hash.0.clone()),
        kind: Set(kind.as_str().to_owned()),
        method: Set(how.method.as_str().to_owned()),
        second_factor: Set(how.second_step.as_str().to_owned()),
        ip: Set(ctx.origin().ip.map(|ip| ip.to_string()).unwrap_or_default()),
        user_agent: Set(ctx.origin().user_agent.chars().take(300).collect()),
        created_at: Set(now.0),
        authenticated_at: Set(authenticated_at.0),
        last_seen_at: Set(now.0),
        idle_seconds: Set(kind.idle_seconds()),
        expires_at: Set(now.plus_seconds(kind.longest_seconds()).0),
        impersonator_user_id: Set(None),
        operator_session_id: Set(None),
    };
    let made = session(&row.clone().try_into_model()?);
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(made)
}

pub(super) async fn find_held(
    db: &impl ConnectionTrait,
    hash: &SecretHash,
) -> Result<Option<Held>> {
    let row = Entity::find()
        .filter(Column::TokenHash.eq(hash.0.clone()))
        .find_also_related(user::Entity)
        .one(db)
        .await?;
    let Some((row, Some(owner))) = row else {
        return Ok(None);
    };
    let Some(kind) = Kind::of(&row.kind) else {
        return Ok(None);
    };
    let by = match row.impersonator_user_id {
        None => None,
        // Whoever has become staff meanwhile is nobody's to act as.
        Some(_) if owner.staff_since_at.is_some() => return Ok(None),
        Some(id) => match impersonations::by(db, &row, id).await? {
            None => return Ok(None),
            found => found,
        },
    };
    Ok(Some(Held {
        by,
        session: session(&row),
        user_id: UserId(row.user_id),
        kind,
        authenticated_at: Timestamp(row.authenticated_at),
        idle_ends_at: Timestamp(row.last_seen_at).plus_seconds(row.idle_seconds),
        name: owner.name,
        username: owner.username,
        email: owner.email,
        avatar: owner.avatar_id.map(|id| id.simple().to_string()),
        is_staff: owner.staff_since_at.is_some(),
        is_suspended: owner.suspended_at.is_some(),
    }))
}

/// Notes that a session is in use; only ever forward.
pub(super) async fn touch(tx: &Tx, id: SessionId, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LastSeenAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::LastSeenAt.lt(now.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A session under another token.
pub(super) struct Renewed {
    pub(super) user_id: UserId,
    pub(super) kind: Kind,
    pub(super) session: Session,
    pub(super) authenticated_at: Timestamp,
}

pub(super) async fn set_token(
    tx: &Tx,
    id: SessionId,
    hash: &SecretHash,
    authenticated_at: Option<Timestamp>,
) -> Result<Renewed> {
    let mut update = Entity::update_many()
        .col_expr(Column::TokenHash, Expr::value(hash.0.clone()))
        .filter(Column::Id.eq(id.0));
    if let Some(at) = authenticated_at {
        update = update.col_expr(Column::AuthenticatedAt, Expr::value(at.0));
    }
    update.exec(tx.db()).await?;
    let row = Entity::find_by_id(id.0)
        .one(tx.db())
        .await?
        .ok_or(Code::Unauthenticated)?;
    Ok(Renewed {
        user_id: UserId(row.user_id),
        kind: Kind::of(&row.kind).ok_or(Code::Unauthenticated)?,
        session: session(&row),
        authenticated_at: Timestamp(row.authenticated_at),
    })
}

/// Refused with `UNAUTHENTICATED` when the session has been ended meanwhile.
pub(crate) async fn require_there(tx: &Tx, id: SessionId) -> Result<()> {
    if Entity::find_by_id(id.0).count(tx.db()).await? == 0 {
        return Err(Code::Unauthenticated.into());
    }
    Ok(())
}

pub(super) async fn delete_one(tx: &Tx, id: SessionId) -> Result<bool> {
    Ok(Entity::delete_by_id(id.0)
        .exec(tx.db())
        .await?
        .rows_affected
        == 1)
}

/// Ends every session of a person.
pub(crate) async fn delete_all(tx: &Tx, user_id: UserId) -> Result<u64> {
    delete(tx, Condition::all().add(Column::UserId.eq(user_id.0))).await
}

/// Ends every session of a person but one.
pub(crate) async fn delete_others(tx: &Tx, user_id: UserId, kept: SessionId) -> Result<u64> {
    let others = Condition::all()
        .add(Column::UserId.eq(user_id.0))
        .add(Column::Id.ne(kept.0));
    delete(tx, others).await
}

/// Those of staff who act as somebody are over at once, and go when their end is written down.
async fn delete(tx: &Tx, which: Condition) -> Result<u64> {
    let over = impersonations::cut_off(tx, which.clone()).await?;
    let done = Entity::delete_many()
        .filter(which)
        .filter(Column::ImpersonatorUserId.is_null())
        .exec(tx.db())
        .await?;
    Ok(over + done.rows_affected)
}

fn live(now: Timestamp) -> Select<Entity> {
    let idle_ends_at = Expr::col(Column::LastSeenAt).add(Expr::col(Column::IdleSeconds).mul(1000));
    Entity::find()
        .filter(Column::ExpiresAt.gt(now.0))
        .filter(idle_ends_at.gt(now.0))
        .filter(impersonations::is_none_or_lasts())
}

/// Whether a session can still be used.
pub(super) async fn is_live(
    db: &impl ConnectionTrait,
    id: SessionId,
    now: Timestamp,
) -> Result<bool> {
    Ok(live(now).filter(Column::Id.eq(id.0)).count(db).await? > 0)
}

/// A page of the live sessions of a person.
pub(super) async fn page_own(
    db: &impl ConnectionTrait,
    (user_id, own): (UserId, SessionId),
    now: Timestamp,
    window: &Window,
) -> Result<Vec<OwnSession>> {
    let select = live(now).filter(Column::UserId.eq(user_id.0));
    let rows = window.restrict(select, Column::Id).all(db).await?;
    let names = impersonations::names(db, &rows).await?;
    let told = |row: Model| {
        Some(OwnSession {
            impersonator: row
                .impersonator_user_id
                .map(|id| names.get(&id).cloned().unwrap_or_default()),
            is_current: row.id == own.0,
            is_program: Kind::of(&row.kind)?.client() == Client::Program,
            device: match row.impersonator_user_id {
                None => describe_user_agent(&row.user_agent),
                Some(_) => "A browser of staff".to_owned(),
            },
            method: Method::of(&row.method)?,
            second_step: SecondStep::of(&row.second_factor)?,
            created_at: Timestamp(row.created_at),
            last_seen_at: Timestamp(row.last_seen_at),
            expires_at: Timestamp(row.expires_at),
            id: SessionId(row.id),
            ip: row.ip,
        })
    };
    Ok(rows.into_iter().filter_map(told).collect())
}

pub(super) async fn count_own(
    db: &impl ConnectionTrait,
    user_id: UserId,
    now: Timestamp,
) -> Result<u64> {
    Ok(live(now)
        .filter(Column::UserId.eq(user_id.0))
        .count(db)
        .await?)
}

/// How many live sessions each of some people has.
pub(crate) async fn count_each(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    now: Timestamp,
) -> Result<HashMap<Uuid, u64>> {
    counting::each(db, live(now), Column::UserId, ids).await
}

/// How many live sessions there are of all people.
pub(crate) async fn count_live(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    Ok(live(now).count(db).await?)
}

/// Ends one session of a person; `false` when it is none of theirs.
pub(super) async fn delete_own(tx: &Tx, user_id: UserId, id: SessionId) -> Result<bool> {
    let done = Entity::delete_many()
        .filter(Column::Id.eq(id.0))
        .filter(Column::UserId.eq(user_id.0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn count_others(
    db: &impl ConnectionTrait,
    user_id: UserId,
    own: SessionId,
    now: Timestamp,
) -> Result<u64> {
    Ok(live(now)
        .filter(Column::UserId.eq(user_id.0))
        .filter(Column::Id.ne(own.0))
        .count(db)
        .await?)
}

/// Deletes the sessions that have ended; gives how many.
pub(super) async fn sweep(tx: &Tx, now: Timestamp, most: u64) -> Result<u64> {
    let idle_ends_at = Expr::col(Column::LastSeenAt).add(Expr::col(Column::IdleSeconds).mul(1000));
    let ended = Condition::any()
        .add(Column::ExpiresAt.lte(now.0))
        .add(idle_ends_at.lte(now.0));
    let own = Condition::all()
        .add(Column::ImpersonatorUserId.is_null())
        .add(ended);
    delete_some::<Entity>(tx, Column::Id, own, most).await
}
