//! An admin makes a key.

use contract::{
    ApiKeyId, Code, OrganizationId, Permission,
    api_keys::{ApiKey, CreateApiKey, Scope},
};
use serde_json::json;

use super::{letters, limits, notified, scopes, store};
use crate::{
    Actor, Ctx, PlainSecret,
    audit::{self, Event, Subject},
    error::Result,
    mail, organizations, sessions,
    throttles::Rate,
    verification,
};

/// Keys that one organization can have at once; revoked and expired ones do not count.
pub(crate) const MOST_KEYS: u64 = 10_000;

/// Keys made in one organization: 1,000, then one each 10 seconds.
const BY_ORGANIZATION: Rate = Rate {
    name: "key_create",
    burst: 1_000,
    period_seconds: 10,
};

/// A key, and its secret: shown now and never again.
#[derive(Clone, Debug)]
pub struct Created {
    pub key: ApiKey,
    pub secret: PlainSecret,
}

/// Makes a key for the organization. For people who may, who have lately proved who they are; the owners are told.
pub async fn create(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    input: &CreateApiKey,
) -> Result<Created> {
    let maker = actor.in_person()?.user_id;
    let tx = ctx.begin().await?;
    let held = organizations::hold_for(&tx, actor, id, Permission::CreateKeys).await?;
    let valid = input.validate()?;
    let asked: Vec<Scope> = valid.scopes.unwrap_or_default();
    scopes::require_offered(ctx, &asked, &[])?;
    let new = store::NewKey {
        organization_id: id,
        name: valid.name.unwrap_or_default(),
        scopes: asked,
        allowed_ips: limits::networks(&valid.allowed_ips.unwrap_or_default())?,
        rate_limit: valid.rate_limit.flatten(),
        quota: valid.quota.flatten(),
        created_by: maker,
        expires_at: limits::expires_at(ctx, &valid.expiry.unwrap_or_default())?,
    };
    sessions::require_fresh(ctx, actor)?;
    BY_ORGANIZATION
        .take(&tx, ctx.now(), &id.to_string())
        .await?;
    if store::count_alive(tx.db(), id, ctx.now()).await? >= MOST_KEYS {
        return Err(Code::TooManyKeys.into());
    }
    let minted = ctx.keys().mint(ctx.random());
    let key_id: ApiKeyId = store::insert(&tx, ctx, &new).await?;
    store::insert_secret(&tx, ctx, key_id, &minted).await?;
    let event = Event::new("api_key.created", Subject::ApiKey(key_id))
        .within(id)
        .with(json!({
            "name": new.name,
            "start": minted.start,
            "scopes": new.scopes,
            "expires_at": new.expires_at.map(|at| at.to_string()),
            "allowed_ips": new.allowed_ips,
            "rate_limit": new.rate_limit,
            "quota": new.quota,
        }));
    audit::record(&tx, ctx, actor, event).await?;
    let key = store::get(tx.db(), ctx.now(), key_id)
        .await?
        .ok_or(Code::NotFound)?;
    for owner in notified(&tx, ctx, id).await? {
        let letter = letters::created(ctx, &owner, held.organization(), &key)?;
        mail::queue(&tx, ctx, &owner.email, &letter).await?;
    }
    tx.commit().await?;
    verification::learn(ctx, &minted.hash);
    Ok(Created {
        key,
        secret: minted.secret,
    })
}
