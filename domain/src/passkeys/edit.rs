//! Listing passkeys, naming them, and removing them.

use contract::{
    Code, EmailAddress, PasskeyId,
    passkeys::{Passkey, check_name},
};
use serde_json::json;

use super::{letters, store};
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    error::Result,
    mail, second_factors, sessions,
};

/// The signed-in person's passkeys, oldest first.
pub async fn list(ctx: &Ctx, actor: &Actor) -> Result<Vec<Passkey>> {
    let user = actor.signed_in()?;
    store::list(ctx.read(), user.user_id).await
}

/// Names a passkey anew. Refused: a name that is missing or too long, `NOT_FOUND`.
pub async fn rename(ctx: &Ctx, actor: &Actor, id: PasskeyId, name: &str) -> Result<Passkey> {
    let user = actor.in_person()?;
    let name = check_name(name).map_err(|problem| problem.on("name"))?;
    let tx = ctx.begin().await?;
    accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let mut passkey = store::own(tx.db(), user.user_id, id)
        .await?
        .ok_or(Code::NotFound)?;
    store::rename(&tx, id, &name).await?;
    let event = Event::new("user.passkey_renamed", Subject::User(user.user_id))
        .with(json!({ "passkey": id, "name": name }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    passkey.name = name;
    Ok(passkey)
}

/// Removes a passkey: it signs nobody in from now on. With the last factor the recovery codes die. Browsers that were trusted
/// are no more. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `LAST_WAY_IN` for the last passkey of somebody whom nothing else
/// signs in.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: PasskeyId) -> Result<Passkey> {
    let user = sessions::require_fresh(ctx, actor)?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let passkey = store::own(tx.db(), user.user_id, id)
        .await?
        .ok_or(Code::NotFound)?;
    store::delete(&tx, id).await?;
    sessions::require_way_in(tx.db(), ctx, &account).await?;
    let is_last = !second_factors::is_any_on(tx.db(), user.user_id).await?;
    if is_last {
        second_factors::forget_codes(&tx, user.user_id).await?;
    }
    sessions::distrust_browsers(&tx, user.user_id).await?;
    let event = Event::new("user.passkey_removed", Subject::User(user.user_id))
        .with(json!({ "passkey": id, "name": passkey.name }));
    audit::record(&tx, ctx, actor, event).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let letter = letters::removed(ctx, &account.user, &passkey.name, is_last)?;
    mail::queue(&tx, ctx, &to, &letter).await?;
    tx.commit().await?;
    Ok(passkey)
}
