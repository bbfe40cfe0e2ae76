//! Table `known_clients`: what a person has signed in with and from where, so that something new can be told of.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_clients")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// Of browser, system and network.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub seen_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
