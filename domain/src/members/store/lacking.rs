//! Members without a second factor.

use contract::{EmailAddress, MembershipId, OrganizationId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    entities::{
        membership::{Column, Entity},
        profile, user,
    },
    error::Result,
    second_factors,
};

/// A member who can sign in and lacks a second factor.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Lacking {
    id: Uuid,
    email: String,
    pub(crate) name: String,
    pub(crate) time_zone: String,
}

impl Lacking {
    pub(crate) fn membership(&self) -> MembershipId {
        MembershipId(self.id)
    }

    pub(crate) fn email(&self) -> Result<EmailAddress> {
        Ok(EmailAddress::parse(&self.email)?)
    }
}

/// Whether the person of a membership lacks a second factor.
pub(super) fn lacks_second_factor() -> Expr {
    second_factors::is_none_on_for(Expr::col((Entity, Column::UserId)))
}

/// Those of an organization in the order of joining, after one of them.
pub(crate) async fn find_lacking(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    after: MembershipId,
    most: u64,
) -> Result<Vec<Lacking>> {
    let select = user::Entity::find()
        .inner_join(Entity)
        .inner_join(profile::Entity)
        .select_only()
        .column(Column::Id)
        .columns([user::Column::Email, user::Column::Name])
        .column(profile::Column::TimeZone)
        .filter(Column::OrganizationId.eq(organization.0))
        .filter(Column::Id.gt(after.0))
        .filter(user::Column::SuspendedAt.is_null())
        .filter(user::Column::DeletedAt.is_null())
        .filter(lacks_second_factor())
        .order_by_asc(Column::Id)
        .limit(most);
    Ok(select.into_model().all(db).await?)
}
