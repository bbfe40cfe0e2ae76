//! Table `usage`: requests and units by key, interval and answer.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_id: Uuid,
    /// `contract::usage::Interval::number`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub interval: i16,
    #[sea_orm(primary_key, auto_increment = false)]
    pub began_at: i64,
    /// `contract::verification::Verdict::number`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub verdict: i16,
    pub organization_id: Uuid,
    pub requests: i64,
    pub units: i64,
}

impl ActiveModelBehavior for ActiveModel {}
