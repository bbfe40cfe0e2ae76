//! Reading invitations.

use contract::{
    Code, InvitationId, Permission,
    invitations::{Invitation, InvitationPreview, OpenInvitation},
    page::{Page, PageRequest},
};

use super::{accept::own_email, find_shown, store};
use crate::{Actor, Ctx, InOrg, accounts, error::Result, organizations, paging::Window};

/// How many open invitations a person is shown at once.
const MOST_OPEN: u64 = 50;

/// The invitations of an organization that were not accepted, newest first.
pub async fn list(ctx: &Ctx, viewer: &InOrg, request: &PageRequest) -> Result<Page<Invitation>> {
    viewer.require(Permission::InviteMembers)?;
    let scope = format!("invitations of {}", viewer.id());
    let window = Window::open(ctx, scope, request)?.newest_first();
    let rows = store::list(ctx.read(), ctx.now(), viewer.id(), &window).await?;
    Ok(window.page(ctx, rows, |row| row.id.0))
}

/// One invitation of the viewer's organization.
pub async fn get(ctx: &Ctx, actor: &Actor, id: InvitationId) -> Result<Invitation> {
    actor.signed_in()?;
    let found = store::get(ctx.read(), ctx.now(), id)
        .await?
        .ok_or(Code::NotFound)?;
    let viewer = organizations::enter_by_id(ctx, actor, found.organization_id).await?;
    if viewer.may(Permission::InviteMembers) {
        Ok(found)
    } else {
        Err(Code::NotFound.into())
    }
}

/// How many invitations of the organization wait for an answer.
pub async fn count_pending(ctx: &Ctx, viewer: &InOrg) -> Result<u64> {
    viewer.require(Permission::InviteMembers)?;
    store::count_pending(ctx.read(), viewer.id(), ctx.now()).await
}

/// The invitations that wait for the person's own answer.
pub async fn open_for(ctx: &Ctx, actor: &Actor) -> Result<Vec<OpenInvitation>> {
    let email = own_email(ctx, actor.signed_in()?.user_id).await?;
    store::open_for(ctx.read(), &email, ctx.now(), MOST_OPEN).await
}

/// What the secret of a link shows of its invitation; changes nothing.
pub async fn preview(ctx: &Ctx, token: &str) -> Result<InvitationPreview> {
    let shown = find_shown(ctx, token).await?;
    let offer = shown.offer;
    let organization = store::organization(ctx.read(), offer.organization_id)
        .await?
        .ok_or(Code::InvitationInvalid)?;
    let invited_by = match offer.invited_by {
        Some(inviter) => accounts::find(ctx.read(), inviter)
            .await?
            .map(|account| account.user.display_name().to_owned())
            .unwrap_or_default(),
        None => String::new(),
    };
    let account = accounts::find_by_email(ctx.read(), &offer.email_key).await?;
    let has_account = account.is_some_and(|account| account.user.email_verified_at.is_some());
    Ok(InvitationPreview {
        id: offer.id,
        organization_name: organization.name,
        logo: organization.logo_id.map(|id| id.simple().to_string()),
        invited_by,
        email: offer.email,
        role: offer.role,
        message: offer.message,
        status: offer.status,
        expires_at: offer.expires_at,
        proves_address: shown.proves_address,
        has_account: shown.proves_address && has_account,
    })
}
