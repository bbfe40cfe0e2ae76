//! What the console reads, across the tables of all slices.

pub(super) mod organizations;
pub(super) mod overview;
pub(super) mod users;

use std::collections::HashMap;

use contract::{
    OrganizationId,
    admin::{KeyRow, OrganizationName},
    api_keys::ApiKey,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    entities::organization::{Column, Entity},
    error::Result,
};

/// Keys with the names of their organizations, in their order.
pub(super) async fn with_names(
    db: &impl ConnectionTrait,
    keys: Vec<ApiKey>,
) -> Result<Vec<KeyRow>> {
    let names = names(db, &keys).await?;
    let row = |key: ApiKey| {
        let organization = names.get(&key.organization_id.0)?.clone();
        Some(KeyRow { key, organization })
    };
    Ok(keys.into_iter().filter_map(row).collect())
}

/// How the organizations of some keys are called.
async fn names(
    db: &impl ConnectionTrait,
    keys: &[ApiKey],
) -> Result<HashMap<Uuid, OrganizationName>> {
    let rows: Vec<(Uuid, String, String)> = Entity::find()
        .filter(Column::Id.is_in(keys.iter().map(|key| key.organization_id.0)))
        .select_only()
        .columns([Column::Id, Column::Slug, Column::Name])
        .into_tuple()
        .all(db)
        .await?;
    let named = |(id, slug, name)| {
        let organization = OrganizationName {
            id: OrganizationId(id),
            slug,
            name,
        };
        (id, organization)
    };
    Ok(rows.into_iter().map(named).collect())
}

/// A number of rows as the database counts them.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
