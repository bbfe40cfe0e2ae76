//! Reading what somebody has set up.

use std::collections::HashMap;

use contract::{UserId, second_factors::SecondFactors};
use uuid::Uuid;

use super::store;
use crate::{Actor, Ctx, error::Result, passkeys};

/// What the signed-in person has set up beside a password.
pub async fn get(ctx: &Ctx, actor: &Actor) -> Result<SecondFactors> {
    of(ctx, actor.signed_in()?.user_id).await
}

/// What somebody has set up.
pub(crate) async fn of(ctx: &Ctx, id: UserId) -> Result<SecondFactors> {
    let app = store::app(ctx.read(), id).await?;
    Ok(SecondFactors {
        app_since: app.and_then(|app| app.confirmed_at),
        passkeys: passkeys::count(ctx.read(), id).await?,
        recovery_codes_left: store::codes_left(ctx.read(), id).await?,
    })
}

/// What each of some people has set up.
pub(crate) async fn of_each(ctx: &Ctx, ids: &[Uuid]) -> Result<HashMap<Uuid, SecondFactors>> {
    let apps = store::apps_since(ctx.read(), ids).await?;
    let passkeys = passkeys::count_each(ctx.read(), ids).await?;
    let codes = store::codes_left_each(ctx.read(), ids).await?;
    let few = |count: Option<&u64>| {
        let count = count.copied().unwrap_or_default();
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    let factors = |id: &Uuid| {
        let factors = SecondFactors {
            app_since: apps.get(id).copied(),
            passkeys: few(passkeys.get(id)),
            recovery_codes_left: few(codes.get(id)),
        };
        (*id, factors)
    };
    Ok(ids.iter().map(factors).collect())
}
