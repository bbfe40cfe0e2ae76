//! The tables `audit_events` and `audit_heads`.

mod ends;
mod lists;
mod names;
mod walk;

use contract::{OrganizationId, Timestamp, UserId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use serde_json::Value;
use uuid::Uuid;

use super::{Event, Subject, chain::Fixed};
use crate::{
    Actor, Ctx, admin,
    context::Tx,
    entities::{
        audit_event::{ActiveModel, Column, Entity, Model},
        audit_head,
    },
    error::Result,
    search,
};

pub(super) use ends::{append, begin};
pub(super) use lists::{Within, actors, count, count_many, get, list, list_many, older};
pub(super) use names::{Names, Unnamed, names};
pub(super) use walk::{
    End, Step, count_under, end_of, ends, headless, robbed, steps, strays, unbegun,
};

/// An entry that waits for its place.
#[derive(Debug)]
pub(crate) struct Draft(Model);

/// One line about somebody, with nothing resolved.
#[derive(Clone, Debug)]
pub struct Line {
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor_id: Option<UserId>,
    pub face: String,
    pub action: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// An entry as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) at: i64,
    pub(super) organization_id: Option<Uuid>,
    pub(super) actor_kind: String,
    pub(super) actor_id: Option<Uuid>,
    pub(super) impersonator_id: Option<Uuid>,
    pub(super) face: String,
    pub(super) action: String,
    pub(super) subject_kind: String,
    pub(super) subject_id: Uuid,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    pub(super) ip: Option<String>,
    pub(super) trace_id: String,
    pub(super) seq: Option<i64>,
    /// A part of it went when a person was erased.
    pub(super) is_erased: bool,
}

impl From<Model> for Row {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            at: row.at,
            organization_id: row.organization_id,
            is_erased: row.seq.is_some() && (row.facts_salt.is_none() || row.ip_salt.is_none()),
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            impersonator_id: row.impersonator_id,
            face: row.face,
            action: row.action,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            before: json(row.before),
            after: json(row.after),
            ip: row.ip,
            trace_id: row.trace_id,
            seq: row.seq,
        }
    }
}

fn json(text: Option<String>) -> Option<Value> {
    text.and_then(|text| serde_json::from_str(&text).ok())
}

/// What of a row the chain holds as it is.
fn fixed(row: &Model, organization: Uuid) -> Fixed<'_> {
    Fixed {
        organization,
        id: row.id,
        at: row.at,
        actor_kind: &row.actor_kind,
        actor_id: row.actor_id,
        impersonator_id: row.impersonator_id,
        face: &row.face,
        action: &row.action,
        subject_kind: &row.subject_kind,
        subject_id: row.subject_id,
        trace_id: &row.trace_id,
    }
}

pub(super) fn draft(ctx: &Ctx, actor: &Actor, event: Event) -> Draft {
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
    Draft(Model {
        id: ctx.new_id(),
        at: ctx.now().0,
        organization_id: event.organization.map(|id| id.0),
        actor_kind: actor_kind.to_owned(),
        actor_id,
        impersonator_id: actor.impersonator().map(|by| by.user_id.0),
        face: origin.face.as_str().to_owned(),
        action: event.action.to_owned(),
        subject_kind: subject_kind.to_owned(),
        subject_id,
        before: event.before.map(|value| value.to_string()),
        after: event.after.map(|value| value.to_string()),
        ip: origin.ip.map(|ip| ip.to_string()),
        trace_id: origin.trace_id.clone(),
        seq: None,
        facts_salt: None,
        facts_digest: None,
        ip_salt: None,
        ip_digest: None,
        chain_key: None,
        chain_hash: None,
    })
}

/// Writes an entry that stands in no chain.
pub(super) async fn insert(tx: &Tx, Draft(row): Draft) -> Result<()> {
    Entity::insert(active(row))
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

fn active(row: Model) -> ActiveModel {
    row.into_active_model()
}

/// What was done to a person's account, oldest first; for operators and staff.
pub async fn of_subject(ctx: &Ctx, actor: &Actor, user_id: UserId) -> Result<Vec<Line>> {
    admin::look(ctx, actor).await?;
    let rows = Entity::find()
        .filter(Column::SubjectId.eq(user_id.0))
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .all(ctx.read())
        .await?;
    let line = |row: Model| Line {
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
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Whether somebody was made staff since then, as far as the log tells: they may be none any more. Of an account whose owner was
/// erased it does not tell, so that one counts.
pub(crate) async fn was_anybody_made_staff(
    db: &impl ConnectionTrait,
    since: Timestamp,
) -> Result<bool> {
    let as_staff = Condition::any()
        .add(Column::After.is_null())
        .add(Expr::col((Entity, Column::After)).like(search::holding(r#""staff":true"#)));
    let made = Condition::any()
        .add(Column::Action.is_in(["user.made_staff", "user.staff_set"]))
        .add(
            Condition::all()
                .add(Column::Action.eq("user.created"))
                .add(as_staff),
        );
    let found = Entity::find()
        .filter(Column::SubjectKind.eq("user"))
        .filter(Column::At.gte(since.0))
        .filter(made)
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Takes some entries of an organization that is purged out of their chain; gives how many.
pub(super) async fn unchain_some(tx: &Tx, id: OrganizationId, most: u64) -> Result<u64> {
    let some = Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .filter(Column::Seq.is_not_null())
        .select_only()
        .column(Column::Id)
        .limit(most)
        .into_query();
    let none = || Expr::value(None::<Vec<u8>>);
    let done = Entity::update_many()
        .col_expr(Column::Seq, Expr::value(None::<i64>))
        .col_expr(Column::FactsSalt, none())
        .col_expr(Column::FactsDigest, none())
        .col_expr(Column::IpSalt, none())
        .col_expr(Column::IpDigest, none())
        .col_expr(Column::ChainKey, Expr::value(None::<String>))
        .col_expr(Column::ChainHash, none())
        .filter(Column::Id.in_subquery(some))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// Deletes the head of a chain.
pub(super) async fn delete_head(tx: &Tx, id: OrganizationId) -> Result<()> {
    audit_head::Entity::delete_by_id(id.0).exec(tx.db()).await?;
    Ok(())
}

/// The largest place that is taken in a chain; 0 where none is.
async fn last_place(db: &impl ConnectionTrait, organization: Uuid) -> Result<i64> {
    let last: Option<Option<i64>> = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .select_only()
        .expr_as(Expr::col((Entity, Column::Seq)).max(), "last")
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.flatten().unwrap_or_default())
}
