//! An invitation is sent once more, or its link is copied.

use contract::{
    Code, EmailAddress, InvitationId, Permission,
    invitations::{DEFAULT_DAYS, Invitation, InvitationStatus},
};

use super::{Offer, PREFIX, letters, send::make_room, store};
use crate::{
    Actor, Ctx, InOrg, PlainSecret, accounts,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, organizations,
};

const DAY: i64 = 24 * 60 * 60;

/// Sends the letter again with a new secret; every older one dies, and the time is prolonged, never shortened. An expired
/// invitation is open again, where it could be sent anew. From now on it is the actor's: it holds while they may invite.
pub async fn resend(ctx: &Ctx, actor: &Actor, id: InvitationId) -> Result<Invitation> {
    let (tx, held, offer) = hold(ctx, actor, id).await?;
    let email = EmailAddress::parse(&offer.email)?;
    if offer.status == InvitationStatus::Expired {
        make_room(&tx, ctx, &held, &offer.email_key).await?;
    }
    mail::take_allowance(&tx, ctx.now(), &email).await?;
    let secret = PlainSecret::mint(ctx.random(), PREFIX);
    let expires_at = ctx.now().plus_seconds(DEFAULT_DAYS * DAY);
    let expires_at = expires_at.max(offer.expires_at);
    let renewed = store::Renewed {
        invited_by: held.user_id(),
        token_hash: secret.hash(),
        sent_at: ctx.now(),
        expires_at,
    };
    store::renew(&tx, &offer, renewed).await?;
    let event = Event::new("invitation.resent", Subject::Invitation(id)).within(held.id());
    audit::record(&tx, ctx, actor, event).await?;
    let inviter = accounts::find(tx.db(), held.user_id())
        .await?
        .ok_or(Code::Unauthenticated)?
        .user;
    let told = letters::Told {
        organization: held.organization(),
        inviter: inviter.display_name(),
        role: offer.role,
        message: &offer.message,
        expires_at,
    };
    mail::queue(&tx, ctx, &email, &letters::invitation(ctx, &told, &secret)?).await?;
    let after = store::get(tx.db(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    tx.commit().await?;
    Ok(after)
}

/// A link to hand over by other means; the one that was copied before dies. It proves no address: a new person confirms it
/// by mail before joining.
pub async fn copy_link(ctx: &Ctx, actor: &Actor, id: InvitationId) -> Result<String> {
    let (tx, held, offer) = hold(ctx, actor, id).await?;
    offer.require_open()?;
    let secret = PlainSecret::mint(ctx.random(), PREFIX);
    store::set_link(&tx, id, &secret.hash()).await?;
    let event = Event::new("invitation.link_copied", Subject::Invitation(id)).within(held.id());
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(letters::link(ctx, &secret))
}

/// Holds the organization of an unanswered invitation for somebody who may invite with its role.
pub(super) async fn hold(ctx: &Ctx, actor: &Actor, id: InvitationId) -> Result<(Tx, InOrg, Offer)> {
    actor.in_person()?;
    let tx = ctx.begin().await?;
    let found = store::find(tx.db(), ctx.now(), id).await?;
    let organization_id = found.ok_or(Code::NotFound)?.organization_id;
    let held = organizations::hold(&tx, actor, organization_id).await?;
    held.require(Permission::InviteMembers)?;
    held.require_live()?;
    // Once more, now that nobody else can answer it.
    let offer = store::find(tx.db(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    held.role().may_give(offer.role)?;
    if offer
        .require_open()
        .is_err_and(|error| !error.is_refusal(Code::InvitationExpired))
    {
        return Err(Code::InvitationSettled.into());
    }
    Ok((tx, held, offer))
}
