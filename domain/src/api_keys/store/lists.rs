//! Which keys of an organization are asked for.

use contract::{
    OrganizationId, Timestamp,
    api_keys::{ApiKey, EXPIRING_DAYS, KeyStatus, REVOKED_DAYS},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use super::{DAY, alive, views::views};
use crate::{
    api_keys::filter::{Shown, ValidKeyFilter},
    entities::{
        api_key::{Column, Entity, Model},
        key_secret, user,
    },
    error::Result,
    paging::{Window, together},
    search,
};

pub(super) fn of_status(status: KeyStatus, now: Timestamp) -> Condition {
    let soon = now.plus_seconds(EXPIRING_DAYS * DAY).0;
    match status {
        KeyStatus::Revoked => Condition::all().add(Column::RevokedAt.is_not_null()),
        KeyStatus::Expired => Condition::all()
            .add(Column::RevokedAt.is_null())
            .add(Column::ExpiresAt.lte(now.0)),
        KeyStatus::Paused => alive(now).add(Column::PausedAt.is_not_null()),
        KeyStatus::Expiring => alive(now)
            .add(Column::PausedAt.is_null())
            .add(Column::ExpiresAt.lte(soon)),
        KeyStatus::Active => alive(now)
            .add(Column::PausedAt.is_null())
            .add(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(soon))),
    }
}

/// What the list of an organization shows: long revoked keys are not in it.
fn listed(id: OrganizationId, filter: &ValidKeyFilter, now: Timestamp) -> Select<Entity> {
    let recently = now.minus_seconds(REVOKED_DAYS * DAY).0;
    let mut select = Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .filter(
            Column::RevokedAt
                .is_null()
                .or(Column::RevokedAt.gt(recently)),
        );
    select = match filter.shown {
        Shown::Present => select.filter(Column::RevokedAt.is_null()),
        Shown::All => select,
        Shown::Of(status) => select.filter(of_status(status, now)),
    };
    if !filter.search.is_empty() {
        select = select.filter(found_by(&filter.search));
    }
    select
}

/// By its name, its first characters, or who made it.
fn found_by(search: &str) -> Condition {
    let name = search::holding(&search::folded(search));
    let beginning = key_secret::Entity::find()
        .filter(
            Expr::col((key_secret::Entity, key_secret::Column::Start))
                .like(search::starting(search)),
        )
        .select_only()
        .column(key_secret::Column::KeyId)
        .into_query();
    // Asked for each key of the organization: they are few, and people may be many.
    let maker = user::Entity::find()
        .filter(Expr::col((user::Entity, user::Column::Id)).equals((Entity, Column::CreatedBy)))
        .filter(Expr::col((user::Entity, user::Column::NameKey)).like(name.clone()))
        .select_only()
        .column(user::Column::Id)
        .into_query();
    Condition::any()
        .add(Expr::col((Entity, Column::NameKey)).like(name))
        .add(Expr::exists(maker))
        .add(Column::Id.in_subquery(beginning))
}

pub(in crate::api_keys) async fn list(
    db: &impl ConnectionTrait,
    now: Timestamp,
    id: OrganizationId,
    filter: &ValidKeyFilter,
    window: &Window,
) -> Result<Vec<ApiKey>> {
    let rows = window
        .restrict(listed(id, filter, now), Column::Id)
        .all(db)
        .await?;
    views(db, now, rows).await
}

/// A page of each of several lists, in few statements; the rows of a list in any order.
pub(in crate::api_keys) async fn list_many(
    db: &impl ConnectionTrait,
    now: Timestamp,
    asked: &[(OrganizationId, &ValidKeyFilter, &Window)],
) -> Result<Vec<Vec<ApiKey>>> {
    let pages = asked.iter().map(|(id, filter, window)| {
        window
            .restrict(listed(*id, filter, now), Column::Id)
            .into_query()
    });
    let (mut parts, mut rows) = (Vec::new(), Vec::new());
    for (part, row) in together(db, pages).await? {
        parts.push(part);
        rows.push(Model::from_query_result(&row, "")?);
    }
    let mut found: Vec<Vec<ApiKey>> = asked.iter().map(|_| Vec::new()).collect();
    for (part, key) in parts.into_iter().zip(views(db, now, rows).await?) {
        found[part].push(key);
    }
    Ok(found)
}

/// How many keys each of several lists has, in one statement.
pub(in crate::api_keys) async fn count_many(
    db: &impl ConnectionTrait,
    now: Timestamp,
    asked: &[(OrganizationId, &ValidKeyFilter)],
) -> Result<Vec<u64>> {
    let counts = asked.iter().map(|(id, filter)| {
        listed(*id, filter, now)
            .select_only()
            .expr_as(Expr::col((Entity, Column::Id)).count(), "keys")
            .into_query()
    });
    let mut found = vec![0; asked.len()];
    for (part, row) in together(db, counts).await? {
        let count: i64 = row.try_get("", "keys")?;
        found[part] = u64::try_from(count).unwrap_or_default();
    }
    Ok(found)
}
