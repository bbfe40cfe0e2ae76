//! Table `passkeys`: public keys that sign people in.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    /// What authenticators call the person: random, and the same for all passkeys of one.
    pub handle: Uuid,
    pub credential_id: Vec<u8>,
    /// The public key and what else checking an answer takes, as `webauthn-rs` writes it in JSON.
    pub credential: String,
    pub name: String,
    pub is_synced: bool,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
