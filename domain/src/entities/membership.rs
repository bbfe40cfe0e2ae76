//! Table `memberships`: one person in one organization.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    /// Sorts by the time of joining.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub user_id: Uuid,
    /// `member`, `admin` or `owner`.
    pub role: String,
    /// The person's name and username in lower case, for searching.
    pub name_key: String,
    /// The person's address in lower case, for searching.
    pub email_key: String,
    pub joined_at: i64,
    /// When the person last opened the organization, to the nearest few minutes.
    pub last_active_at: Option<i64>,
    #[sea_orm(belongs_to, from = "organization_id", to = "id")]
    pub organization: BelongsTo<super::organization::Entity>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
