//! Table `authenticator_apps`: the app that makes the codes of a person (TOTP).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authenticator_apps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub sealed_secret: Vec<u8>,
    /// The newest step of which a code was taken.
    pub last_step: i64,
    pub created_at: i64,
    /// When a first code was right; it is asked for from then on.
    pub confirmed_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
