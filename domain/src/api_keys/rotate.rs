//! A key gets another secret.

use contract::{
    ApiKeyId, Code, Permission, Timestamp,
    api_keys::{ApiKey, Overlap},
};
use serde_json::json;

use super::{Created, hold, letters, notified, require_not_expired, require_not_revoked, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    mail, sessions, verification,
};

/// Gives the key a new secret and lets the one before work on for a while, but no longer than the key itself. Id, name, scopes,
/// limits and history stay. For people, as for making a key; one rotation at a time.
pub async fn rotate(ctx: &Ctx, actor: &Actor, id: ApiKeyId, overlap: Overlap) -> Result<Created> {
    actor.in_person()?;
    let (tx, held, row) = hold(ctx, actor, id, Permission::CreateKeys).await?;
    held.require(Permission::CreateKeys)?;
    held.require_live()?;
    require_not_revoked(&row)?;
    require_not_expired(ctx, &row)?;
    let now = ctx.now();
    let before = store::get(tx.db(), now, id).await?.ok_or(Code::NotFound)?;
    if before.rotation.is_some() {
        return Err(Code::KeyRotating.into());
    }
    sessions::require_fresh(ctx, actor)?;
    store::delete_ended(&tx, id, now).await?;
    let end = now.plus_seconds(overlap.seconds());
    let end = row.expires_at.map_or(end, |at| end.min(Timestamp(at)));
    store::end_secrets(&tx, id, end).await?;
    let minted = ctx.keys().mint(ctx.random());
    store::insert_secret(&tx, ctx, id, &minted).await?;
    store::change(&tx, ctx, id, Vec::new()).await?;
    let event = Event::new("api_key.rotated", Subject::ApiKey(id))
        .within(held.id())
        .changing(
            json!({ "start": before.start }),
            json!({ "start": minted.start, "former_until": end.to_string() }),
        );
    audit::record(&tx, ctx, actor, event).await?;
    let key = store::get(tx.db(), now, id).await?.ok_or(Code::NotFound)?;
    for owner in notified(&tx, ctx, held.id()).await? {
        let letter = letters::rotated(ctx, &owner, held.organization(), &key, end)?;
        mail::queue(&tx, ctx, &owner.email, &letter).await?;
    }
    let hashes = store::hashes(tx.db(), &[id.0]).await?;
    tx.commit().await?;
    verification::forget(ctx, &hashes);
    verification::learn(ctx, &minted.hash);
    Ok(Created {
        key,
        secret: minted.secret,
    })
}

/// Ends the secret before the newest now.
pub async fn end_rotation(ctx: &Ctx, actor: &Actor, id: ApiKeyId) -> Result<ApiKey> {
    let (tx, held, row) = hold(ctx, actor, id, Permission::ManageKeys).await?;
    held.require(Permission::ManageKeys)?;
    held.require_live()?;
    require_not_revoked(&row)?;
    if store::end_former(&tx, id, ctx.now()).await? == 0 {
        return Err(Code::KeyNotRotating.into());
    }
    store::change(&tx, ctx, id, Vec::new()).await?;
    let event = Event::new("api_key.rotation_ended", Subject::ApiKey(id)).within(held.id());
    audit::record(&tx, ctx, actor, event).await?;
    let after = store::get(tx.db(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    let hashes = store::hashes(tx.db(), &[id.0]).await?;
    tx.commit().await?;
    verification::forget(ctx, &hashes);
    Ok(after)
}
