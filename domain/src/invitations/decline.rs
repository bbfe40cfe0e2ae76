//! An invitation is declined.

use contract::{Code, InvitationId};

use super::{Offer, accept::own_email, find_shown, letters, store};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    mail, organizations,
};

/// Declines an invitation to the person's own address.
pub async fn decline(ctx: &Ctx, actor: &Actor, id: InvitationId) -> Result<()> {
    let user_id = actor.in_person()?.user_id;
    let email = own_email(ctx, user_id).await?;
    let offer = store::find(ctx.read(), ctx.now(), id)
        .await?
        .filter(|offer| offer.email_key == email)
        .ok_or(Code::NotFound)?;
    settle(ctx, actor, &offer).await
}

/// Declines by the secret of a letter; nobody needs an account for that. A copied link proves no address, so with one only
/// whoever is signed in with that address declines.
pub async fn decline_by_token(ctx: &Ctx, actor: &Actor, token: &str) -> Result<()> {
    actor.refuse_impersonation()?;
    let shown = find_shown(ctx, token).await?;
    if !shown.proves_address {
        let user_id = actor.signed_in()?.user_id;
        if shown.offer.email_key != own_email(ctx, user_id).await? {
            return Err(Code::InvitationForOther.into());
        }
    }
    settle(ctx, actor, &shown.offer).await
}

async fn settle(ctx: &Ctx, actor: &Actor, offer: &Offer) -> Result<()> {
    offer.require_open()?;
    let tx = ctx.begin().await?;
    let organization = organizations::lock(&tx, offer.organization_id)
        .await?
        .ok_or(Code::InvitationInvalid)?;
    if !store::settle(&tx, offer.id, store::Answer::Declined, ctx.now()).await? {
        return Err(Code::InvitationSettled.into());
    }
    let event = Event::new("invitation.declined", Subject::Invitation(offer.id))
        .within(offer.organization_id);
    audit::record(&tx, ctx, actor, event).await?;
    if let Some((to, zone)) = letters::inviter_who_wants(&tx, offer).await? {
        let letter = letters::declined(ctx, &organization, &offer.email, &zone)?;
        mail::queue(&tx, ctx, &to, &letter).await?;
    }
    tx.commit().await
}
