//! The table `audit_events`.

use contract::{Timestamp, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use uuid::Uuid;

use super::{Event, Subject};
use crate::{
    Actor, Ctx,
    context::Tx,
    entities::audit_event::{ActiveModel, Column, Entity},
    error::Result,
};

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor_id: Option<UserId>,
    pub face: String,
    pub action: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

pub(super) async fn insert(tx: &Tx, ctx: &Ctx, actor: &Actor, event: Event) -> Result<()> {
    let origin = ctx.origin();
    let (actor_kind, actor_id) = match actor {
        Actor::Anonymous => ("anonymous", None),
        Actor::User(user) => ("user", Some(user.user_id.0)),
        Actor::Key(key) => ("api_key", Some(key.key_id.0)),
        Actor::Service => ("service", None),
        Actor::Operator => ("operator", None),
    };
    let (subject_kind, subject_id) = match event.subject {
        Subject::User(id) => ("user", id.0),
        Subject::Organization(id) => ("organization", id.0),
        Subject::Invitation(id) => ("invitation", id.0),
        Subject::ApiKey(id) => ("api_key", id.0),
        Subject::Installation => ("installation", Uuid::nil()),
    };
    let row = ActiveModel {
        id: Set(ctx.new_id()),
        at: Set(ctx.now().0),
        organization_id: Set(event.organization.map(|id| id.0)),
        actor_kind: Set(actor_kind.to_owned()),
        actor_id: Set(actor_id),
        face: Set(origin.face.as_str().to_owned()),
        action: Set(event.action.to_owned()),
        subject_kind: Set(subject_kind.to_owned()),
        subject_id: Set(subject_id),
        before: Set(event.before.map(|value| value.to_string())),
        after: Set(event.after.map(|value| value.to_string())),
        ip: Set(origin.ip.map(|ip| ip.to_string())),
        trace_id: Set(origin.trace_id.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// What was done to a person's account, oldest first; for operators.
pub async fn of_subject(ctx: &Ctx, actor: &Actor, user_id: UserId) -> Result<Vec<Entry>> {
    actor.operator()?;
    let rows = Entity::find()
        .filter(Column::SubjectId.eq(user_id.0))
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .all(ctx.read())
        .await?;
    let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    Ok(rows
        .into_iter()
        .map(|row| Entry {
            at: Timestamp(row.at),
            actor_id: row
                .actor_id
                .filter(|_| row.actor_kind == "user")
                .map(UserId),
            actor_kind: row.actor_kind,
            face: row.face,
            action: row.action,
            before: json(row.before),
            after: json(row.after),
        })
        .collect())
}
