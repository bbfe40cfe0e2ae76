//! Table `key_uses`: when each secret was last used, to the minute.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "key_uses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub used_at: i64,
    /// From where; empty when that was not said.
    pub ip: String,
}

impl ActiveModelBehavior for ActiveModel {}
