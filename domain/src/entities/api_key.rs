//! Table `api_keys`: what a key may do. Its secrets are in `key_secrets`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub name: String,
    /// As a search looks into it.
    pub name_key: String,
    /// Separated by spaces, sorted.
    pub scopes: String,
    /// Addresses and networks, separated by spaces; empty for any.
    pub allowed_ips: String,
    pub rate_limit: Option<i32>,
    /// Seconds.
    pub rate_period: Option<i32>,
    /// Units a month.
    pub quota: Option<i64>,
    pub created_by: Option<Uuid>,
    pub created_at: i64,
    /// Other processes see by it what has changed.
    pub updated_at: i64,
    pub expires_at: Option<i64>,
    /// When the owners were told that it expires.
    pub expiry_told_at: Option<i64>,
    pub paused_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub revoke_reason: String,
    #[sea_orm(belongs_to, from = "organization_id", to = "id")]
    pub organization: BelongsTo<super::organization::Entity>,
    #[sea_orm(belongs_to, from = "created_by", to = "id")]
    pub maker: BelongsTo<Option<super::user::Entity>>,
    #[sea_orm(has_many)]
    pub secrets: HasMany<super::key_secret::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
