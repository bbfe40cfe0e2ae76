//! Table `pictures`: small pictures, re-encoded by us.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pictures")]
pub struct Model {
    /// Random, because it is part of the picture's address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub content_type: String,
    pub bytes: Vec<u8>,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
