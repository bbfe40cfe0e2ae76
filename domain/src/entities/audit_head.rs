//! Table `audit_heads`: where the chain of each organization's log ends.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_heads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// How many entries there are.
    pub seq: i64,
    /// Of the last one.
    pub hash: Vec<u8>,
    /// Names the key of the tag.
    pub chain_key: String,
    /// Over place and hash, so that nobody can cut the chain and name another end.
    pub tag: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
