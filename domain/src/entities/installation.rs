//! Table `installation`: what is known of the installation itself, in one row.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "installation")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// Tells the secret key that seals from others.
    pub key_check: String,
    /// Since when it does.
    pub key_since_at: i64,
    /// When the server last cleaned up.
    pub seen_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
