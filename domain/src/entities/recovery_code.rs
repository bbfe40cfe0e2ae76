//! Table `recovery_codes`: what stands in for a second factor that is not at hand, once each.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_codes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub hash: Vec<u8>,
    pub used_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
