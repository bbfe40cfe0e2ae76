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

fn window(ctx: &Ctx, viewer: &InOrg, request: &PageRequest) -> Result<Window> {
    viewer.require(Permission::InviteMembers)?;
    let scope = format!("invitations of {}", viewer.id());
    Ok(Window::open(ctx, scope, request)?.newest_first())
}

/// The invitations of an organization that were not accepted, newest first.
pub async fn list(ctx: &Ctx, viewer: &InOrg, request: &PageRequest) -> Result<Page<Invitation>> {
    let window = window(ctx, viewer, request)?;
    let rows = store::list(ctx.read(), ctx.now(), viewer.id(), &window).await?;
    Ok(window.page(ctx, rows, |row| row.id.0))
}

/// A page of invitations for each that is asked for, of the same organization or of others; the number of statements does
/// not depend on how many these are. One that is refused spoils no other.
pub async fn first_pages(
    ctx: &Ctx,
    asked: &[(&InOrg, &PageRequest)],
) -> Result<Vec<Result<Page<Invitation>>>> {
    let opened: Vec<Result<_>> = asked
        .iter()
        .map(|(viewer, request)| window(ctx, viewer, request))
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .zip(&opened)
        .filter_map(|((viewer, _), opened)| Some((viewer.id(), opened.as_ref().ok()?)))
        .collect();
    let lists = store::list_many(ctx.read(), ctx.now(), &parts).await?;
    let mut lists = lists.into_iter();
    let mut pages = Vec::with_capacity(asked.len());
    for opened in opened {
        pages.push(opened.map(|window| {
            let mut found = lists.next().unwrap_or_default();
            window.sort(&mut found, |row| row.id.0);
            window.page(ctx, found, |row| row.id.0)
        }));
    }
    Ok(pages)
}

/// How many invitations the list of each organization has, in one statement.
pub async fn count_many(ctx: &Ctx, viewers: &[&InOrg]) -> Result<Vec<Result<u64>>> {
    let allowed: Vec<Result<_>> = viewers
        .iter()
        .map(|viewer| viewer.require(Permission::InviteMembers))
        .collect();
    let ids: Vec<_> = viewers
        .iter()
        .zip(&allowed)
        .filter_map(|(viewer, allowed)| allowed.is_ok().then_some(viewer.id()))
        .collect();
    let counts = store::count_many(ctx.read(), &ids).await?;
    let mut counts = counts.into_iter();
    let found = allowed
        .into_iter()
        .map(|allowed| allowed.map(|()| counts.next().unwrap_or_default()));
    Ok(found.collect())
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

/// The same, by pages.
pub async fn page_open(
    ctx: &Ctx,
    actor: &Actor,
    request: &PageRequest,
) -> Result<Page<OpenInvitation>> {
    let user_id = actor.signed_in()?.user_id;
    let email = own_email(ctx, user_id).await?;
    let scope = format!("open invitations of {user_id}");
    let window = Window::open(ctx, scope, request)?.newest_first();
    let rows = store::page_open(ctx.read(), &email, ctx.now(), &window).await?;
    Ok(window.page(ctx, rows, |row| row.id.0))
}

/// How many invitations wait for the person's own answer.
pub async fn count_open(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    let email = own_email(ctx, actor.signed_in()?.user_id).await?;
    store::count_open(ctx.read(), &email, ctx.now()).await
}

/// One invitation that waits for the person's own answer.
pub async fn get_open(ctx: &Ctx, actor: &Actor, id: InvitationId) -> Result<OpenInvitation> {
    let email = own_email(ctx, actor.signed_in()?.user_id).await?;
    let found = store::find_open(ctx.read(), &email, ctx.now(), id).await?;
    found.ok_or_else(|| Code::NotFound.into())
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
