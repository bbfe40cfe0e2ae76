//! The letters about invitations.

use contract::{EmailAddress, Organization, Permission, Role, Timestamp, accounts::Notification};

use super::Offer;
use crate::{
    Ctx, PlainSecret, Result,
    accounts::{self, Account},
    context::Tx,
    mail::{self, Draft, Letter},
    members,
    time::in_zone,
};

const ANSWERS: Notification = Notification::InvitationAnswers;

/// Who is written to, and the zone of their times.
pub(super) type Receiver = (EmailAddress, String);

/// Where whoever sent an invitation is written to; nowhere once they may not invite there any more.
pub(super) async fn inviter(tx: &Tx, offer: &Offer) -> Result<Option<Receiver>> {
    find(tx, offer, false).await
}

/// The same, for whoever wants to hear of answers.
pub(super) async fn inviter_who_wants(tx: &Tx, offer: &Offer) -> Result<Option<Receiver>> {
    find(tx, offer, true).await
}

/// How an account is written to.
pub(super) fn receiver(account: Account) -> Result<Receiver> {
    let user = account.user;
    Ok((EmailAddress::parse(&user.email)?, user.profile.time_zone))
}

async fn find(tx: &Tx, offer: &Offer, wants: bool) -> Result<Option<Receiver>> {
    let Some(inviter) = offer.invited_by else {
        return Ok(None);
    };
    match members::role_of(tx.db(), offer.organization_id, inviter).await? {
        Some(role) if role.may(Permission::InviteMembers) => {}
        _ => return Ok(None),
    }
    let account = accounts::find(tx.db(), inviter).await?;
    account
        .filter(|account| !wants || !account.user.profile.muted.contains(&ANSWERS))
        .map(receiver)
        .transpose()
}

/// The address that a secret opens.
pub(super) fn link(ctx: &Ctx, secret: &PlainSecret) -> String {
    ctx.settings()
        .page(&format!("/invitations/accept?token={}", secret.expose()))
}

/// What the letter of an invitation tells.
pub(super) struct Told<'a> {
    pub(super) organization: &'a Organization,
    pub(super) inviter: &'a str,
    pub(super) role: Role,
    pub(super) message: &'a str,
    pub(super) expires_at: Timestamp,
}

pub(super) fn invitation(ctx: &Ctx, told: &Told<'_>, secret: &PlainSecret) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let name = &told.organization.name;
    let article = if told.role == Role::Member { "a" } else { "an" };
    let mut paragraphs = vec![format!(
        "{} invites you to {name} at {product}, as {article} {}.",
        told.inviter,
        told.role.as_str()
    )];
    if !told.message.is_empty() {
        paragraphs.push(format!("They wrote: “{}”", told.message));
    }
    paragraphs.push(format!(
        "The invitation is for this address only and valid until {}.",
        in_zone(told.expires_at, "UTC")
    ));
    let draft = Draft {
        template: "invitation",
        subject: format!("{} invites you to {name}", told.inviter),
        heading: format!("Join {name}"),
        paragraphs,
        button: ("See the invitation", link(ctx, secret)),
        aside: None,
        reason: format!(
            "You get this because a member of {name} entered your address. If you do not know them, do nothing: nothing happens unless you answer."
        ),
    };
    draft.finish(ctx)
}

fn to_inviter(
    ctx: &Ctx,
    organization: &Organization,
    template: &'static str,
    heading: String,
    text: &str,
    tab: &str,
    zone: &str,
) -> Result<Letter> {
    let draft = Draft {
        template,
        subject: heading.clone(),
        heading,
        paragraphs: vec![text.to_owned()],
        button: (
            "See the members",
            ctx.settings()
                .page(&format!("/o/{}/members{tab}", organization.slug)),
        ),
        aside: Some(mail::choose_letters(ctx)),
        reason: format!(
            "You get this because you sent an invitation to {} at {}.",
            organization.name,
            ctx.settings().product_name
        ),
    };
    draft.finish_in(ctx, zone)
}

/// Tells whoever invited that the invitation was accepted.
pub(super) fn accepted(
    ctx: &Ctx,
    organization: &Organization,
    email: &str,
    zone: &str,
) -> Result<Letter> {
    let heading = format!("{email} joined {}", organization.name);
    to_inviter(
        ctx,
        organization,
        "invitation_accepted",
        heading,
        "Your invitation was accepted.",
        "",
        zone,
    )
}

/// Tells whoever invited that the invitation was declined.
pub(super) fn declined(
    ctx: &Ctx,
    organization: &Organization,
    email: &str,
    zone: &str,
) -> Result<Letter> {
    let heading = format!("{email} declined to join {}", organization.name);
    to_inviter(
        ctx,
        organization,
        "invitation_declined",
        heading,
        "Your invitation was declined. There is nothing left to do.",
        "?tab=invitations",
        zone,
    )
}

/// Tells whoever invited that a new invitation is wanted.
pub(super) fn asked_again(
    ctx: &Ctx,
    organization: &Organization,
    email: &str,
    zone: &str,
) -> Result<Letter> {
    let heading = format!("{email} asks for a new invitation to {}", organization.name);
    to_inviter(
        ctx,
        organization,
        "invitation_asked_again",
        heading,
        "Your invitation had expired when it was opened. Send it again if you still want them to join.",
        "?tab=invitations",
        zone,
    )
}
