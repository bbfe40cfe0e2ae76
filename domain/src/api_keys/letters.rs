//! The letters about keys, to the owners of their organization.

use contract::{Organization, Timestamp, api_keys::ApiKey};

use crate::{
    Ctx, Result,
    mail::{self, Draft, Letter},
    organizations::Owner,
    time::in_zone,
};

/// The key as it is named in a letter.
fn named(key: &ApiKey) -> String {
    format!("“{}” ({}…{})", key.name, key.start, key.last4)
}

fn draft(
    ctx: &Ctx,
    organization: &Organization,
    key: &ApiKey,
    template: &'static str,
    heading: String,
    paragraphs: Vec<String>,
) -> Draft {
    let product = &ctx.settings().product_name;
    Draft {
        template,
        subject: heading.clone(),
        heading,
        paragraphs,
        button: (
            "See the key",
            ctx.settings()
                .page(&format!("/o/{}/keys/{}", organization.slug, key.id)),
        ),
        aside: None,
        reason: format!(
            "You get this because you own {} at {product}.",
            organization.name
        ),
    }
}

/// Tells an owner that there is a new key.
pub(super) fn created(
    ctx: &Ctx,
    owner: &Owner,
    organization: &Organization,
    key: &ApiKey,
) -> Result<Letter> {
    let end = match key.expires_at {
        Some(at) => format!("It works until {}.", in_zone(at, &owner.time_zone)),
        None => "It never expires.".to_owned(),
    };
    let maker = if key.created_by.is_empty() {
        "Somebody"
    } else {
        &key.created_by
    };
    let paragraphs = vec![
        owner.greeted(format!("{maker} created the key {}. {end}", named(key))),
        "If nobody was supposed to create it, revoke it, and ask whoever did.".to_owned(),
    ];
    let heading = format!("{} has a new API key", organization.name);
    draft(
        ctx,
        organization,
        key,
        "api_key_created",
        heading,
        paragraphs,
    )
    .finish_in(ctx, &owner.time_zone)
}

/// Tells an owner that a key has another secret.
pub(super) fn rotated(
    ctx: &Ctx,
    owner: &Owner,
    organization: &Organization,
    key: &ApiKey,
    former_until: Timestamp,
) -> Result<Letter> {
    let rest = if former_until > ctx.now() {
        format!(
            "The former secret works until {}. Switch the programs that use it to the new one by then.",
            in_zone(former_until, &owner.time_zone)
        )
    } else {
        "The former secret has stopped working.".to_owned()
    };
    let paragraphs = vec![
        owner.greeted(format!("The key {} has a new secret. {rest}", named(key))),
        "If nobody was supposed to do that, revoke the key.".to_owned(),
    ];
    let heading = format!("An API key of {} was rotated", organization.name);
    draft(
        ctx,
        organization,
        key,
        "api_key_rotated",
        heading,
        paragraphs,
    )
    .finish_in(ctx, &owner.time_zone)
}

/// Tells an owner that somebody has found a key, which was revoked.
pub(super) fn leaked(
    ctx: &Ctx,
    owner: &Owner,
    organization: &Organization,
    key: &ApiKey,
    source: &str,
) -> Result<Letter> {
    let mut paragraphs = vec![owner.greeted(format!(
        "Somebody who has the key {} reported it as leaked, so it was revoked at once. Programs that use it are refused from now on.",
        named(key)
    ))];
    if !source.is_empty() {
        paragraphs.push(format!("This is where they say they found it: “{source}”"));
    }
    paragraphs.push(
        "Create a new key for those programs, and check the usage of the old one for calls that are not yours."
            .to_owned(),
    );
    let heading = format!("An API key of {} was leaked and revoked", organization.name);
    draft(
        ctx,
        organization,
        key,
        "api_key_leaked",
        heading,
        paragraphs,
    )
    .finish_in(ctx, &owner.time_zone)
}

/// Tells an owner that staff revoked a key. Why stands with the key.
pub(super) fn revoked_by_staff(
    ctx: &Ctx,
    owner: &Owner,
    organization: &Organization,
    key: &ApiKey,
) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let paragraphs = vec![
        owner.greeted(format!(
            "An operator of {product} has revoked the key {}. Programs that use it are refused from now on. This cannot be undone.",
            named(key)
        )),
        "The reason is shown with the key. Create a new one for programs that need it.".to_owned(),
    ];
    let heading = format!("An API key of {} was revoked", organization.name);
    let template = "api_key_revoked_by_staff";
    draft(ctx, organization, key, template, heading, paragraphs).finish(ctx)
}

/// Tells an owner that a key will stop working.
pub(super) fn expiring(
    ctx: &Ctx,
    owner: &Owner,
    organization: &Organization,
    key: &ApiKey,
) -> Result<Letter> {
    let end = key.expires_at.unwrap_or_default();
    let used = match key.last_used_at {
        Some(at) => format!("It was last used on {}.", in_zone(at, &owner.time_zone)),
        None => "It was never used.".to_owned(),
    };
    let paragraphs = vec![
        owner.greeted(format!(
            "The key {} stops working on {}. {used}",
            named(key),
            in_zone(end, &owner.time_zone)
        )),
        "If it is still needed, give it a later date or create a new one.".to_owned(),
    ];
    let heading = format!("An API key of {} expires soon", organization.name);
    let template = "api_key_expiring";
    let mut draft = draft(ctx, organization, key, template, heading, paragraphs);
    draft.aside = Some(mail::choose_letters(ctx));
    draft.finish_in(ctx, &owner.time_zone)
}

/// Tells an owner that much of a month's quota is used, of the organization or of one key.
pub(crate) fn quota_warning(
    ctx: &Ctx,
    owner: &Owner,
    organization: &Organization,
    key: Option<&ApiKey>,
    percent: i16,
    limit: i64,
) -> Result<Letter> {
    let resets = Timestamp::begin_of_month(ctx.now().month() + 1);
    let (whose, page) = match key {
        Some(key) => (
            format!("the key {}", named(key)),
            format!("/o/{}/keys/{}", organization.slug, key.id),
        ),
        None => (
            organization.name.clone(),
            format!("/o/{}/usage", organization.slug),
        ),
    };
    let name = key.map_or(organization.name.as_str(), |key| key.name.as_str());
    let (heading, text) = if percent >= 100 {
        (
            format!("The quota of {name} is used up"),
            format!(
                "All {limit} units that {whose} can use this month are used up. Further calls are refused until {}.",
                in_zone(resets, &owner.time_zone)
            ),
        )
    } else {
        (
            format!("{percent}% of the quota of {name} is used"),
            format!(
                "{percent}% of the {limit} units that {whose} can use this month are used. When they are used up, further calls are refused until {}.",
                in_zone(resets, &owner.time_zone)
            ),
        )
    };
    let draft = Draft {
        template: "quota_warning",
        subject: heading.clone(),
        heading,
        paragraphs: vec![owner.greeted(text)],
        button: ("See the usage", ctx.settings().page(&page)),
        aside: Some(mail::choose_letters(ctx)),
        reason: format!(
            "You get this because you own {} at {}.",
            organization.name,
            ctx.settings().product_name
        ),
    };
    draft.finish_in(ctx, &owner.time_zone)
}
