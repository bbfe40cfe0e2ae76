//! Table `organizations`: groups of people who share something.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique)]
    pub slug: String,
    pub name: String,
    /// As a search looks into it.
    pub name_key: String,
    pub logo_id: Option<Uuid>,
    /// The primary owner; a member whose role is `owner`.
    pub owner_id: Uuid,
    pub subscription_tier: String,
    pub quota_limit: i64,
    pub seats: Option<i32>,
    /// How many rows of `memberships` belong to it.
    pub member_count: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub deleted_at: Option<i64>,
    /// From when on members without a second factor are kept out.
    pub second_factor_from: Option<i64>,
    /// The last membership whose person was told of that; null when nobody is to be told.
    pub second_factor_told: Option<Uuid>,
    /// When an operator suspended it.
    pub suspended_at: Option<i64>,
    #[sea_orm(has_many)]
    pub memberships: HasMany<super::membership::Entity>,
    #[sea_orm(has_many)]
    pub invitations: HasMany<super::invitation::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
