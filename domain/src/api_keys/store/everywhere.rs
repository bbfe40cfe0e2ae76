//! Keys of all organizations, for staff.

use std::collections::HashMap;

use contract::{ApiKeyId, Timestamp, UserId, api_keys::ApiKey};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    alive,
    lists::of_status,
    views::{get, views},
};
use crate::{
    api_keys::filter::{KeyFilter, Shown},
    counting,
    entities::{
        api_key::{Column, Entity},
        key_secret,
    },
    error::Result,
    paging::Window,
    search,
};

/// Long revoked keys are among them: they are looked for by who was harmed.
fn matching(filter: &KeyFilter, now: Timestamp) -> Result<Select<Entity>> {
    let filter = filter.validate()?;
    let select = match filter.shown {
        Shown::Present => Entity::find().filter(Column::RevokedAt.is_null()),
        Shown::All => Entity::find(),
        Shown::Of(status) => Entity::find().filter(of_status(status, now)),
    };
    Ok(if filter.search.is_empty() {
        select
    } else {
        select.filter(found_by(&filter.search))
    })
}

/// By a part of the name, the first characters, the last four, or the beginning of the id.
fn found_by(text: &str) -> Condition {
    let start = Expr::col((key_secret::Entity, key_secret::Column::Start));
    let secrets = key_secret::Entity::find()
        .filter(
            Condition::any()
                .add(start.like(search::starting(text)))
                .add(key_secret::Column::Last4.eq(text)),
        )
        .select_only()
        .column(key_secret::Column::KeyId)
        .into_query();
    let name = Expr::col((Entity, Column::NameKey));
    let found = Condition::any()
        .add(name.like(search::holding(&search::folded(text))))
        .add(Column::Id.in_subquery(secrets));
    let id = || Expr::col((Entity, Column::Id));
    ApiKeyId::beginning(text)
        .into_iter()
        .fold(found, |found, (low, high)| {
            found.add(id().between(low, high))
        })
}

/// A page of them.
pub(crate) async fn list_everywhere(
    db: &impl ConnectionTrait,
    now: Timestamp,
    filter: &KeyFilter,
    window: &Window,
) -> Result<Vec<ApiKey>> {
    let select = window.restrict(matching(filter, now)?, Column::Id);
    views(db, now, select.all(db).await?).await
}

pub(crate) async fn count_everywhere(
    db: &impl ConnectionTrait,
    now: Timestamp,
    filter: &KeyFilter,
) -> Result<u64> {
    Ok(matching(filter, now)?.count(db).await?)
}

pub(crate) async fn find_everywhere(
    db: &impl ConnectionTrait,
    now: Timestamp,
    id: ApiKeyId,
) -> Result<Option<ApiKey>> {
    get(db, now, id).await
}

fn made_by(maker: UserId) -> Select<Entity> {
    Entity::find().filter(Column::CreatedBy.eq(maker.0))
}

/// A page of the keys that somebody has made.
pub(crate) async fn list_made_by(
    db: &impl ConnectionTrait,
    now: Timestamp,
    maker: UserId,
    window: &Window,
) -> Result<Vec<ApiKey>> {
    let select = window.restrict(made_by(maker), Column::Id);
    views(db, now, select.all(db).await?).await
}

pub(crate) async fn count_made_by(db: &impl ConnectionTrait, maker: UserId) -> Result<u64> {
    Ok(made_by(maker).count(db).await?)
}

/// How many keys each of some people has made.
pub(crate) async fn count_made_by_each(
    db: &impl ConnectionTrait,
    makers: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    counting::each(db, Entity::find(), Column::CreatedBy, makers).await
}

/// How many can be used now.
pub(crate) async fn count_usable(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let usable = alive(now).add(Column::PausedAt.is_null());
    Ok(Entity::find().filter(usable).count(db).await?)
}
