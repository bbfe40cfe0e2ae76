//! Invitations that wait for an answer, and what whoever is invited sees of them.

use std::collections::HashMap;

use contract::{InvitationId, OrganizationId, Role, Timestamp, invitations::OpenInvitation};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::{display_name, people};
use crate::{
    counting,
    entities::{
        invitation::{Column, Entity, Model},
        organization,
    },
    error::Result,
    paging::Window,
};

/// How many wait for an answer.
pub(in crate::invitations) async fn count_pending(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    now: Timestamp,
) -> Result<u64> {
    let select = pending(now).filter(Column::OrganizationId.eq(id.0));
    Ok(select.count(db).await?)
}

/// How many of each of some organizations wait for an answer.
pub(crate) async fn count_pending_each(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    now: Timestamp,
) -> Result<HashMap<Uuid, u64>> {
    counting::each(db, pending(now), Column::OrganizationId, ids).await
}

/// Those of all organizations that wait for an answer.
pub(crate) async fn count_all_pending(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    Ok(pending(now).count(db).await?)
}

fn pending(now: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(Column::OpenKey.is_not_null())
        .filter(Column::ExpiresAt.gt(now.0))
}

/// Those that wait for the answer of whoever has this address.
fn waiting(email_key: &str, now: Timestamp) -> Select<Entity> {
    pending(now).filter(Column::EmailKey.eq(email_key))
}

/// The invitations that wait for the answer of whoever has this address, newest first.
pub(in crate::invitations) async fn open_for(
    db: &impl ConnectionTrait,
    email_key: &str,
    now: Timestamp,
    most: u64,
) -> Result<Vec<OpenInvitation>> {
    let select = waiting(email_key, now)
        .order_by_desc(Column::Id)
        .limit(most);
    shown(db, select).await
}

pub(in crate::invitations) async fn page_open(
    db: &impl ConnectionTrait,
    email_key: &str,
    now: Timestamp,
    window: &Window,
) -> Result<Vec<OpenInvitation>> {
    shown(db, window.restrict(waiting(email_key, now), Column::Id)).await
}

pub(in crate::invitations) async fn count_open(
    db: &impl ConnectionTrait,
    email_key: &str,
    now: Timestamp,
) -> Result<u64> {
    Ok(waiting(email_key, now).count(db).await?)
}

pub(in crate::invitations) async fn find_open(
    db: &impl ConnectionTrait,
    email_key: &str,
    now: Timestamp,
    id: InvitationId,
) -> Result<Option<OpenInvitation>> {
    let select = waiting(email_key, now).filter(Column::Id.eq(id.0));
    Ok(shown(db, select).await?.pop())
}

/// What whoever is invited sees, with organizations and inviters.
async fn shown(db: &impl ConnectionTrait, select: Select<Entity>) -> Result<Vec<OpenInvitation>> {
    let rows = select
        .find_also_related(organization::Entity)
        .all(db)
        .await?;
    let inviters = people(db, rows.iter().filter_map(|(row, _)| row.invited_by)).await?;
    let open = |(row, organization): (Model, Option<organization::Model>)| {
        let organization = organization?;
        let inviter = row.invited_by.and_then(|id| inviters.get(&id));
        Some(OpenInvitation {
            id: InvitationId(row.id),
            email: row.email,
            organization_name: organization.name,
            organization_slug: organization.slug,
            logo: organization.logo_id.map(|id| id.simple().to_string()),
            role: Role::parse(&row.role).unwrap_or_default(),
            invited_by: display_name(inviter.cloned()),
            created_at: Timestamp(row.created_at),
            sent_at: Timestamp(row.sent_at),
            expires_at: Timestamp(row.expires_at),
        })
    };
    Ok(rows.into_iter().filter_map(open).collect())
}
