//! An invitation is taken back.

use contract::{Code, InvitationId};

use super::{resend::hold, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
};

/// Ends an unanswered invitation: its links say so from now on.
pub async fn revoke(ctx: &Ctx, actor: &Actor, id: InvitationId) -> Result<()> {
    let (tx, held, _) = hold(ctx, actor, id).await?;
    if !store::settle(&tx, id, store::Answer::Revoked, ctx.now()).await? {
        return Err(Code::InvitationSettled.into());
    }
    let event = Event::new("invitation.revoked", Subject::Invitation(id)).within(held.id());
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await
}
