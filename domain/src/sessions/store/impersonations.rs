//! Sessions in which staff act as somebody else: rows of the table `sessions` too, which name staff and their own session.

use std::collections::HashMap;

use contract::{
    Code, SessionId, Timestamp, UserId,
    sessions::{Impersonation, Session},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QuerySelect, TryIntoModel, sea_query::Expr,
};
use uuid::Uuid;

use super::session;
use crate::{
    Ctx,
    actor::{Impersonator, SignedIn},
    context::Tx,
    entities::{
        session::{ActiveModel, Column, Entity, Model},
        user,
    },
    error::Result,
    secret::SecretHash,
    sessions::{FRESH_SECONDS, IMPERSONATION_SECONDS, Kind},
};

/// An impersonation whose end is to be written down.
#[derive(Clone, Copy, Debug)]
pub(in crate::sessions) struct Over {
    pub(in crate::sessions) session_id: SessionId,
    pub(in crate::sessions) user_id: UserId,
    pub(in crate::sessions) operator_id: UserId,
    pub(in crate::sessions) expires_at: Timestamp,
}

fn over(row: &Model) -> Option<Over> {
    Some(Over {
        session_id: SessionId(row.id),
        user_id: UserId(row.user_id),
        operator_id: UserId(row.impersonator_user_id?),
        expires_at: Timestamp(row.expires_at),
    })
}

/// Lasts for its hour, and no longer than the session that it comes from. Refused with `UNAUTHENTICATED` when that has ended.
pub(in crate::sessions) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    operator: &SignedIn,
    hash: &SecretHash,
) -> Result<Session> {
    let own = Entity::find_by_id(operator.session_id.0)
        .one(tx.db())
        .await?
        .ok_or(Code::Unauthenticated)?;
    let now = ctx.now();
    let until = now.plus_seconds(IMPERSONATION_SECONDS);
    let row = ActiveModel {
        id: Set(ctx.new_id()),
        user_id: Set(user_id.0),
        token_hash: Set(hash.0.clone()),
        kind: Set(Kind::Browser.as_str().to_owned()),
        method: Set(own.method),
        second_factor: Set(own.second_factor),
        // The person sees their sessions, and not where staff are, nor with what. The log has it.
        ip: Set(String::new()),
        user_agent: Set(String::new()),
        created_at: Set(now.0),
        authenticated_at: Set(now.minus_seconds(FRESH_SECONDS).0),
        last_seen_at: Set(now.0),
        idle_seconds: Set(IMPERSONATION_SECONDS),
        expires_at: Set(until.0.min(own.expires_at)),
        impersonator_user_id: Set(Some(operator.user_id.0)),
        operator_session_id: Set(Some(own.id)),
    };
    let made = session(&row.clone().try_into_model()?);
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(made)
}

/// Who acts in a session; `None` once they are no staff any more, are suspended, or their own session has ended.
pub(in crate::sessions) async fn by(
    db: &impl ConnectionTrait,
    row: &Model,
    operator: Uuid,
) -> Result<Option<(Impersonator, Impersonation)>> {
    let Some(own) = row.operator_session_id else {
        return Ok(None);
    };
    let found = user::Entity::find_by_id(operator).one(db).await?;
    let found =
        found.filter(|found| found.staff_since_at.is_some() && found.suspended_at.is_none());
    Ok(found.map(|found| {
        let impersonator = Impersonator {
            user_id: UserId(operator),
            session_id: SessionId(own),
        };
        let told = Impersonation {
            operator_id: UserId(operator),
            operator: display_name(found.name, found.username),
            until: Timestamp(row.expires_at),
        };
        (impersonator, told)
    }))
}

fn display_name(name: String, username: String) -> String {
    if name.is_empty() { username } else { name }
}

/// What is true of sessions of the person, and of impersonations that nothing has cut off.
pub(super) fn is_none_or_lasts() -> Condition {
    Condition::any()
        .add(Column::ImpersonatorUserId.is_null())
        .add(Column::OperatorSessionId.is_not_null())
}

/// How staff are called who act in these sessions.
pub(super) async fn names(
    db: &impl ConnectionTrait,
    rows: &[Model],
) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = rows
        .iter()
        .filter_map(|row| row.impersonator_user_id)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let people: Vec<(Uuid, String, String)> = user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .select_only()
        .columns([user::Column::Id, user::Column::Name, user::Column::Username])
        .into_tuple()
        .all(db)
        .await?;
    let named = |(id, name, username)| (id, display_name(name, username));
    Ok(people.into_iter().map(named).collect())
}

/// Who acts in this session.
pub(in crate::sessions) async fn told(
    db: &impl ConnectionTrait,
    id: SessionId,
) -> Result<Option<Impersonation>> {
    let Some(row) = Entity::find_by_id(id.0).one(db).await? else {
        return Ok(None);
    };
    let Some(operator) = row.impersonator_user_id else {
        return Ok(None);
    };
    let found = by(db, &row, operator).await?;
    Ok(found.map(|(_, told)| told))
}

/// Ends at once what somebody does as others, and what others do as them.
pub(crate) async fn cut_off_all(tx: &Tx, id: UserId) -> Result<()> {
    let theirs = Condition::any()
        .add(Column::ImpersonatorUserId.eq(id.0))
        .add(Column::UserId.eq(id.0));
    cut_off(tx, theirs).await?;
    Ok(())
}

/// Ends some of them at once; the rows wait for [`find_over`]. Gives how many.
pub(in crate::sessions) async fn cut_off(tx: &Tx, which: Condition) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(Column::OperatorSessionId, Expr::value(None::<Uuid>))
        .filter(which)
        .filter(Column::ImpersonatorUserId.is_not_null())
        .filter(Column::OperatorSessionId.is_not_null())
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// The impersonation that a session of a person is.
pub(in crate::sessions) async fn find(
    db: &impl ConnectionTrait,
    user_id: UserId,
    id: SessionId,
) -> Result<Option<Over>> {
    let row = Entity::find_by_id(id.0)
        .filter(Column::UserId.eq(user_id.0))
        .one(db)
        .await?;
    Ok(row.as_ref().and_then(over))
}

/// Some that have ended, by their time or otherwise.
pub(in crate::sessions) async fn find_over(
    db: &impl ConnectionTrait,
    now: Timestamp,
    most: u64,
) -> Result<Vec<Over>> {
    let has_ended = Condition::any()
        .add(Column::ExpiresAt.lte(now.0))
        .add(Column::OperatorSessionId.is_null());
    let rows = Entity::find()
        .filter(Column::ImpersonatorUserId.is_not_null())
        .filter(has_ended)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.iter().filter_map(over).collect())
}
