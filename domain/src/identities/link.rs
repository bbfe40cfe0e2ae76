//! A signed-in person connects an identity to the account.

use contract::{Code, EmailAddress, identities::Identity};
use serde_json::json;

use super::{Claimed, Finished, letters, providers::Offered, store};
use crate::{
    Actor, Ctx, accounts,
    actor::SignedIn,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail,
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
    let identity = store::insert(tx, ctx, user.user_id, claimed).await?;
    let event = Event::new("user.identity_linked", Subject::User(user.user_id)).with(json!({
        "identity": identity.id,
        "provider": claimed.provider,
        "issuer": claimed.issuer,
    }));
    audit::record(tx, ctx, actor, event).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let name = &account.user.name;
    let letter = letters::linked(ctx, name, &offered.settings.name, &identity.label)?;
    mail::queue(tx, ctx, &to, &letter).await?;
    Ok(identity)
}
