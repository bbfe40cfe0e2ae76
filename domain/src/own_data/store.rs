//! What is held of a person in tables of several slices.

use std::collections::BTreeSet;

use contract::{Timestamp, UserId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use serde_json::Value;

use crate::{
    context::Tx,
    entities::{api_key, audit_event, invitation, mail, membership, organization, trusted_browser},
    error::Result,
};

/// Rows of one kind in an export; more than anybody has, but bounded.
const MOST: u64 = 20_000;

/// The log keeps what was done and by which id; what it says of a person goes.
pub(super) async fn forget_in_log(tx: &Tx, id: UserId) -> Result<()> {
    use audit_event::{Column, Entity};
    let none = || Expr::value(None::<String>);
    Entity::update_many()
        .col_expr(Column::Before, none())
        .col_expr(Column::After, none())
        .filter(Column::SubjectKind.eq("user"))
        .filter(Column::SubjectId.eq(id.0))
        .exec(tx.db())
        .await?;
    Entity::update_many()
        .col_expr(Column::Ip, none())
        .filter(by_or_about(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Invitations to an address go once they are answered or over; one that is open was sent to whoever reads that mailbox. The
/// log does not tell their address any more, also where the invitation went before.
pub(super) async fn forget_invitations(tx: &Tx, email_key: &str, now: Timestamp) -> Result<()> {
    use invitation::{Column, Entity};
    let to_address = || Entity::find().filter(Column::EmailKey.eq(email_key));
    let ids = to_address().select_only().column(Column::Id).into_query();
    let none = || Expr::value(None::<String>);
    let is_told = Func::lower(Expr::col(audit_event::Column::After)).like(containing(email_key));
    audit_event::Entity::update_many()
        .col_expr(audit_event::Column::Before, none())
        .col_expr(audit_event::Column::After, none())
        .filter(audit_event::Column::SubjectKind.eq("invitation"))
        .filter(audit_event::Column::SubjectId.in_subquery(ids).or(is_told))
        .exec(tx.db())
        .await?;
    Entity::delete_many()
        .filter(Column::EmailKey.eq(email_key))
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

/// The addresses that a person has had, as they are compared: this one, and what the log tells of changes.
pub(super) async fn addresses(
    db: &impl ConnectionTrait,
    id: UserId,
    current: String,
) -> Result<BTreeSet<String>> {
    use audit_event::{Column, Entity};
    let changes = Entity::find()
        .filter(Column::SubjectKind.eq("user"))
        .filter(Column::SubjectId.eq(id.0))
        .filter(Column::Action.is_in(["user.email_changed", "user.email_change_undone"]))
        .all(db)
        .await?;
    let told = changes.into_iter().flat_map(|row| [row.before, row.after]);
    let address = |text: String| {
        let told: Value = serde_json::from_str(&text).ok()?;
        Some(told.get("email")?.as_str()?.to_ascii_lowercase())
    };
    let former = told.flatten().filter_map(address);
    Ok(former.chain([current]).collect())
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
