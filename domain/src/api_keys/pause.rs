//! A key is paused, and resumed.

use contract::{ApiKeyId, Code, Permission, api_keys::ApiKey};

use super::{hold, require_not_expired, require_not_revoked, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    verification,
};

/// Refuses the key from now on, until it is resumed.
pub async fn pause(ctx: &Ctx, actor: &Actor, id: ApiKeyId) -> Result<ApiKey> {
    set(ctx, actor, id, true).await
}

/// Lets the key pass again.
pub async fn resume(ctx: &Ctx, actor: &Actor, id: ApiKeyId) -> Result<ApiKey> {
    set(ctx, actor, id, false).await
}

async fn set(ctx: &Ctx, actor: &Actor, id: ApiKeyId, pauses: bool) -> Result<ApiKey> {
    let (tx, held, row) = hold(ctx, actor, id, Permission::ManageKeys).await?;
    held.require(Permission::ManageKeys)?;
    held.require_live()?;
    require_not_revoked(&row)?;
    require_not_expired(ctx, &row)?;
    if row.paused_at.is_some() == pauses {
        let refusal = if pauses {
            Code::KeyPaused
        } else {
            Code::KeyNotPaused
        };
        return Err(refusal.into());
    }
    store::set_paused(&tx, ctx, id, pauses.then(|| ctx.now())).await?;
    let action = if pauses {
        "api_key.paused"
    } else {
        "api_key.resumed"
    };
    let event = Event::new(action, Subject::ApiKey(id)).within(held.id());
    audit::record(&tx, ctx, actor, event).await?;
    let after = store::get(tx.db(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    let hashes = store::hashes(tx.db(), &[id.0]).await?;
    tx.commit().await?;
    verification::forget(ctx, &hashes);
    Ok(after)
}
