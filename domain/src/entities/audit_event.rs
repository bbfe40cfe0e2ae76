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
    /// Staff who acted as the actor.
    pub impersonator_id: Option<Uuid>,
    pub face: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub before: Option<String>,
    pub after: Option<String>,
    pub ip: Option<String>,
    pub trace_id: String,
    /// Its place in the chain of its organization, from 1; null for what stands in none.
    pub seq: Option<i64>,
    /// Goes with `before` and `after` when a person is erased.
    pub facts_salt: Option<Vec<u8>>,
    pub facts_digest: Option<Vec<u8>>,
    /// Goes with `ip`.
    pub ip_salt: Option<Vec<u8>>,
    pub ip_digest: Option<Vec<u8>>,
    /// Names the key of the hash and the digests.
    pub chain_key: Option<String>,
    pub chain_hash: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
