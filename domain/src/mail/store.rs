//! The table `mails`.

use contract::{EmailAddress, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Letter;
use crate::{
    Ctx,
    context::Tx,
    entities::mail::{ActiveModel, Column, Entity, Model},
    error::{Error, Result},
};

const QUEUED: &str = "queued";
const SENT: &str = "sent";
const DEAD: &str = "dead";

/// What the seal is bound to.
const SEAL: &str = "mail";

/// Longest error text that is kept.
const LONGEST_ERROR: usize = 500;

#[derive(Serialize, Deserialize)]
struct Envelope {
    to: EmailAddress,
    letter: Letter,
}

/// A letter that is to be sent now.
pub(super) struct Due {
    pub(super) id: Uuid,
    pub(super) template: String,
    pub(super) attempts: u32,
    sealed: Vec<u8>,
}

/// A letter as an operator sees it.
#[derive(Clone, Debug)]
pub struct QueuedMail {
    pub id: String,
    pub template: String,
    pub recipient: String,
    pub status: String,
    pub attempts: u32,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub next_attempt_at: Timestamp,
}

/// Letters by state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub queued: u64,
    pub dead: u64,
}

pub(super) async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    to: &EmailAddress,
    letter: &Letter,
    at: Timestamp,
) -> Result<()> {
    let envelope = Envelope {
        to: to.clone(),
        letter: letter.clone(),
    };
    let plain = serde_json::to_vec(&envelope)
        .map_err(|source| Error::internal("writing a letter", source))?;
    let now = ctx.now().0;
    let row = ActiveModel {
        id: Set(ctx.new_id()),
        template: Set(letter.template.clone()),
        recipient: Set(to.to_string()),
        status: Set(QUEUED.to_owned()),
        sealed: Set(Some(ctx.sealer().seal(ctx.random(), SEAL, &plain))),
        attempts: Set(0),
        last_error: Set(None),
        created_at: Set(now),
        next_attempt_at: Set(at.0),
        claimed_until_at: Set(None),
        finished_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

pub(super) fn open(ctx: &Ctx, mail: &Due) -> Option<(EmailAddress, Letter)> {
    let plain = ctx.sealer().open(SEAL, &mail.sealed)?;
    let Envelope { to, letter } = serde_json::from_slice(&plain).ok()?;
    Some((to, letter))
}

fn is_unclaimed(now: Timestamp) -> Condition {
    Condition::any()
        .add(Column::ClaimedUntilAt.is_null())
        .add(Column::ClaimedUntilAt.lte(now.0))
}

pub(super) async fn list_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    most: u64,
) -> Result<Vec<Due>> {
    let rows = Entity::find()
        .filter(Column::Status.eq(QUEUED))
        .filter(Column::NextAttemptAt.lte(now.0))
        .filter(is_unclaimed(now))
        .order_by_asc(Column::NextAttemptAt)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(db)
        .await?;
    let due = |row: Model| Due {
        id: row.id,
        template: row.template,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        sealed: row.sealed.unwrap_or_default(),
    };
    Ok(rows.into_iter().map(due).collect())
}

/// Takes a letter for this process; `false` when another was quicker.
pub(super) async fn claim(tx: &Tx, id: Uuid, now: Timestamp, until: Timestamp) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::ClaimedUntilAt, Expr::value(until.0))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(QUEUED))
        .filter(is_unclaimed(now))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

async fn update(tx: &Tx, id: Uuid, values: Vec<(Column, SimpleExpr)>) -> Result<()> {
    let mut update = Entity::update_many().filter(Column::Id.eq(id));
    for (column, value) in values {
        update = update.col_expr(column, value);
    }
    update.exec(tx.db()).await?;
    Ok(())
}

pub(super) async fn mark_sent(tx: &Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let values = vec![
        (Column::Status, Expr::value(SENT)),
        (Column::Sealed, Expr::value(None::<Vec<u8>>)),
        (Column::FinishedAt, Expr::value(now.0)),
        (Column::LastError, Expr::value(None::<String>)),
    ];
    update(tx, id, values).await
}

fn shorten(message: &str) -> String {
    message.chars().take(LONGEST_ERROR).collect()
}

pub(super) async fn mark_failed(tx: &Tx, id: Uuid, next: Timestamp, message: &str) -> Result<()> {
    use sea_orm::ExprTrait;
    let values = vec![
        (Column::Attempts, Expr::col(Column::Attempts).add(1)),
        (Column::NextAttemptAt, Expr::value(next.0)),
        (Column::ClaimedUntilAt, Expr::value(None::<i64>)),
        (Column::LastError, Expr::value(shorten(message))),
    ];
    update(tx, id, values).await
}

pub(super) async fn mark_dead(tx: &Tx, id: Uuid, now: Timestamp, message: &str) -> Result<()> {
    use sea_orm::ExprTrait;
    let values = vec![
        (Column::Attempts, Expr::col(Column::Attempts).add(1)),
        (Column::Status, Expr::value(DEAD)),
        (Column::FinishedAt, Expr::value(now.0)),
        (Column::LastError, Expr::value(shorten(message))),
    ];
    update(tx, id, values).await
}

pub(super) async fn requeue_dead(tx: &Tx, now: Timestamp) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(Column::Status, Expr::value(QUEUED))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::NextAttemptAt, Expr::value(now.0))
        .col_expr(Column::ClaimedUntilAt, Expr::value(None::<i64>))
        .col_expr(Column::FinishedAt, Expr::value(None::<i64>))
        .filter(Column::Status.eq(DEAD))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

pub(super) async fn counts(db: &impl ConnectionTrait) -> Result<Counts> {
    let queued = Entity::find()
        .filter(Column::Status.eq(QUEUED))
        .count(db)
        .await?;
    let dead = Entity::find()
        .filter(Column::Status.eq(DEAD))
        .count(db)
        .await?;
    Ok(Counts { queued, dead })
}

pub(super) async fn list_unsent(db: &impl ConnectionTrait, most: u64) -> Result<Vec<QueuedMail>> {
    let rows = Entity::find()
        .filter(Column::Status.ne(SENT))
        .order_by_desc(Column::CreatedAt)
        .limit(most)
        .all(db)
        .await?;
    let mail = |row: Model| QueuedMail {
        id: row.id.to_string(),
        template: row.template,
        recipient: row.recipient,
        status: row.status,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        last_error: row.last_error,
        created_at: Timestamp(row.created_at),
        next_attempt_at: Timestamp(row.next_attempt_at),
    };
    Ok(rows.into_iter().map(mail).collect())
}

/// Deletes the traces of letters that were sent, or given up, before a moment; gives how many.
pub(crate) async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::Status.is_in([SENT, DEAD]))
        .filter(Column::FinishedAt.lt(before.0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// Deletes the letters to an address up to a moment, sent or not; `key` is the address as it is compared.
pub(crate) async fn forget(tx: &Tx, key: &str, until: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Func::lower(Expr::col(Column::Recipient)).eq(key))
        .filter(Column::CreatedAt.lte(until.0))
        .exec(tx.db())
        .await?;
    Ok(())
}
