//! A person disconnects an identity.

use contract::{Code, EmailAddress, IdentityId, identities::Identity};
use serde_json::json;

use super::{letters, queries, store};
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    error::Result,
    mail, sessions,
};

/// Disconnects an identity: it signs nobody in from now on. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `LAST_WAY_IN` when nothing
/// else signs its owner in.
pub async fn unlink(ctx: &Ctx, actor: &Actor, id: IdentityId) -> Result<Identity> {
    let user = sessions::require_fresh(ctx, actor)?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let identity = store::own(tx.db(), user.user_id, id)
        .await?
        .ok_or(Code::NotFound)?;
    store::delete(&tx, id).await?;
    sessions::require_way_in(tx.db(), ctx, &account).await?;
    let event = Event::new("user.identity_unlinked", Subject::User(user.user_id)).with(json!({
        "identity": id,
        "provider": identity.provider,
        "issuer": identity.issuer,
    }));
    audit::record(&tx, ctx, actor, event).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let provider = queries::name(ctx, identity.provider);
    let letter = letters::unlinked(ctx, &account.user, &provider, &identity.label)?;
    mail::queue(&tx, ctx, &to, &letter).await?;
    tx.commit().await?;
    Ok(identity)
}
