//! People who are in an organization together.

use contract::{Role, Timestamp, UserId, members::Person};
use sea_orm::{
    ConnectionTrait, FromQueryResult,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use crate::{
    entities::{
        membership::{Column, Entity},
        organization, user,
    },
    error::Result,
    second_factors,
};

#[derive(Debug, FromQueryResult)]
pub(in crate::members) struct Fellow {
    user_id: Uuid,
    username: String,
    name: String,
    email: String,
    avatar_id: Option<Uuid>,
    viewer_role: String,
}

impl Fellow {
    pub(in crate::members) fn person(self) -> (Person, Role) {
        let role = Role::parse(&self.viewer_role).unwrap_or_default();
        let person = Person {
            id: UserId(self.user_id),
            username: self.username,
            name: self.name,
            email: Some(self.email),
            avatar: self.avatar_id.map(|id| id.simple().to_string()),
        };
        (person, role)
    }
}

/// People of organizations that the viewer is in too and is not kept out of, once for each, with the viewer's role there.
pub(in crate::members) async fn find_fellows(
    db: &impl ConnectionTrait,
    now: Timestamp,
    viewer: UserId,
    ids: &[UserId],
) -> Result<Vec<Fellow>> {
    let from = || Expr::col((organization::Entity, organization::Column::SecondFactorFrom));
    let suspended = (organization::Entity, organization::Column::SuspendedAt);
    let is_open = from()
        .is_null()
        .or(from().gt(now.0))
        .or(second_factors::is_any_on_for(Expr::value(viewer.0)))
        .and(Expr::col(suspended).is_null());
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let mut select = Query::select();
        let (theirs, own, person) = ("theirs", "own", "person");
        select
            .column((theirs, Column::UserId))
            .column((person, user::Column::Username))
            .column((person, user::Column::Name))
            .column((person, user::Column::Email))
            .column((person, user::Column::AvatarId))
            .expr_as(Expr::col((own, Column::Role)), "viewer_role")
            .from_as(Entity, theirs)
            .join_as(
                sea_orm::JoinType::InnerJoin,
                Entity,
                own,
                Expr::col((own, Column::OrganizationId))
                    .equals((theirs, Column::OrganizationId))
                    .and(Expr::col((own, Column::UserId)).eq(viewer.0)),
            )
            .join_as(
                sea_orm::JoinType::InnerJoin,
                user::Entity,
                person,
                Expr::col((person, user::Column::Id)).equals((theirs, Column::UserId)),
            )
            .inner_join(
                organization::Entity,
                Expr::col((organization::Entity, organization::Column::Id))
                    .equals((own, Column::OrganizationId)),
            )
            .and_where(is_open.clone())
            .and_where(Expr::col((theirs, Column::UserId)).is_in(chunk.iter().map(|id| id.0)));
        for row in db.query_all(&select).await? {
            found.push(Fellow::from_query_result(&row, "")?);
        }
    }
    Ok(found)
}
