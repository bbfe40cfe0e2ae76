//! Does the secret key belong to this database?

use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    second_factors,
};

/// What the configured secret keys are to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// No key has sealed anything in it yet.
    New,
    Same,
    /// The key of the database is one of the former ones: the key was changed since.
    Changed,
    /// Neither the present key nor a former one has sealed what is in it.
    Foreign,
}

/// How the keys fit; changes nothing.
pub async fn fit(ctx: &Ctx) -> Result<Fit> {
    let settings = ctx.settings();
    let Some(kept) = store::find(ctx.read()).await? else {
        // A database of before keys were told apart.
        let is_ours = second_factors::is_sealed_by_us(ctx).await?;
        return Ok(if is_ours { Fit::New } else { Fit::Foreign });
    };
    Ok(if kept.key_check == settings.secret_key.check() {
        Fit::Same
    } else if settings
        .former_secret_keys
        .iter()
        .any(|key| key.check() == kept.key_check)
    {
        Fit::Changed
    } else {
        Fit::Foreign
    })
}

/// How the keys fit; from now on the present key is the database's, unless it is a foreign one.
pub async fn settle_key(ctx: &Ctx) -> Result<Fit> {
    let found = fit(ctx).await?;
    match found {
        Fit::Same | Fit::Foreign => {}
        Fit::New => keep(ctx, None).await?,
        Fit::Changed => keep(ctx, Some("installation.secret_key_changed")).await?,
    }
    Ok(found)
}

/// Makes the present key the database's although what another has sealed is lost: letters that wait, and API keys without peppers of
/// their own. Authenticator apps stay, so that nobody gets in with a password alone; their owners use a recovery code, or are reset.
/// For operators, when the former key cannot be found.
pub async fn accept_key(ctx: &Ctx, actor: &Actor) -> Result<()> {
    actor.operator()?;
    keep(ctx, Some("installation.secret_key_accepted")).await
}

async fn keep(ctx: &Ctx, action: Option<&'static str>) -> Result<()> {
    let check = ctx.settings().secret_key.check();
    let tx = ctx.begin().await?;
    store::put_key(&tx, &check, ctx.now()).await?;
    if let Some(action) = action {
        let event = Event::new(action, Subject::Installation).with(json!({ "keyCheck": check }));
        audit::record(&tx, ctx, &Actor::Operator, event).await?;
    }
    tx.commit().await
}
