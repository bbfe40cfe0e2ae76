//! A signed-in person connects an identity to the account.

use contract::{Code, EmailAddress, UserId, identities::Identity};
use serde_json::json;

use super::{Claimed, Finished, letters, providers::Offered, store};
use crate::{
    Actor, Ctx, accounts,
    actor::SignedIn,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, sessions,
};

/// Connects what the provider has told of who came back; the proof of identity was asked for when they left.
pub(super) async fn link(
    ctx: &Ctx,
    actor: &Actor,
    user: &SignedIn,
    offered: &Offered,
    claimed: &Claimed,
) -> Result<Finished> {
    let tx = ctx.begin().await?;
    connect(&tx, ctx, actor, user, offered, claimed).await?;
    tx.commit().await?;
    Ok(Finished::Linked {
        name: offered.settings.name.clone(),
    })
}

/// Writes the identity down and tells its owner; one that is theirs already stays as it is. Refused: `IDENTITY_TAKEN` when it
/// is somebody else's, `PROVIDER_CONNECTED` when another of this provider is connected.
pub(super) async fn connect(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    user: &SignedIn,
    offered: &Offered,
    claimed: &Claimed,
) -> Result<Identity> {
    let account = accounts::lock(tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    // It may have been ended while its owner was at the provider.
    sessions::require_there(tx, user.session_id).await?;
    if let Some(known) = store::find(tx.db(), claimed).await? {
        return if known.user_id == user.user_id {
            Ok(known.identity)
        } else {
            Err(Code::IdentityTaken.into())
        };
    }
    if store::of_issuer(tx.db(), user.user_id, &claimed.issuer).await? {
        return Err(Code::ProviderConnected.into());
    }
    let identity = match store::insert(tx, ctx, user.user_id, claimed).await {
        Err(error) if error.is_duplicate() => return Err(Code::IdentityTaken.into()),
        done => done?,
    };
    record(tx, ctx, actor, user.user_id, &identity).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let provider = &offered.settings.name;
    let letter = letters::linked(ctx, &account.user, provider, &identity.label)?;
    mail::queue(tx, ctx, &to, &letter).await?;
    Ok(identity)
}

/// Writes down that an identity signs somebody in from now on.
pub(super) async fn record(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    user_id: UserId,
    identity: &Identity,
) -> Result<()> {
    let event = Event::new("user.identity_linked", Subject::User(user_id)).with(json!({
        "identity": identity.id,
        "provider": identity.provider,
        "issuer": identity.issuer,
    }));
    audit::record(tx, ctx, actor, event).await
}
