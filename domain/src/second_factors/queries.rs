//! Reading what somebody has set up.

use contract::second_factors::SecondFactors;

use super::store;
use crate::{Actor, Ctx, error::Result};

/// What the signed-in person has set up beside a password.
pub async fn get(ctx: &Ctx, actor: &Actor) -> Result<SecondFactors> {
    let user = actor.signed_in()?;
    let app = store::app(ctx.read(), user.user_id).await?;
    Ok(SecondFactors {
        app_since: app.and_then(|app| app.confirmed_at),
        recovery_codes_left: store::codes_left(ctx.read(), user.user_id).await?,
    })
}
