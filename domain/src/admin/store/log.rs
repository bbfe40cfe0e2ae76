//! The table `audit_events`, as the console reads it.

use std::collections::HashMap;

use contract::{ApiKeyId, Timestamp, UserId, admin::LogRow};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    admin::log::Subject,
    entities::{
        audit_event::{Column, Entity, Model},
        user,
    },
    error::Result,
    paging::Window,
};

fn about(subject: Subject) -> Select<Entity> {
    let select = Entity::find();
    match subject {
        Subject::User(id) => select.filter(Column::SubjectId.eq(id.0)),
        Subject::Organization(id) => select.filter(Column::OrganizationId.eq(id.0)),
        Subject::ApiKey(id) => select.filter(Column::SubjectId.eq(id.0)),
    }
}

/// A page of entries, each with its id.
pub(in crate::admin) async fn page(
    db: &impl ConnectionTrait,
    subject: Subject,
    window: &Window,
) -> Result<Vec<(Uuid, LogRow)>> {
    let rows = window.restrict(about(subject), Column::Id).all(db).await?;
    let names = names(db, &rows).await?;
    let told = |row: Model| {
        let name = |id: Option<Uuid>| {
            id.and_then(|id| names.get(&id).cloned())
                .unwrap_or_default()
        };
        let (actor, impersonator) = (name(row.actor_id), name(row.impersonator_id));
        (row.id, told(row, actor, impersonator))
    };
    Ok(rows.into_iter().map(told).collect())
}

pub(in crate::admin) async fn count(db: &impl ConnectionTrait, subject: Subject) -> Result<u64> {
    Ok(about(subject).count(db).await?)
}

fn told(row: Model, actor_name: String, impersonator_name: String) -> LogRow {
    LogRow {
        at: Timestamp(row.at),
        actor_id: row.actor_id.map(|id| match row.actor_kind.as_str() {
            "api_key" => ApiKeyId(id).to_string(),
            _ => UserId(id).to_string(),
        }),
        actor_name,
        impersonator_id: row.impersonator_id.map(|id| UserId(id).to_string()),
        impersonator_name,
        actor_kind: row.actor_kind,
        face: row.face,
        action: row.action,
        reason: row.after.as_deref().map(reason).unwrap_or_default(),
        before: row.before,
        after: row.after,
        ip: row.ip,
        trace_id: row.trace_id,
    }
}

fn reason(after: &str) -> String {
    let value: Value = serde_json::from_str(after).unwrap_or_default();
    value["reason"].as_str().unwrap_or_default().to_owned()
}

/// How the people are called who did something.
async fn names(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashMap<Uuid, String>> {
    let ids = rows
        .iter()
        .filter(|row| row.actor_kind == "user")
        .flat_map(|row| [row.actor_id, row.impersonator_id])
        .flatten();
    let people: Vec<(Uuid, String, String)> = user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .select_only()
        .columns([user::Column::Id, user::Column::Name, user::Column::Username])
        .into_tuple()
        .all(db)
        .await?;
    let named = |(id, name, username): (Uuid, String, String)| {
        (id, if name.is_empty() { username } else { name })
    };
    Ok(people.into_iter().map(named).collect())
}
