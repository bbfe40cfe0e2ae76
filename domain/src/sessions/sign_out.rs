//! A person ends the session they are using.

use super::{impersonate, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
};

/// Ends the session at once; the token is dead from then on. A second call finds nobody signed in. Staff who act as somebody else are
/// signed out themselves as well.
pub async fn sign_out(ctx: &Ctx, actor: &Actor) -> Result<()> {
    let user = actor.signed_in()?;
    if let Some(by) = user.impersonator {
        return impersonate::sign_out(ctx, user, by).await;
    }
    let tx = ctx.begin().await?;
    if store::delete_one(&tx, user.session_id).await? {
        let event = Event::new("session.ended", Subject::User(user.user_id));
        audit::record(
            &tx,
            ctx,
            actor,
            event.with(serde_json::json!({ "session": user.session_id })),
        )
        .await?;
    }
    tx.commit().await
}
