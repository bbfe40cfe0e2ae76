//! Somebody has found a key where it should not be.

use contract::{ApiKeyId, Code, OrganizationId, text::is_deceptive};
use serde_json::json;

use super::{letters, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    mail, organizations, sessions,
    throttles::Rate,
    verification,
};

/// Longest note of where a key was found, in code points; what is beyond is cut.
const LONGEST_SOURCE: usize = 500;

/// Reports of keys that we do not know, from one address: 30, then one each 20 seconds.
const WRONG_FROM_ADDRESS: Rate = Rate {
    name: "leak_address",
    burst: 30,
    period_seconds: 20,
};

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// The key was revoked now.
    Revoked(ApiKeyId),
    /// It could not be used any more.
    Known(ApiKeyId),
}

/// Revokes a key by the key itself, whoever sends it, and writes to its owners. To have it is proof enough: whoever does could use
/// it. `source` says where it was found.
pub async fn report_leak(ctx: &Ctx, secret: &str, source: &str) -> Result<Leak> {
    let network = sessions::network(ctx);
    if let Some(network) = &network {
        WRONG_FROM_ADDRESS
            .check(ctx.read(), ctx.now(), network)
            .await?;
    }
    let tx = ctx.begin().await?;
    let Some(id) = find(ctx, &tx, secret.trim()).await? else {
        if let Some(network) = &network {
            match WRONG_FROM_ADDRESS.take(&tx, ctx.now(), network).await {
                Err(error) if !error.is_refusal(Code::RateLimited) => return Err(error),
                _ => tx.commit().await?,
            }
        }
        return Err(contract::Problem::new(Code::NotFound).on("key").into());
    };
    let seen = store::find(tx.db(), id).await?.ok_or(Code::NotFound)?;
    // The organization first, as whoever changes a key does, and then the key as it is now.
    let organization_id = OrganizationId(seen.organization_id);
    let organization = organizations::lock(&tx, organization_id)
        .await?
        .ok_or(Code::NotFound)?;
    let row = store::find(tx.db(), id).await?.ok_or(Code::NotFound)?;
    if row.revoked_at.is_some() {
        return Ok(Leak::Known(id));
    }
    let source: String = source
        .chars()
        .filter(|c| !is_deceptive(*c))
        .take(LONGEST_SOURCE)
        .collect();
    store::set_revoked(&tx, ctx, id, "reported as leaked").await?;
    let event = Event::new("api_key.leaked", Subject::ApiKey(id))
        .within(organization_id)
        .with(json!({ "source": source }));
    audit::record(&tx, ctx, &Actor::Anonymous, event).await?;
    let key = store::get(tx.db(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    for owner in organizations::owners(&tx, organization_id).await? {
        let letter = letters::leaked(ctx, &owner, &organization, &key, &source)?;
        mail::queue(&tx, ctx, &owner.email, &letter).await?;
    }
    let hashes = store::hashes(tx.db(), &[id.0]).await?;
    tx.commit().await?;
    verification::forget(ctx, &hashes);
    Ok(Leak::Revoked(id))
}

async fn find(ctx: &Ctx, tx: &crate::context::Tx, secret: &str) -> Result<Option<ApiKeyId>> {
    if !ctx.keys().is_one(secret) {
        return Ok(None);
    }
    let hashes: Vec<Vec<u8>> = ctx
        .keys()
        .hashes(secret)
        .map(|hash| hash.to_vec())
        .collect();
    store::find_by_hashes(tx.db(), &hashes).await
}
