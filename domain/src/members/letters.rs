//! The letters to members.

use contract::{EmailAddress, Organization, Role, UserId};

use crate::{
    Ctx, Result, accounts,
    context::Tx,
    mail::{Draft, Letter},
};

/// Where a member is written to, and the zone of their times.
pub(super) async fn receiver(tx: &Tx, id: UserId) -> Result<Option<(EmailAddress, String)>> {
    let Some(account) = accounts::find(tx.db(), id).await? else {
        return Ok(None);
    };
    let user = account.user;
    let to = EmailAddress::parse(&user.email)?;
    Ok(Some((to, user.profile.time_zone)))
}

fn reason(ctx: &Ctx, organization: &Organization) -> String {
    format!(
        "You get this because you are or were a member of {} at {}.",
        organization.name,
        ctx.settings().product_name
    )
}

/// Tells somebody that they have another role.
pub(super) fn role_changed(
    ctx: &Ctx,
    organization: &Organization,
    role: Role,
    zone: &str,
) -> Result<Letter> {
    let article = if role == Role::Member { "a" } else { "an" };
    let draft = Draft {
        template: "role_changed",
        subject: format!("Your role in {} has changed", organization.name),
        heading: format!(
            "You are {article} {} of {}",
            role.as_str(),
            organization.name
        ),
        paragraphs: vec![role.sentence().to_owned()],
        button: (
            "Open it",
            ctx.settings()
                .page(&format!("/o/{}/overview", organization.slug)),
        ),
        aside: None,
        reason: reason(ctx, organization),
    };
    draft.finish_in(ctx, zone)
}

/// Tells somebody that they are no longer a member.
pub(super) fn removed(ctx: &Ctx, organization: &Organization, zone: &str) -> Result<Letter> {
    let draft = Draft {
        template: "member_removed",
        subject: format!("You were removed from {}", organization.name),
        heading: format!("You were removed from {}", organization.name),
        paragraphs: vec![
            "You can no longer open it. Your account stays as it is.".to_owned(),
            "If this comes as a surprise, ask whoever runs the organization.".to_owned(),
        ],
        button: ("Open your account", ctx.settings().page("/account/profile")),
        aside: None,
        reason: reason(ctx, organization),
    };
    draft.finish_in(ctx, zone)
}
