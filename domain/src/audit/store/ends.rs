//! Where chains end, and how entries are put there.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{Draft, Entity, Model, active, fixed, last_place};
use crate::{
    Ctx,
    audit::chain::{ChainKey, Place, SALT},
    context::Tx,
    entities::audit_head::{self, ActiveModel, Column},
    error::Result,
};

/// Rows of one statement: far below what the databases take of values.
const AT_ONCE: usize = 500;

/// Puts the entries of a transaction at the ends of the chains that they belong to. Locks the heads, in a fixed order, until
/// the transaction ends.
pub(in crate::audit) async fn append(tx: &Tx, ctx: &Ctx, drafts: Vec<Draft>) -> Result<()> {
    let mut chains: BTreeMap<Uuid, Vec<Model>> = BTreeMap::new();
    for Draft(row) in drafts {
        if let Some(organization) = row.organization_id {
            chains.entry(organization).or_default().push(row);
        }
    }
    for (organization, rows) in chains {
        append_to(tx, ctx, organization, rows).await?;
    }
    Ok(())
}

async fn append_to(tx: &Tx, ctx: &Ctx, organization: Uuid, mut rows: Vec<Model>) -> Result<()> {
    let key = ctx.chain_keys().newest();
    let (mut seq, mut hash) = end(tx, ctx, organization).await?;
    for row in &mut rows {
        seq += 1;
        hash = bind(ctx, key, row, organization, seq, &hash);
    }
    Entity::insert_many(rows.into_iter().map(active))
        .exec_without_returning(tx.db())
        .await?;
    let head = head(key, organization, seq, hash);
    audit_head::Entity::update(head).exec(tx.db()).await?;
    Ok(())
}

/// Begins the chains of organizations that are new in this transaction, each with one entry; the number of statements hardly depends
/// on how many these are.
pub(in crate::audit) async fn begin(tx: &Tx, ctx: &Ctx, drafts: Vec<Draft>) -> Result<()> {
    let key = ctx.chain_keys().newest();
    let mut drafts = drafts.into_iter().peekable();
    while drafts.peek().is_some() {
        let bound = drafts.by_ref().take(AT_ONCE).filter_map(|Draft(mut row)| {
            let organization = row.organization_id?;
            let hash = bind(ctx, key, &mut row, organization, 1, &[]);
            Some((active(row), head(key, organization, 1, hash)))
        });
        let (rows, heads): (Vec<_>, Vec<_>) = bound.unzip();
        Entity::insert_many(rows)
            .exec_without_returning(tx.db())
            .await?;
        audit_head::Entity::insert_many(heads)
            .exec_without_returning(tx.db())
            .await?;
    }
    Ok(())
}

/// Tells of the end of a chain.
fn head(key: &ChainKey, organization: Uuid, seq: i64, hash: Vec<u8>) -> ActiveModel {
    ActiveModel {
        organization_id: Set(organization),
        seq: Set(seq),
        tag: Set(key.head(organization, seq, &hash).to_vec()),
        hash: Set(hash),
        chain_key: Set(key.name.clone()),
    }
}

/// Gives an entry its place and its salts; gives its hash.
fn bind(
    ctx: &Ctx,
    key: &ChainKey,
    row: &mut Model,
    organization: Uuid,
    seq: i64,
    previous: &[u8],
) -> Vec<u8> {
    let [facts_salt, ip_salt] = [(); 2].map(|()| ctx.random_bytes::<SALT>());
    let facts = key.facts(&facts_salt, row.before.as_deref(), row.after.as_deref());
    let ip = key.ip(&ip_salt, row.ip.as_deref());
    let place = Place {
        seq,
        previous,
        facts: &facts,
        ip: &ip,
    };
    let hash = key.link(&fixed(row, organization), &place).to_vec();
    row.seq = Some(seq);
    row.facts_salt = Some(facts_salt.to_vec());
    row.facts_digest = Some(facts.to_vec());
    row.ip_salt = Some(ip_salt.to_vec());
    row.ip_digest = Some(ip.to_vec());
    row.chain_key = Some(key.name.clone());
    row.chain_hash = Some(hash.clone());
    hash
}

/// Holds the end of a chain, which begins here when there is none; gives its last place and hash.
///
/// An end whose tag does not fit is not ours. The chain then goes on behind all that is there, with no hash for the one
/// before, so that whoever checks it finds the break for ever.
async fn end(tx: &Tx, ctx: &Ctx, organization: Uuid) -> Result<(i64, Vec<u8>)> {
    let head = hold(tx, organization).await?;
    if head.seq > 0 {
        let key = ctx.chain_keys().find(&head.chain_key);
        if key.is_some_and(|key| key.head(organization, head.seq, &head.hash) == *head.tag) {
            return Ok((head.seq, head.hash));
        }
    }
    let last = last_place(tx.db(), organization).await?;
    if last > 0 || head.seq > 0 {
        tracing::error!(%organization, "audit: the end of a chain is not as it was left; it goes on with a break");
    }
    Ok((last.max(head.seq), Vec::new()))
}

/// Waits for whoever writes to the same chain.
async fn hold(tx: &Tx, organization: Uuid) -> Result<audit_head::Model> {
    let new = ActiveModel {
        organization_id: Set(organization),
        seq: Set(0),
        hash: Set(Vec::new()),
        chain_key: Set(String::new()),
        tag: Set(Vec::new()),
    };
    // A change that changes nothing locks the row, on either database, and gives it as it is by then.
    let same = OnConflict::column(Column::OrganizationId)
        .value(Column::Seq, Expr::col((audit_head::Entity, Column::Seq)))
        .to_owned();
    let held = audit_head::Entity::insert(new)
        .on_conflict(same)
        .exec_with_returning(tx.db())
        .await?;
    Ok(held)
}
