//! API keys: how one is made, shaped, given another secret, paused and revoked.
//!
//! A key belongs to an organization and outlives whoever made it. Its secret is shown once; what is stored is a keyed hash
//! (`format`). Rotation keeps the key (id, name, scopes, limits, history) and replaces the secret; the one before works on for a
//! while. Whatever changes a key tells `verification`, which keeps keys in memory, once it is committed.

mod create;
mod expiring;
mod filter;
mod format;
mod leaked;
mod letters;
mod limits;
mod pause;
mod queries;
mod revoke;
mod rotate;
mod scopes;
mod store;
mod update;

use contract::{ApiKeyId, Code, Permission, Problem};

use crate::{
    Actor, Ctx, InOrg,
    context::Tx,
    entities::api_key::Model,
    error::Result,
    organizations::{self, Owner},
    throttles::Rate,
};

pub use create::{Created, create};
pub use filter::{KeyFilter, ListKeys};
pub use leaked::{Leak, report_leak};
pub use pause::{pause, resume};
pub use queries::{count, count_many, first_pages, get, list};
pub use revoke::{revoke, revoke_as_staff};
pub use rotate::{end_rotation, rotate};
pub use scopes::offered;
pub use update::update;

pub(crate) use create::MOST_KEYS;
pub(crate) use expiring::tell_owners;
pub(crate) use format::{KeyFormat, KeyHash, Minted};
pub(crate) use letters::quota_warning;
pub(crate) use queries::{find, names};
pub(crate) use store::{
    count_everywhere, count_made_by, count_made_by_each, count_of_former_key, count_usable,
    delete_some, find_everywhere, hashes, joined, list_everywhere, list_made_by, rate_limit,
    scopes as parse_scopes, sweep,
};

/// Holds the organization of a key for somebody who may change it so, and the key as it is once nobody else can change it. To
/// whom cannot see it, it is "not found".
async fn hold(
    ctx: &Ctx,
    actor: &Actor,
    id: ApiKeyId,
    permission: Permission,
) -> Result<(Tx, InOrg, Model)> {
    actor.require_known()?;
    // A key that is widened or lives longer is a credential like a new one.
    actor.refuse_impersonation()?;
    let tx = ctx.begin().await?;
    let seen = store::find(tx.db(), id).await?.ok_or(Code::NotFound)?;
    let organization_id = contract::OrganizationId(seen.organization_id);
    let held = organizations::hold_as(&tx, actor, organization_id).await?;
    if let Some(caller) = held.key() {
        require_live_caller(ctx, &tx, caller.key_id).await?;
    }
    if !held.may(Permission::ReadKeys) && !held.may(permission) && !is_itself(&held, id) {
        return Err(Code::NotFound.into());
    }
    let row = store::find(tx.db(), id).await?.ok_or(Code::NotFound)?;
    Ok((tx, held, row))
}

/// Turns away a key that was good when the request began and is not any more.
async fn require_live_caller(ctx: &Ctx, tx: &Tx, id: ApiKeyId) -> Result<()> {
    let own = store::find(tx.db(), id).await?;
    let own = own.ok_or(Code::Unauthenticated)?;
    let is_live = own.revoked_at.is_none()
        && own.paused_at.is_none()
        && own.expires_at.is_none_or(|at| at > ctx.now().0);
    if is_live {
        Ok(())
    } else {
        Err(Code::Unauthenticated.into())
    }
}

/// Up to here owners are written to about each; then one each minute, so that a program that makes many keys buries no
/// mailbox. All of it is in the audit log.
const NOTICES: Rate = Rate {
    name: "key_notices",
    burst: 20,
    period_seconds: 60,
};

/// The owners who are to be written to about a key that was made or rotated.
async fn notified(tx: &Tx, ctx: &Ctx, id: contract::OrganizationId) -> Result<Vec<Owner>> {
    match NOTICES.take(tx, ctx.now(), &id.to_string()).await {
        Ok(()) => organizations::owners(tx, id).await,
        Err(error) if error.is_refusal(Code::RateLimited) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether a key acts on itself.
fn is_itself(held: &InOrg, id: ApiKeyId) -> bool {
    held.key().is_some_and(|key| key.key_id == id)
}

/// Refuses to change what has ended for good.
fn require_not_revoked(row: &Model) -> Result<()> {
    match row.revoked_at {
        None => Ok(()),
        Some(_) => Err(Code::KeyRevoked.into()),
    }
}

fn require_not_expired(ctx: &Ctx, row: &Model) -> Result<()> {
    match row.expires_at {
        Some(at) if at <= ctx.now().0 => Err(Code::KeyExpired.into()),
        _ => Ok(()),
    }
}

/// What a key may give to another: nothing that it does not have itself.
fn require_own_scopes(held: &InOrg, scopes: &[contract::api_keys::Scope]) -> Result<()> {
    let Some(key) = held.key() else {
        return Ok(());
    };
    if scopes.iter().all(|scope| key.has(scope.as_str())) {
        Ok(())
    } else {
        Err(Problem::new(Code::ScopeTooHigh).on("scopes").into())
    }
}
