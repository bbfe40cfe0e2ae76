//! The table `invitations`.

mod lists;
mod waiting;

use std::collections::{HashMap, HashSet};

use contract::{
    EmailAddress, InvitationId, OrganizationId, Role, Timestamp, UserId,
    invitations::InvitationStatus,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{Offer, Shown};
use crate::{
    Ctx,
    context::{self, Tx},
    entities::{
        invitation::{ActiveModel, Column, Entity, Model},
        organization, user,
    },
    error::Result,
    secret::SecretHash,
};

pub(super) use lists::{count_many, get, list, list_many};
pub(crate) use waiting::{count_all_pending, count_pending_each};
pub(super) use waiting::{count_open, count_pending, find_open, open_for, page_open};

/// An invitation that is about to be made.
pub(super) struct NewInvitation<'a> {
    pub(super) organization_id: OrganizationId,
    pub(super) email: &'a EmailAddress,
    pub(super) role: Role,
    pub(super) message: &'a str,
    pub(super) invited_by: UserId,
    pub(super) expires_at: Timestamp,
    pub(super) token_hash: SecretHash,
}

/// What keeps an address from being invited twice.
pub(crate) fn open_key(organization: OrganizationId, email_key: &str) -> String {
    format!("{}:{email_key}", organization.0.simple())
}

fn status(row: &Model, now: Timestamp) -> InvitationStatus {
    if row.accepted_at.is_some() {
        InvitationStatus::Accepted
    } else if row.declined_at.is_some() {
        InvitationStatus::Declined
    } else if row.revoked_at.is_some() {
        InvitationStatus::Revoked
    } else if row.expires_at <= now.0 {
        InvitationStatus::Expired
    } else {
        InvitationStatus::Pending
    }
}

fn offer(row: Model, now: Timestamp) -> Offer {
    Offer {
        status: status(&row, now),
        id: InvitationId(row.id),
        organization_id: OrganizationId(row.organization_id),
        email: row.email,
        email_key: row.email_key,
        role: Role::parse(&row.role).unwrap_or_default(),
        message: row.message,
        invited_by: row.invited_by.map(UserId),
        expires_at: Timestamp(row.expires_at),
    }
}

fn display_name(person: Option<user::Model>) -> String {
    person
        .map(|person| {
            if person.name.is_empty() {
                person.username
            } else {
                person.name
            }
        })
        .unwrap_or_default()
}

pub(super) async fn insert(tx: &Tx, ctx: &Ctx, new: NewInvitation<'_>) -> Result<InvitationId> {
    let (id, now, email_key) = (ctx.new_id(), ctx.now().0, new.email.key());
    let row = ActiveModel {
        id: Set(id),
        organization_id: Set(new.organization_id.0),
        email: Set(new.email.to_string()),
        open_key: Set(Some(open_key(new.organization_id, &email_key))),
        email_key: Set(email_key),
        role: Set(new.role.as_str().to_owned()),
        message: Set(new.message.to_owned()),
        token_hash: Set(new.token_hash.0),
        link_hash: Set(None),
        invited_by: Set(Some(new.invited_by.0)),
        created_at: Set(now),
        sent_at: Set(now),
        expires_at: Set(new.expires_at.0),
        accepted_at: Set(None),
        declined_at: Set(None),
        revoked_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(InvitationId(id))
}

/// The invitation of this address that is not answered yet, expired or not.
pub(super) async fn find_unsettled(
    tx: &Tx,
    now: Timestamp,
    organization: OrganizationId,
    email_key: &str,
) -> Result<Option<Offer>> {
    let row = Entity::find()
        .filter(Column::OpenKey.eq(open_key(organization, email_key)))
        .one(tx.db())
        .await?;
    Ok(row.map(|row| offer(row, now)))
}

/// Makes room for a new invitation to the address of an expired one.
pub(super) async fn close(tx: &Tx, id: InvitationId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::OpenKey, Expr::value(None::<String>))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    now: Timestamp,
    id: InvitationId,
) -> Result<Option<Offer>> {
    let row = Entity::find_by_id(id.0).one(db).await?;
    Ok(row.map(|row| offer(row, now)))
}

pub(super) async fn find_shown(
    db: &impl ConnectionTrait,
    now: Timestamp,
    hash: &SecretHash,
) -> Result<Option<Shown>> {
    let by_either = Column::TokenHash
        .eq(hash.0.clone())
        .or(Column::LinkHash.eq(hash.0.clone()));
    let row = Entity::find().filter(by_either).one(db).await?;
    Ok(row.map(|row| Shown {
        proves_address: row.token_hash == hash.0,
        offer: offer(row, now),
    }))
}

/// How an invitation is settled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Accepted,
    Declined,
    Revoked,
}

/// Settles an invitation that waits for an answer; of two at once, one is told no.
pub(super) async fn settle(
    tx: &Tx,
    id: InvitationId,
    answer: Answer,
    now: Timestamp,
) -> Result<bool> {
    let column = match answer {
        Answer::Accepted => Column::AcceptedAt,
        Answer::Declined => Column::DeclinedAt,
        Answer::Revoked => Column::RevokedAt,
    };
    let done = Entity::update_many()
        .col_expr(column, Expr::value(now.0))
        .col_expr(Column::OpenKey, Expr::value(None::<String>))
        .filter(Column::Id.eq(id.0))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::DeclinedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn revoke_open(tx: &Tx, id: OrganizationId, now: Timestamp) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .col_expr(Column::OpenKey, Expr::value(None::<String>))
        .filter(Column::OrganizationId.eq(id.0))
        .filter(Column::OpenKey.is_not_null())
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// An invitation that is sent once more.
pub(super) struct Renewed {
    pub(super) invited_by: UserId,
    pub(super) token_hash: SecretHash,
    pub(super) sent_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Opens an invitation anew, for a letter with a new secret; every older one dies.
pub(super) async fn renew(tx: &Tx, offer: &Offer, renewed: Renewed) -> Result<()> {
    let open_key = open_key(offer.organization_id, &offer.email_key);
    Entity::update_many()
        .col_expr(Column::OpenKey, Expr::value(open_key))
        .col_expr(Column::TokenHash, Expr::value(renewed.token_hash.0))
        .col_expr(Column::LinkHash, Expr::value(None::<Vec<u8>>))
        .col_expr(Column::InvitedBy, Expr::value(renewed.invited_by.0))
        .col_expr(Column::SentAt, Expr::value(renewed.sent_at.0))
        .col_expr(Column::ExpiresAt, Expr::value(renewed.expires_at.0))
        .filter(Column::Id.eq(offer.id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A new secret for a link; the link that was copied before dies, the letter stays good.
pub(super) async fn set_link(tx: &Tx, id: InvitationId, hash: &SecretHash) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LinkHash, Expr::value(hash.0.clone()))
        .filter(Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// People by id, for their names.
async fn people(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, user::Model>> {
    let ids: HashSet<Uuid> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The organization that an invitation is to.
pub(super) async fn organization(
    db: &impl ConnectionTrait,
    id: OrganizationId,
) -> Result<Option<organization::Model>> {
    Ok(organization::Entity::find_by_id(id.0).one(db).await?)
}

/// Deletes some invitations of an organization that is purged; gives how many.
pub(crate) async fn delete_some(tx: &Tx, id: OrganizationId, most: u64) -> Result<u64> {
    let some = Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .select_only()
        .column(Column::Id)
        .limit(most)
        .into_query();
    let done = Entity::delete_many()
        .filter(Column::Id.in_subquery(some))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// Deletes some invitations that ended before a moment, however they did; gives how many.
pub(crate) async fn sweep(tx: &Tx, before: Timestamp, most: u64) -> Result<u64> {
    let over = Condition::all().add(Column::ExpiresAt.lt(before.0));
    context::delete_some::<Entity>(tx, Column::Id, over, most).await
}
