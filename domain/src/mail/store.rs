//! The table `mails`.

use contract::{
    EmailAddress, MailId, Timestamp,
    admin::{MailCounts, MailStatus, QueuedMail, ValidMailFilter},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Letter;
use crate::{
    Ctx,
    context::{Tx, delete_some},
    entities::mail::{ActiveModel, Column, Entity, Model},
    error::{Error, Result},
    paging::Window,
    search,
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

/// Letters that have failed and that nobody is sending: given up, or waiting for another try.
fn failed(now: Timestamp) -> Condition {
    let waiting = Condition::all()
        .add(Column::Status.eq(QUEUED))
        .add(Column::Attempts.gt(0))
        .add(is_unclaimed(now));
    Condition::any().add(Column::Status.eq(DEAD)).add(waiting)
}

pub(super) async fn count_failed(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    Ok(Entity::find().filter(failed(now)).count(db).await?)
}

/// Makes letters that have failed due now, as if they were new: one, or all.
pub(super) async fn requeue(tx: &Tx, id: Option<MailId>, now: Timestamp) -> Result<u64> {
    let mut update = Entity::update_many()
        .col_expr(Column::Status, Expr::value(QUEUED))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::NextAttemptAt, Expr::value(now.0))
        .col_expr(Column::ClaimedUntilAt, Expr::value(None::<i64>))
        .col_expr(Column::FinishedAt, Expr::value(None::<i64>))
        .filter(failed(now));
    if let Some(id) = id {
        update = update.filter(Column::Id.eq(id.0));
    }
    Ok(update.exec(tx.db()).await?.rows_affected)
}

pub(super) async fn counts(db: &impl ConnectionTrait) -> Result<MailCounts> {
    let queued = Entity::find()
        .filter(Column::Status.eq(QUEUED))
        .count(db)
        .await?;
    let dead = Entity::find()
        .filter(Column::Status.eq(DEAD))
        .count(db)
        .await?;
    Ok(MailCounts { queued, dead })
}

/// When the oldest letter was queued that still is.
pub(super) async fn oldest_queued_at(db: &impl ConnectionTrait) -> Result<Option<Timestamp>> {
    let oldest: Option<Option<i64>> = Entity::find()
        .filter(Column::Status.eq(QUEUED))
        .select_only()
        .column_as(Column::CreatedAt.min(), "oldest")
        .into_tuple()
        .one(db)
        .await?;
    Ok(oldest.flatten().map(Timestamp))
}

pub(super) async fn list_unsent(db: &impl ConnectionTrait, most: u64) -> Result<Vec<QueuedMail>> {
    let rows = unsent()
        .order_by_desc(Column::CreatedAt)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(told).collect())
}

fn unsent() -> Select<Entity> {
    Entity::find().filter(Column::Status.is_in([QUEUED, DEAD]))
}

fn told(row: Model) -> Option<QueuedMail> {
    Some(QueuedMail {
        id: MailId(row.id),
        template: row.template,
        recipient: row.recipient,
        status: MailStatus::parse(&row.status)?,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        last_error: row.last_error,
        created_at: Timestamp(row.created_at),
        next_attempt_at: Timestamp(row.next_attempt_at),
    })
}

fn matching(filter: &ValidMailFilter) -> Select<Entity> {
    let mut select = unsent();
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status.as_str()));
    }
    if filter.search.is_empty() {
        return select;
    }
    // Addresses are of ASCII alone, so every database makes them small in the same way.
    let recipient = Func::lower(Expr::col((Entity, Column::Recipient)));
    select.filter(recipient.like(search::holding(&filter.search)))
}

/// A page of the letters that were not sent.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    filter: &ValidMailFilter,
    window: &Window,
) -> Result<Vec<QueuedMail>> {
    let rows = window
        .restrict(matching(filter), Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(told).collect())
}

pub(super) async fn count(db: &impl ConnectionTrait, filter: &ValidMailFilter) -> Result<u64> {
    Ok(matching(filter).count(db).await?)
}

/// A letter that was not sent.
pub(super) async fn find(db: &impl ConnectionTrait, id: MailId) -> Result<Option<QueuedMail>> {
    let row = Entity::find_by_id(id.0).one(db).await?;
    Ok(row.and_then(told))
}

/// Deletes a letter that nobody is sending; `false` when that is not so any more.
pub(super) async fn discard(tx: &Tx, id: MailId, now: Timestamp) -> Result<bool> {
    let done = Entity::delete_many()
        .filter(Column::Id.eq(id.0))
        .filter(Column::Status.is_in([QUEUED, DEAD]))
        .filter(is_unclaimed(now).add(Column::Status.eq(DEAD)))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

/// What is sealed of letters that wait, after this one, in the order of their ids.
pub(super) async fn sealed_after(
    db: &impl ConnectionTrait,
    last: Option<Uuid>,
    most: u64,
) -> Result<Vec<(Uuid, Vec<u8>)>> {
    let mut select = Entity::find().filter(Column::Sealed.is_not_null());
    if let Some(last) = last {
        select = select.filter(Column::Id.gt(last));
    }
    let rows = select.order_by_asc(Column::Id).limit(most).all(db).await?;
    let sealed = |row: Model| Some((row.id, row.sealed?));
    Ok(rows.into_iter().filter_map(sealed).collect())
}

/// The same letter under the present key; `None` where it is that already.
pub(super) fn renewed(ctx: &Ctx, sealed: &[u8]) -> Option<Vec<u8>> {
    ctx.sealer().renewed(ctx.random(), SEAL, sealed)
}

/// Nothing is changed of a letter that was sent meanwhile.
pub(super) async fn replace_sealed(tx: &Tx, id: Uuid, after: Vec<u8>) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(Column::Sealed, Expr::value(after))
        .filter(Column::Id.eq(id))
        .filter(Column::Sealed.is_not_null())
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// Brings back what a clock that was ahead has put off: letters of the future, tries beyond the longest wait, and what was claimed
/// for longer than anybody sends.
pub(super) async fn mend(tx: &Tx, now: Timestamp, longest: Longest) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::CreatedAt, Expr::value(now.0))
        .col_expr(Column::NextAttemptAt, Expr::value(now.0))
        .filter(Column::Status.eq(QUEUED))
        .filter(Column::CreatedAt.gt(longest.created.0))
        .exec(tx.db())
        .await?;
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(now.0))
        .filter(Column::Status.eq(QUEUED))
        .filter(Column::Attempts.gt(0))
        .filter(Column::NextAttemptAt.gt(longest.tried.0))
        .exec(tx.db())
        .await?;
    Entity::update_many()
        .col_expr(Column::ClaimedUntilAt, Expr::value(None::<i64>))
        .filter(Column::Status.eq(QUEUED))
        .filter(Column::ClaimedUntilAt.gt(longest.claimed.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Moments that lie no further ahead while clocks are right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Longest {
    pub(super) created: Timestamp,
    pub(super) tried: Timestamp,
    pub(super) claimed: Timestamp,
}

/// Deletes some traces of letters that were sent, or given up, before a moment; gives how many.
pub(super) async fn sweep(tx: &Tx, before: Timestamp, most: u64) -> Result<u64> {
    let over = Condition::all()
        .add(Column::Status.is_in([SENT, DEAD]))
        .add(Column::FinishedAt.lt(before.0));
    delete_some::<Entity>(tx, Column::Id, over, most).await
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
