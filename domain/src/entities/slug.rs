//! Table `slugs`: every address of an organization that is taken, current or former.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slugs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub slug: String,
    pub organization_id: Uuid,
    /// When it became a former one; null for the current one.
    pub retired_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
