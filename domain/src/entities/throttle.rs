//! Table `throttles`: how often something was tried, and from when on it may be tried again.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "throttles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub count: i32,
    pub until_at: i64,
    pub expires_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
