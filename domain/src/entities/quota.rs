//! Table `quotas`: units that a key or an organization has used in a month.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quotas")]
pub struct Model {
    /// The id of the key or of the organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// Months since the year 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: i32,
    pub used: i64,
    /// The highest share of the quota that a warning was sent about.
    pub told_percent: i16,
}

impl ActiveModelBehavior for ActiveModel {}
