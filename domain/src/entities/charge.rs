//! Table `charges`: verifications that were answered and are not counted in `usage` and `quotas` yet.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "charges")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub entries: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
