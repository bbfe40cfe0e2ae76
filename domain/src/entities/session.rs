//! Table `sessions`: one sign-in of a person in a browser or a program.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    #[sea_orm(unique)]
    pub token_hash: Vec<u8>,
    /// `browser`, `remembered` or `program`.
    pub kind: String,
    /// How the person proved who they are: `password`.
    pub method: String,
    /// What came after it: `app`, `recovery_code`, `trusted_browser`; empty where nothing was asked for.
    pub second_factor: String,
    pub ip: String,
    pub user_agent: String,
    pub created_at: i64,
    /// When the person last proved who they are.
    pub authenticated_at: i64,
    pub last_seen_at: i64,
    /// Ends when it was not used for so long.
    pub idle_seconds: i64,
    /// Ends then at the latest.
    pub expires_at: i64,
    /// Staff who act in it as the person; null where it is the person.
    pub impersonator_user_id: Option<Uuid>,
    /// Their own session, which it ends with.
    pub operator_session_id: Option<Uuid>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
