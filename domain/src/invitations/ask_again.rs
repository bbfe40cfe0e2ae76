//! Whoever holds an expired invitation asks for a new one.

use contract::{Code, UserId, invitations::InvitationStatus};

use super::{
    find_shown,
    letters::{self, Receiver, receiver},
};
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, organizations,
    throttles::Rate,
};

/// For one invitation: once a day.
const FOR_INVITATION: Rate = Rate {
    name: "invitation_ask",
    burst: 1,
    period_seconds: 24 * 60 * 60,
};

/// Asks by mail to send an expired invitation again: the inviter, or the primary owner where the inviter is gone.
pub async fn ask_again(ctx: &Ctx, actor: &Actor, token: &str) -> Result<()> {
    actor.refuse_impersonation()?;
    let offer = find_shown(ctx, token).await?.offer;
    match offer.status {
        InvitationStatus::Expired => {}
        InvitationStatus::Pending => return Ok(()),
        InvitationStatus::Accepted | InvitationStatus::Declined | InvitationStatus::Revoked => {
            return Err(Code::InvitationSettled.into());
        }
    }
    let tx = ctx.begin().await?;
    FOR_INVITATION
        .take(&tx, ctx.now(), &offer.id.to_string())
        .await?;
    let organization = organizations::lock(&tx, offer.organization_id)
        .await?
        .filter(|found| found.deleted_at.is_none() && found.suspended_at.is_none())
        .ok_or(Code::InvitationInvalid)?;
    let to = match letters::inviter(&tx, &offer).await? {
        Some(inviter) => Some(inviter),
        None => owner(&tx, organization.owner_id).await?,
    };
    if let Some((to, zone)) = to {
        let letter = letters::asked_again(ctx, &organization, &offer.email, &zone)?;
        mail::queue(&tx, ctx, &to, &letter).await?;
    }
    let event = Event::new("invitation.asked_again", Subject::Invitation(offer.id))
        .within(offer.organization_id);
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await
}

async fn owner(tx: &Tx, id: UserId) -> Result<Option<Receiver>> {
    let account = accounts::find(tx.db(), id).await?;
    account.map(receiver).transpose()
}
