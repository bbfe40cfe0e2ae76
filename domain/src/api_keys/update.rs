//! A key's name, scopes and limits are changed.

use contract::{
    ApiKeyId, Code, Permission, Problem,
    api_keys::{ApiKey, UpdateApiKey},
};
use serde_json::json;

use super::{hold, is_itself, limits, require_not_revoked, require_own_scopes, scopes, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    verification,
};

/// Changes what is given. Scopes, limits and the end count from the next verification on; an expired key with a later end works
/// again. A key that changes keys does not change itself, and gives no scope that it does not have itself.
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: ApiKeyId,
    input: &UpdateApiKey,
) -> Result<ApiKey> {
    let (tx, held, row) = hold(ctx, actor, id, Permission::ManageKeys).await?;
    held.require(Permission::ManageKeys)?;
    // Else its limits would bind it for as long as it likes.
    if is_itself(&held, id) {
        return Err(Problem::only_for_people().into());
    }
    held.require_live()?;
    require_not_revoked(&row)?;
    let valid = input.validate()?;
    if let Some(wanted) = &valid.scopes {
        let had = store::scopes(&row.scopes);
        scopes::require_offered(ctx, wanted, &had)?;
        let new: Vec<_> = wanted
            .iter()
            .filter(|scope| !had.contains(scope))
            .cloned()
            .collect();
        require_own_scopes(&held, &new)?;
    }
    let edit = store::Edit {
        name: valid.name,
        scopes: valid.scopes,
        expires_at: valid
            .expiry
            .as_ref()
            .map(|expiry| limits::expires_at(ctx, expiry))
            .transpose()?,
        allowed_ips: valid
            .allowed_ips
            .as_deref()
            .map(limits::networks)
            .transpose()?,
        rate_limit: valid.rate_limit,
        quota: valid.quota,
    };
    let before = store::get(tx.db(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    if edit.quota.is_some_and(|quota| quota != row.quota) {
        verification::reset_told(&tx, id.0, ctx.now().month()).await?;
    }
    store::edit(&tx, ctx, id, edit).await?;
    let after = store::get(tx.db(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    let facts = |of: &ApiKey| {
        json!({
            "name": of.name,
            "scopes": of.scopes,
            "expires_at": of.expires_at.map(|at| at.to_string()),
            "allowed_ips": of.allowed_ips,
            "rate_limit": of.rate_limit,
            "quota": of.quota,
        })
    };
    let event = Event::new("api_key.updated", Subject::ApiKey(id))
        .within(held.id())
        .changing(facts(&before), facts(&after));
    audit::record(&tx, ctx, actor, event).await?;
    let hashes = store::hashes(tx.db(), &[id.0]).await?;
    tx.commit().await?;
    verification::forget(ctx, &hashes);
    Ok(after)
}
