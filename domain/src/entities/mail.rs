//! Table `mails`: letters on their way out.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub template: String,
    pub recipient: String,
    /// `queued`, `sent` or `dead`.
    pub status: String,
    /// The letter, encrypted because it may hold a secret; removed once it is sent.
    pub sealed: Option<Vec<u8>>,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub created_at: i64,
    pub next_attempt_at: i64,
    /// A process is sending it until then.
    pub claimed_until_at: Option<i64>,
    pub finished_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
