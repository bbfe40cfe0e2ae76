//! Table `audit_events`: who did what, through which face, before and after.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: i64,
    pub organization_id: Option<Uuid>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub face: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub before: Option<String>,
    pub after: Option<String>,
    pub ip: Option<String>,
    pub trace_id: String,
}

impl ActiveModelBehavior for ActiveModel {}
