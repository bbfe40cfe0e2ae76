//! Table `key_secrets`: what is stored of the secrets of a key, the newest and for a while the one before it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "key_secrets")]
pub struct Model {
    /// Keyed with a pepper of the configuration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub key_id: Uuid,
    /// Which pepper.
    pub pepper: String,
    /// The first characters of the secret.
    pub start: String,
    pub last4: String,
    pub created_at: i64,
    /// When a secret that was replaced stops working.
    pub expires_at: Option<i64>,
    #[sea_orm(belongs_to, from = "key_id", to = "id")]
    pub key: BelongsTo<super::api_key::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
