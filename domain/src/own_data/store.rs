//! What is held of a person in tables of several slices.

use std::collections::BTreeMap;

use contract::{Timestamp, UserId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    context::Tx,
    entities::{api_key, audit_event, invitation, mail, membership, organization, trusted_browser},
    error::Result,
    links::Purpose,
};

/// Rows of one kind in an export; more than anybody has, but bounded.
const MOST: u64 = 20_000;

/// So long a former address gets letters about the account, in seconds: as long as the change can be undone.
const WRITTEN_TO: i64 = Purpose::UndoEmailChange.lifetime_seconds();

/// Entries of the log that one statement names.
const AT_ONCE: usize = 500;

/// The log keeps what was done and by which id; what it says of a person goes, with the salts of its digests, so that the chain of
/// an organization holds and nobody can find out from it what was said.
pub(super) async fn forget_in_log(tx: &Tx, id: UserId) -> Result<()> {
    use audit_event::{Column, Entity};
    let none = || Expr::value(None::<String>);
    let no_salt = || Expr::value(None::<Vec<u8>>);
    Entity::update_many()
        .col_expr(Column::Before, none())
        .col_expr(Column::After, none())
        .col_expr(Column::FactsSalt, no_salt())
        .filter(Column::SubjectKind.eq("user"))
        .filter(Column::SubjectId.eq(id.0))
        .exec(tx.db())
        .await?;
    Entity::update_many()
        .col_expr(Column::Ip, none())
        .col_expr(Column::IpSalt, no_salt())
        .filter(by_or_about(id).add(Column::ImpersonatorId.eq(id.0)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// What the log tells of invitations to an address up to a moment, also where the invitation went before. Looks at much of the
/// log, so it is asked for before anything is locked.
pub(super) async fn told_of_invitations(
    db: &impl ConnectionTrait,
    held: &Held,
) -> Result<Vec<Uuid>> {
    use audit_event::{Column, Entity};
    let ids = invitation::Entity::find()
        .filter(invitation::Column::EmailKey.eq(&held.key))
        .select_only()
        .column(invitation::Column::Id)
        .into_query();
    let is_told = Func::lower(Expr::col(Column::After)).like(containing(&held.key));
    let found = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::SubjectKind.eq("invitation"))
        .filter(Column::At.lte(held.until.0))
        .filter(Column::SubjectId.in_subquery(ids).or(is_told))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found)
}

/// These entries of the log do not tell an address any more.
pub(super) async fn forget_told(tx: &Tx, entries: &[Uuid]) -> Result<()> {
    use audit_event::{Column, Entity};
    let none = || Expr::value(None::<String>);
    for some in entries.chunks(AT_ONCE) {
        Entity::update_many()
            .col_expr(Column::Before, none())
            .col_expr(Column::After, none())
            .col_expr(Column::FactsSalt, Expr::value(None::<Vec<u8>>))
            .filter(Column::Id.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// Invitations to an address go once they are answered or over; one that is open was sent to whoever reads that mailbox.
pub(super) async fn forget_invitations(tx: &Tx, held: &Held, now: Timestamp) -> Result<()> {
    use invitation::{Column, Entity};
    Entity::delete_many()
        .filter(Column::EmailKey.eq(&held.key))
        .filter(Column::CreatedAt.lte(held.until.0))
        .filter(Column::OpenKey.is_null().or(Column::ExpiresAt.lte(now.0)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// What contains a JSON text, in lower case.
fn containing(text: &str) -> LikeExpr {
    let quoted = Value::from(text).to_string();
    let mut pattern = String::from("%");
    for c in quoted.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('!')
}

/// An address that a person has, or had until a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// As it is compared.
    pub(super) key: String,
    /// What came to it later was somebody else's.
    pub(super) until: Timestamp,
}

/// The addresses that a person has had: this one, which is theirs until now, and what the log tells of changes.
pub(super) async fn addresses(
    db: &impl ConnectionTrait,
    id: UserId,
    current: String,
    now: Timestamp,
) -> Result<Vec<Held>> {
    use audit_event::{Column, Entity};
    let changes = Entity::find()
        .filter(Column::SubjectKind.eq("user"))
        .filter(Column::SubjectId.eq(id.0))
        .filter(Column::Action.is_in(["user.email_changed", "user.email_change_undone"]))
        .all(db)
        .await?;
    let mut held = BTreeMap::from([(current, now)]);
    for row in changes {
        let told = row.before.as_deref().map(serde_json::from_str::<Value>);
        if let Some(Ok(told)) = told
            && let Some(email) = told.get("email").and_then(Value::as_str)
        {
            let until = held.entry(email.to_ascii_lowercase()).or_default();
            *until = (*until).max(Timestamp(row.at).plus_seconds(WRITTEN_TO));
        }
    }
    let held = held.into_iter();
    Ok(held.map(|(key, until)| Held { key, until }).collect())
}

/// The invitations to an address that are there still, with the organizations' names.
pub(super) async fn invitations(
    db: &impl ConnectionTrait,
    email_key: &str,
) -> Result<Vec<(invitation::Model, Option<organization::Model>)>> {
    let select = invitation::Entity::find()
        .find_also_related(organization::Entity)
        .filter(invitation::Column::EmailKey.eq(email_key))
        .order_by_asc(invitation::Column::Id)
        .limit(MOST);
    Ok(select.all(db).await?)
}

/// Until when browsers skip the second step of a person.
pub(super) async fn trusted_browsers(
    db: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<(Timestamp, Timestamp)>> {
    let rows = trusted_browser::Entity::find()
        .filter(trusted_browser::Column::UserId.eq(id.0))
        .limit(MOST)
        .all(db)
        .await?;
    let told = |row: trusted_browser::Model| (Timestamp(row.created_at), Timestamp(row.expires_at));
    Ok(rows.into_iter().map(told).collect())
}

fn by_or_about(id: UserId) -> Condition {
    use audit_event::Column;
    let about = Column::SubjectKind
        .eq("user")
        .and(Column::SubjectId.eq(id.0));
    let by = Column::ActorKind.eq("user").and(Column::ActorId.eq(id.0));
    Condition::any().add(about).add(by)
}

/// What the log says by or about a person, oldest first.
pub(super) async fn log(db: &impl ConnectionTrait, id: UserId) -> Result<Vec<audit_event::Model>> {
    use audit_event::{Column, Entity};
    let select = Entity::find()
        .filter(by_or_about(id))
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .limit(MOST);
    Ok(select.all(db).await?)
}

/// What a person is a member of.
pub(super) async fn memberships(
    db: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<(membership::Model, Option<organization::Model>)>> {
    let select = membership::Entity::find()
        .find_also_related(organization::Entity)
        .filter(membership::Column::UserId.eq(id.0))
        .order_by_asc(membership::Column::Id)
        .limit(MOST);
    Ok(select.all(db).await?)
}

/// The keys that a person has made.
pub(super) async fn keys(db: &impl ConnectionTrait, id: UserId) -> Result<Vec<api_key::Model>> {
    let select = api_key::Entity::find()
        .filter(api_key::Column::CreatedBy.eq(id.0))
        .order_by_asc(api_key::Column::Id)
        .limit(MOST);
    Ok(select.all(db).await?)
}

/// Which letters went to an address, and when.
pub(super) async fn letters(
    db: &impl ConnectionTrait,
    email_key: &str,
) -> Result<Vec<(String, Timestamp)>> {
    let rows = mail::Entity::find()
        .filter(Func::lower(Expr::col(mail::Column::Recipient)).eq(email_key))
        .order_by_asc(mail::Column::CreatedAt)
        .limit(MOST)
        .all(db)
        .await?;
    let told = |row: mail::Model| (row.template, Timestamp(row.created_at));
    Ok(rows.into_iter().map(told).collect())
}
