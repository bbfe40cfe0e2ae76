//! How those are called whom a log tells of; read together for a whole page.

use std::collections::{HashMap, HashSet};

use contract::MembershipId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    entities::{api_key, invitation, key_secret, membership, organization, user},
    error::Result,
};

/// Whose names are wanted.
#[derive(Debug, Default)]
pub(in crate::audit) struct Unnamed {
    pub(in crate::audit) users: HashSet<Uuid>,
    pub(in crate::audit) keys: HashSet<Uuid>,
    pub(in crate::audit) invitations: HashSet<Uuid>,
    pub(in crate::audit) organizations: HashSet<Uuid>,
    /// Organizations whose members are to be told from others.
    pub(in crate::audit) of: HashSet<Uuid>,
}

/// The names of those who are there still.
#[derive(Debug, Default)]
pub(in crate::audit) struct Names {
    /// With the pictures.
    pub(in crate::audit) users: HashMap<Uuid, (String, Option<String>)>,
    /// With both ends of the newest secret, as `lk_org_ab12…9f3k`.
    pub(in crate::audit) keys: HashMap<Uuid, (String, String)>,
    pub(in crate::audit) invitations: HashMap<Uuid, String>,
    pub(in crate::audit) organizations: HashMap<Uuid, String>,
    /// By organization and person.
    pub(in crate::audit) members: HashMap<(Uuid, Uuid), MembershipId>,
}

/// Six statements at most, however many are asked for.
pub(in crate::audit) async fn names(db: &impl ConnectionTrait, of: Unnamed) -> Result<Names> {
    Ok(Names {
        members: members(db, &of).await?,
        users: users(db, of.users).await?,
        keys: keys(db, of.keys).await?,
        invitations: invitations(db, of.invitations).await?,
        organizations: organizations(db, of.organizations).await?,
    })
}

async fn users(
    db: &impl ConnectionTrait,
    ids: HashSet<Uuid>,
) -> Result<HashMap<Uuid, (String, Option<String>)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let named = |row: user::Model| {
        let name = if row.name.is_empty() {
            row.username
        } else {
            row.name
        };
        (
            row.id,
            (name, row.avatar_id.map(|id| id.simple().to_string())),
        )
    };
    Ok(rows.into_iter().map(named).collect())
}

async fn keys(
    db: &impl ConnectionTrait,
    ids: HashSet<Uuid>,
) -> Result<HashMap<Uuid, (String, String)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = api_key::Entity::find()
        .filter(api_key::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let mut secrets = key_secret::Entity::find()
        .filter(key_secret::Column::KeyId.is_in(rows.iter().map(|row| row.id)))
        .all(db)
        .await?;
    // The newest last; it has no end of its own.
    secrets.sort_unstable_by_key(|row| (row.expires_at.is_none(), row.created_at));
    let ends: HashMap<Uuid, String> = secrets
        .into_iter()
        .map(|row| (row.key_id, format!("{}…{}", row.start, row.last4)))
        .collect();
    let named = |row: api_key::Model| {
        let ends = ends.get(&row.id).cloned().unwrap_or_default();
        (row.id, (row.name, ends))
    };
    Ok(rows.into_iter().map(named).collect())
}

async fn invitations(
    db: &impl ConnectionTrait,
    ids: HashSet<Uuid>,
) -> Result<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = invitation::Entity::find()
        .filter(invitation::Column::Id.is_in(ids))
        .select_only()
        .columns([invitation::Column::Id, invitation::Column::Email])
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn organizations(
    db: &impl ConnectionTrait,
    ids: HashSet<Uuid>,
) -> Result<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = organization::Entity::find()
        .filter(organization::Column::Id.is_in(ids))
        .select_only()
        .columns([organization::Column::Id, organization::Column::Name])
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn members(
    db: &impl ConnectionTrait,
    of: &Unnamed,
) -> Result<HashMap<(Uuid, Uuid), MembershipId>> {
    if of.of.is_empty() || of.users.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Uuid, Uuid)> = membership::Entity::find()
        .filter(membership::Column::OrganizationId.is_in(of.of.iter().copied()))
        .filter(membership::Column::UserId.is_in(of.users.iter().copied()))
        .select_only()
        .columns([
            membership::Column::OrganizationId,
            membership::Column::UserId,
            membership::Column::Id,
        ])
        .into_tuple()
        .all(db)
        .await?;
    let found = rows
        .into_iter()
        .map(|(organization, user, id)| ((organization, user), MembershipId(id)));
    Ok(found.collect())
}
