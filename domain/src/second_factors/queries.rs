//! Reading what somebody has set up.

use contract::{UserId, second_factors::SecondFactors};

use super::store;
use crate::{Actor, Ctx, error::Result, passkeys};

/// What the signed-in person has set up beside a password.
pub async fn get(ctx: &Ctx, actor: &Actor) -> Result<SecondFactors> {
    of(ctx, actor.signed_in()?.user_id).await
}

pub(crate) async fn of(ctx: &Ctx, id: UserId) -> Result<SecondFactors> {
    let app = store::app(ctx.read(), id).await?;
    Ok(SecondFactors {
        app_since: app.and_then(|app| app.confirmed_at),
        passkeys: passkeys::count(ctx.read(), id).await?,
        recovery_codes_left: store::codes_left(ctx.read(), id).await?,
    })
}
