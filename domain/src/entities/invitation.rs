//! Table `invitations`: offers to an address to join an organization.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub email: String,
    pub email_key: String,
    /// Organization and address while the invitation is not settled, so that there is one at a time; null afterwards.
    #[sea_orm(unique)]
    pub open_key: Option<String>,
    pub role: String,
    pub message: String,
    /// Of the secret in the letter, which proves the address.
    #[sea_orm(unique)]
    pub token_hash: Vec<u8>,
    /// Of the secret in a link that an admin has copied, which proves nothing.
    #[sea_orm(unique)]
    pub link_hash: Option<Vec<u8>>,
    pub invited_by: Option<Uuid>,
    pub created_at: i64,
    pub sent_at: i64,
    pub expires_at: i64,
    pub accepted_at: Option<i64>,
    pub declined_at: Option<i64>,
    pub revoked_at: Option<i64>,
    #[sea_orm(belongs_to, from = "organization_id", to = "id")]
    pub organization: BelongsTo<super::organization::Entity>,
    #[sea_orm(belongs_to, from = "invited_by", to = "id")]
    pub inviter: BelongsTo<Option<super::user::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
