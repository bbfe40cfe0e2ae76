//! A person with an account accepts an invitation.

use contract::{Code, InvitationId, Organization, Permission, UserId};
use serde_json::json;

use super::{Offer, find_shown, letters, store};
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, members, organizations,
};

/// Joins the organization of an invitation to the person's own address, which is verified. Gives the organization.
pub async fn accept(ctx: &Ctx, actor: &Actor, id: InvitationId) -> Result<Organization> {
    let user_id = actor.in_person()?.user_id;
    let email = own_email(ctx, user_id).await?;
    let offer = store::find(ctx.read(), ctx.now(), id)
        .await?
        .filter(|offer| offer.email_key == email)
        .ok_or(Code::NotFound)?;
    join(ctx, actor, user_id, &offer).await
}

/// The same by the secret of a link. Whoever is signed in with another address is told so.
pub async fn accept_by_token(ctx: &Ctx, actor: &Actor, token: &str) -> Result<Organization> {
    let user_id = actor.in_person()?.user_id;
    let shown = find_shown(ctx, token).await?;
    if shown.offer.email_key != own_email(ctx, user_id).await? {
        return Err(Code::InvitationForOther.into());
    }
    join(ctx, actor, user_id, &shown.offer).await
}

/// The verified address of a person, as it is compared.
pub(super) async fn own_email(ctx: &Ctx, user_id: UserId) -> Result<String> {
    let account = accounts::find(ctx.read(), user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if account.user.email_verified_at.is_none() {
        return Err(Code::EmailUnverified.into());
    }
    Ok(account.email_key())
}

async fn join(ctx: &Ctx, actor: &Actor, user_id: UserId, offer: &Offer) -> Result<Organization> {
    let tx = ctx.begin().await?;
    let organization = take(&tx, ctx, actor, user_id, offer).await?;
    tx.commit().await?;
    Ok(organization)
}

/// Makes the person a member, under the organization's lock; of two at once, one is refused.
pub(super) async fn take(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    user_id: UserId,
    offer: &Offer,
) -> Result<Organization> {
    let organization = check(tx, ctx, offer).await?;
    if !store::settle(tx, offer.id, store::Answer::Accepted, ctx.now()).await? {
        return Err(Code::InvitationSettled.into());
    }
    let added = members::add(tx, ctx, offer.organization_id, user_id, offer.role).await;
    if added.as_ref().is_err_and(crate::Error::is_duplicate) {
        return Err(Code::AlreadyMember.into());
    }
    added?;
    let event = Event::new("invitation.accepted", Subject::Invitation(offer.id))
        .within(offer.organization_id)
        .with(json!({ "user": user_id, "role": offer.role }));
    audit::record(tx, ctx, actor, event).await?;
    tell_inviter(tx, ctx, &organization, offer).await?;
    let after = organizations::lock(tx, offer.organization_id).await?;
    Ok(after.unwrap_or(organization))
}

/// Holds the organization and checks what must hold for somebody to join it by this invitation.
pub(super) async fn check(tx: &Tx, ctx: &Ctx, offer: &Offer) -> Result<Organization> {
    let organization = organizations::lock(tx, offer.organization_id)
        .await?
        .ok_or(Code::InvitationInvalid)?;
    let now_offer = store::find(tx.db(), ctx.now(), offer.id)
        .await?
        .ok_or(Code::InvitationInvalid)?;
    now_offer.require_open()?;
    if organization.deleted_at.is_some() {
        return Err(Code::PendingDeletion.into());
    }
    if organization.suspended_at.is_some() {
        return Err(Code::OrganizationSuspended.into());
    }
    let inviter_role = match offer.invited_by {
        Some(inviter) => members::role_of(tx.db(), organization.id, inviter).await?,
        None => None,
    };
    let may = inviter_role.is_some_and(|role| {
        role.may(Permission::InviteMembers) && role.may_give(offer.role).is_ok()
    });
    if !may {
        return Err(Code::InviterLeft.into());
    }
    let has_seat = organization
        .seats
        .is_none_or(|seats| organization.member_count < u64::from(seats));
    if has_seat {
        Ok(organization)
    } else {
        Err(Code::NoSeatsLeft.into())
    }
}

async fn tell_inviter(
    tx: &Tx,
    ctx: &Ctx,
    organization: &Organization,
    offer: &Offer,
) -> Result<()> {
    if let Some((to, zone)) = letters::inviter_who_wants(tx, offer).await? {
        let letter = letters::accepted(ctx, organization, &offer.email, &zone)?;
        mail::queue(tx, ctx, &to, &letter).await?;
    }
    Ok(())
}
