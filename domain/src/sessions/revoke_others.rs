//! A person signs out everywhere else.

use super::{require_fresh, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
};

/// Ends every session of the person but the one that asks, and trusts no browser any more; wants a fresh proof of identity. Gives
/// how many ended.
pub async fn revoke_others(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    let user = require_fresh(ctx, actor)?;
    let tx = ctx.begin().await?;
    store::waiting::distrust_browsers(&tx, user.user_id).await?;
    let ended = store::delete_others(&tx, user.user_id, user.session_id).await?;
    if ended > 0 {
        let event = Event::new("session.others_ended", Subject::User(user.user_id));
        audit::record(
            &tx,
            ctx,
            actor,
            event.with(serde_json::json!({ "ended": ended })),
        )
        .await?;
    }
    tx.commit().await?;
    Ok(ended)
}
