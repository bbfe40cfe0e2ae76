//! A key ends for good.

use contract::{
    ApiKeyId, Code, Permission,
    api_keys::{ApiKey, LONGEST_REASON},
    text::one_line,
};
use serde_json::json;

use super::{hold, is_itself, require_not_revoked, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    verification,
};

/// Refuses the key from now on and for ever. A key may do this to itself, whatever its scopes; and it may be done while the
/// organization waits to be purged.
pub async fn revoke(ctx: &Ctx, actor: &Actor, id: ApiKeyId, reason: &str) -> Result<ApiKey> {
    let (tx, held, row) = hold(ctx, actor, id, Permission::ManageKeys).await?;
    if !is_itself(&held, id) {
        held.require(Permission::ManageKeys)?;
    }
    let reason = one_line(reason, LONGEST_REASON).map_err(|problem| problem.on("reason"))?;
    require_not_revoked(&row)?;
    store::set_revoked(&tx, ctx, id, &reason).await?;
    let event = Event::new("api_key.revoked", Subject::ApiKey(id))
        .within(held.id())
        .with(json!({ "reason": reason }));
    audit::record(&tx, ctx, actor, event).await?;
    let after = store::get(tx.db(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    let hashes = store::hashes(tx.db(), &[id.0]).await?;
    tx.commit().await?;
    verification::forget(ctx, &hashes);
    Ok(after)
}
