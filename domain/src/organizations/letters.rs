//! The letters about organizations.

use contract::{
    EmailAddress, Organization, OrganizationId, UserId, accounts::Notification,
    organizations::RESTORE_DAYS,
};

use super::store;
use crate::{
    Ctx, Result, accounts,
    context::Tx,
    mail::{Draft, Letter},
    members::Lacking,
    time::in_zone,
};

/// An owner who is written to.
pub(crate) struct Owner {
    pub(crate) id: UserId,
    pub(crate) email: EmailAddress,
    name: String,
    /// A name of the IANA database.
    pub(crate) time_zone: String,
    muted: Vec<Notification>,
}

/// The owners who can sign in.
pub(crate) async fn owners(tx: &Tx, id: OrganizationId) -> Result<Vec<Owner>> {
    let rows = store::owners(tx.db(), id).await?;
    rows.into_iter()
        .map(|(row, profile)| {
            Ok(Owner {
                id: UserId(row.id),
                email: EmailAddress::parse(&row.email)?,
                name: row.name,
                time_zone: profile
                    .as_ref()
                    .map_or_else(|| "UTC".to_owned(), |profile| profile.time_zone.clone()),
                muted: profile.map_or_else(Vec::new, |profile| accounts::muted(&profile.muted)),
            })
        })
        .collect()
}

/// The owners who can sign in and want letters of this kind.
pub(crate) async fn owners_who_want(
    tx: &Tx,
    id: OrganizationId,
    kind: Notification,
) -> Result<Vec<Owner>> {
    let mut found = owners(tx, id).await?;
    found.retain(|owner| !owner.muted.contains(&kind));
    Ok(found)
}

impl Owner {
    pub(crate) fn greeted(&self, text: String) -> String {
        greeted(&self.name, text)
    }
}

/// "Hello Ada. …" where a name is known.
fn greeted(name: &str, text: String) -> String {
    if name.is_empty() {
        text
    } else {
        format!("Hello {name}. {text}")
    }
}

fn reason(ctx: &Ctx, organization: &Organization) -> String {
    format!(
        "You get this because you own {} at {}.",
        organization.name,
        ctx.settings().product_name
    )
}

fn settings_page(ctx: &Ctx, organization: &Organization) -> String {
    ctx.settings()
        .page(&format!("/o/{}/settings", organization.slug))
}

fn overview_page(ctx: &Ctx, organization: &Organization) -> String {
    ctx.settings()
        .page(&format!("/o/{}/overview", organization.slug))
}

/// Tells an owner that the organization was deleted, and until when that can be undone.
pub(super) fn deleted(ctx: &Ctx, owner: &Owner, organization: &Organization) -> Result<Letter> {
    let until = organization
        .purges_at()
        .map(|at| in_zone(at, &owner.time_zone))
        .unwrap_or_default();
    let draft = Draft {
        template: "organization_deleted",
        subject: format!("{} was deleted", organization.name),
        heading: format!("{} was deleted", organization.name),
        paragraphs: vec![
            owner.greeted(
                "Until it is restored, it can only be read. Open invitations have ended."
                    .to_owned(),
            ),
            format!(
                "Any owner can restore it for {RESTORE_DAYS} days, until {until}. After that it is gone for good."
            ),
        ],
        button: ("Restore it", settings_page(ctx, organization)),
        aside: None,
        reason: reason(ctx, organization),
    };
    draft.finish_in(ctx, &owner.time_zone)
}

/// Tells an owner that the operator suspended the organization. Not why: that is for the operator to say.
pub(super) fn suspended(ctx: &Ctx, owner: &Owner, organization: &Organization) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "organization_suspended",
        subject: format!("{} is suspended", organization.name),
        heading: format!("{} is suspended", organization.name),
        paragraphs: vec![
            owner.greeted(format!(
                "An operator of {product} has suspended it. Its API keys are refused, and its members cannot open it. Nothing was deleted."
            )),
            format!("Ask an operator of {product} why, and what you can do."),
        ],
        button: ("Open it", overview_page(ctx, organization)),
        aside: None,
        reason: reason(ctx, organization),
    };
    draft.finish(ctx)
}

/// Tells an owner that the suspension was lifted.
pub(super) fn unsuspended(ctx: &Ctx, owner: &Owner, organization: &Organization) -> Result<Letter> {
    let draft = Draft {
        template: "organization_unsuspended",
        subject: format!("{} is open again", organization.name),
        heading: format!("{} is open again", organization.name),
        paragraphs: vec![owner.greeted(
            "It is no longer suspended. Its members can use it as before, and its API keys work again."
                .to_owned(),
        )],
        button: ("Open it", overview_page(ctx, organization)),
        aside: None,
        reason: reason(ctx, organization),
    };
    draft.finish(ctx)
}

/// Tells an owner that the deletion was taken back.
pub(super) fn restored(ctx: &Ctx, owner: &Owner, organization: &Organization) -> Result<Letter> {
    let draft =
        Draft {
            template: "organization_restored",
            subject: format!("{} was restored", organization.name),
            heading: format!("{} was restored", organization.name),
            paragraphs: vec![owner.greeted(
            "Its members can use it as before. Invitations that have ended must be sent again."
                .to_owned(),
        )],
            button: ("Open it", settings_page(ctx, organization)),
            aside: None,
            reason: reason(ctx, organization),
        };
    draft.finish_in(ctx, &owner.time_zone)
}

/// Tells a member that they are the primary owner now.
pub(super) fn received(ctx: &Ctx, owner: &Owner, organization: &Organization) -> Result<Letter> {
    let draft = Draft {
        template: "ownership_received",
        subject: format!("You now own {}", organization.name),
        heading: format!("You now own {}", organization.name),
        paragraphs: vec![owner.greeted(
            "Its ownership was transferred to you. You can do everything in it, including managing people, changing settings and deleting it."
                .to_owned(),
        )],
        button: ("Open it", settings_page(ctx, organization)),
        aside: None,
        reason: reason(ctx, organization),
    };
    draft.finish_in(ctx, &owner.time_zone)
}

/// Tells whoever was the primary owner that another is.
pub(super) fn handed_over(
    ctx: &Ctx,
    owner: &Owner,
    organization: &Organization,
    to: &str,
) -> Result<Letter> {
    let draft = Draft {
        template: "ownership_handed_over",
        subject: format!("{} has a new owner", organization.name),
        heading: format!("{} has a new owner", organization.name),
        paragraphs: vec![owner.greeted(format!(
            "Ownership was transferred to {to}. You stay an owner until somebody changes your role."
        ))],
        button: ("Open it", settings_page(ctx, organization)),
        aside: None,
        reason: reason(ctx, organization),
    };
    draft.finish_in(ctx, &owner.time_zone)
}

/// Tells a member who lacks a second factor that it is asked for, and from when on.
pub(super) fn second_factor_asked(
    ctx: &Ctx,
    person: &Lacking,
    organization: &Organization,
) -> Result<Letter> {
    let name = &organization.name;
    let opens = match organization.second_factor_from {
        Some(from) if from > ctx.now() => format!(
            "Set one up by {}: from then on, only members who have one can open {name}.",
            in_zone(from, &person.time_zone)
        ),
        _ => format!("From now on, only members who have one can open {name}."),
    };
    let draft = Draft {
        template: "second_factor_asked",
        subject: format!("{name} asks for a second step at sign-in"),
        heading: "Set up a second step".to_owned(),
        paragraphs: vec![
            greeted(
                &person.name,
                format!(
                    "{name} asks its members for a second step at sign-in, such as a passkey or a code from an app, and you have none yet. {opens}"
                ),
            ),
            "You stay a member either way, and you can open it as soon as you have set up a second step."
                .to_owned(),
        ],
        button: ("Set it up", ctx.settings().page("/account/security")),
        aside: None,
        reason: format!(
            "You get this because you are a member of {name} at {}. Security e-mails cannot be turned off.",
            ctx.settings().product_name
        ),
    };
    draft.finish_in(ctx, &person.time_zone)
}
