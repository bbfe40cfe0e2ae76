//! Chains as they are read to be checked, step by step.

use std::collections::HashSet;

use contract::OrganizationId;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{Column, Entity, Model, fixed};
use crate::{
    audit::chain::{ChainKey, Mac, Place},
    entities::{audit_head, organization, user},
    error::Result,
};

/// Where a chain ends, as its head says.
#[derive(Clone, Debug)]
pub(in crate::audit) struct End {
    pub(in crate::audit) organization: OrganizationId,
    pub(in crate::audit) seq: i64,
    pub(in crate::audit) hash: Vec<u8>,
    pub(in crate::audit) key: String,
    tag: Vec<u8>,
}

impl End {
    /// Whether the tag is of this key.
    pub(in crate::audit) fn is_of(&self, key: &ChainKey) -> bool {
        key.head(self.organization.0, self.seq, &self.hash) == *self.tag
    }
}

fn end(row: audit_head::Model) -> End {
    End {
        organization: OrganizationId(row.organization_id),
        seq: row.seq,
        hash: row.hash,
        key: row.chain_key,
        tag: row.tag,
    }
}

/// The ends of chains, in the order of organizations, after one of them.
pub(in crate::audit) async fn ends(
    db: &impl ConnectionTrait,
    after: Option<OrganizationId>,
    most: u64,
) -> Result<Vec<End>> {
    let mut select = audit_head::Entity::find()
        .order_by_asc(audit_head::Column::OrganizationId)
        .limit(most);
    if let Some(id) = after {
        select = select.filter(audit_head::Column::OrganizationId.gt(id.0));
    }
    Ok(select.all(db).await?.into_iter().map(end).collect())
}

pub(in crate::audit) async fn end_of(
    db: &impl ConnectionTrait,
    id: OrganizationId,
) -> Result<Option<End>> {
    let row = audit_head::Entity::find_by_id(id.0).one(db).await?;
    Ok(row.map(end))
}

/// Organizations with entries in a chain that has no head, in their order, after one of them.
pub(in crate::audit) async fn headless(
    db: &impl ConnectionTrait,
    after: Option<OrganizationId>,
    most: u64,
) -> Result<Vec<OrganizationId>> {
    let head = audit_head::Entity::find()
        .filter(
            Expr::col((audit_head::Entity, audit_head::Column::OrganizationId))
                .equals((Entity, Column::OrganizationId)),
        )
        .select_only()
        .column(audit_head::Column::OrganizationId)
        .into_query();
    let mut select = Entity::find()
        .filter(Column::Seq.is_not_null())
        .filter(Expr::exists(head).not());
    if let Some(id) = after {
        select = select.filter(Column::OrganizationId.gt(id.0));
    }
    let ids: Vec<Option<Uuid>> = select
        .select_only()
        .column(Column::OrganizationId)
        .distinct()
        .order_by_asc(Column::OrganizationId)
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().flatten().map(OrganizationId).collect())
}

/// Organizations of whose making no log tells, in their order, after one of them. It was written down when they were made, in the
/// chain or before there was one.
pub(in crate::audit) async fn unbegun(
    db: &impl ConnectionTrait,
    after: Option<OrganizationId>,
    most: u64,
) -> Result<Vec<OrganizationId>> {
    let making = Entity::find()
        .filter(
            Expr::col((Entity, Column::OrganizationId))
                .equals((organization::Entity, organization::Column::Id)),
        )
        .filter(Column::Action.eq("organization.created"))
        .select_only()
        .column(Column::Id)
        .into_query();
    let mut select = organization::Entity::find().filter(Expr::exists(making).not());
    if let Some(id) = after {
        select = select.filter(organization::Column::Id.gt(id.0));
    }
    let ids: Vec<Uuid> = select
        .select_only()
        .column(organization::Column::Id)
        .order_by_asc(organization::Column::Id)
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(OrganizationId).collect())
}

fn is(stored: &Option<Vec<u8>>, digest: &Mac) -> bool {
    stored.as_deref().is_some_and(|stored| stored == digest)
}

/// An entry in its place.
#[derive(Debug)]
pub(in crate::audit) struct Step(Model);

/// The entries of a chain in their order, after a place.
pub(in crate::audit) async fn steps(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    after: i64,
    most: u64,
) -> Result<Vec<Step>> {
    let rows = Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .filter(Column::Seq.gt(after))
        .order_by_asc(Column::Seq)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Step).collect())
}

/// The first of these entries that has lost what it said although nobody whom it tells of is gone, so that no erasure took it. What
/// is told of an invitation goes with whoever has its address, which then stands nowhere.
pub(in crate::audit) async fn robbed(
    db: &impl ConnectionTrait,
    steps: &[Step],
) -> Result<Option<i64>> {
    let erased: Vec<&Model> = steps
        .iter()
        .filter(|step| step.is_erased())
        .map(|step| &step.0)
        .collect();
    let told: HashSet<Uuid> = erased.iter().flat_map(|row| people(row)).collect();
    let there = those_who_are_there(db, told).await?;
    let is_gone = |id: Uuid| !there.contains(&id);
    let is_robbed = |row: &Model| {
        let may_lack_facts =
            row.subject_kind == "invitation" || told_person(row).is_some_and(is_gone);
        let lacks_facts = row.facts_salt.is_none() && !may_lack_facts;
        let lacks_ip = row.ip_salt.is_none() && !people(row).any(is_gone);
        lacks_facts || lacks_ip
    };
    let robbed = erased.into_iter().find(|row| is_robbed(row));
    Ok(robbed.and_then(|row| row.seq))
}

async fn those_who_are_there(
    db: &impl ConnectionTrait,
    ids: HashSet<Uuid>,
) -> Result<HashSet<Uuid>> {
    if ids.is_empty() {
        return Ok(ids);
    }
    let there: Vec<Uuid> = user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .select_only()
        .column(user::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(there.into_iter().collect())
}

/// The person to whom it was done.
fn told_person(row: &Model) -> Option<Uuid> {
    (row.subject_kind == "user").then_some(row.subject_id)
}

/// Whoever did it or had it done to them.
fn people(row: &Model) -> impl Iterator<Item = Uuid> {
    let actor = row.actor_id.filter(|_| row.actor_kind == "user");
    [actor, row.impersonator_id, told_person(row)]
        .into_iter()
        .flatten()
}

/// Entries of an organization that stand in no chain and are younger than a moment, or stand before its first place.
pub(in crate::audit) async fn strays(
    db: &impl ConnectionTrait,
    id: OrganizationId,
    since: i64,
) -> Result<u64> {
    let is_late = Condition::all()
        .add(Column::Seq.is_null())
        .add(Column::At.gt(since));
    let select = Entity::find()
        .filter(Column::OrganizationId.eq(id.0))
        .filter(Condition::any().add(is_late).add(Column::Seq.lte(0)));
    Ok(select.count(db).await?)
}

/// Entries that are bound under keys of these names.
pub(in crate::audit) async fn count_under(
    db: &impl ConnectionTrait,
    keys: Vec<String>,
) -> Result<u64> {
    let select = Entity::find()
        .filter(Column::Seq.is_not_null())
        .filter(Column::ChainKey.is_in(keys));
    Ok(select.count(db).await?)
}

impl Step {
    pub(in crate::audit) fn seq(&self) -> i64 {
        self.0.seq.unwrap_or_default()
    }

    pub(in crate::audit) fn at(&self) -> i64 {
        self.0.at
    }

    pub(in crate::audit) fn key(&self) -> &str {
        self.0.chain_key.as_deref().unwrap_or_default()
    }

    pub(in crate::audit) fn hash(&self) -> &[u8] {
        self.0.chain_hash.as_deref().unwrap_or_default()
    }

    pub(in crate::audit) fn is_erased(&self) -> bool {
        self.0.facts_salt.is_none() || self.0.ip_salt.is_none()
    }

    /// Whether what it says is what it said when it was written; what a person's erasure took may be missing with its salt.
    pub(in crate::audit) fn says_what_it_said(&self, key: &ChainKey) -> bool {
        let row = &self.0;
        let (before, after) = (row.before.as_deref(), row.after.as_deref());
        let facts = match &row.facts_salt {
            Some(salt) => is(&row.facts_digest, &key.facts(salt, before, after)),
            None => before.is_none() && after.is_none(),
        };
        let ip = match &row.ip_salt {
            Some(salt) => is(&row.ip_digest, &key.ip(salt, row.ip.as_deref())),
            None => row.ip.is_none(),
        };
        facts && ip
    }

    /// Whether it stands behind the one with this hash.
    pub(in crate::audit) fn follows(&self, key: &ChainKey, previous: &[u8]) -> bool {
        let row = &self.0;
        let place = Place {
            seq: self.seq(),
            previous,
            facts: row.facts_digest.as_deref().unwrap_or_default(),
            ip: row.ip_digest.as_deref().unwrap_or_default(),
        };
        let organization = row.organization_id.unwrap_or_default();
        key.link(&fixed(row, organization), &place) == *self.hash()
    }
}
