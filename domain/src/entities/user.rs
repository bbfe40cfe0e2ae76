//! Table `users`: people with an account.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: String,
    #[sea_orm(unique)]
    pub email_key: String,
    #[sea_orm(unique)]
    pub username: String,
    pub name: String,
    /// Name and username, as a search looks into them.
    pub name_key: String,
    pub phone: Option<String>,
    pub password_hash: Option<String>,
    pub password_changed_at: Option<i64>,
    pub email_verified_at: Option<i64>,
    pub staff_since_at: Option<i64>,
    pub suspended_at: Option<i64>,
    pub avatar_id: Option<Uuid>,
    /// When its owner asked to delete it.
    pub deleted_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    #[sea_orm(has_one)]
    pub profile: HasOne<super::profile::Entity>,
    #[sea_orm(has_many)]
    pub sessions: HasMany<super::session::Entity>,
    #[sea_orm(has_many)]
    pub memberships: HasMany<super::membership::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
