//! The letters about second factors. Nobody can turn them off.

use contract::User;

use crate::{
    Ctx, Result,
    mail::{Draft, Letter},
};

/// A letter of one paragraph.
pub(crate) fn letter(
    ctx: &Ctx,
    template: &'static str,
    what: &str,
    user: &User,
    text: String,
) -> Result<Letter> {
    draft(ctx, template, what, user, vec![text]).finish_in(ctx, &user.profile.time_zone)
}

fn draft(
    ctx: &Ctx,
    template: &'static str,
    what: &str,
    user: &User,
    paragraphs: Vec<String>,
) -> Draft {
    let product = &ctx.settings().product_name;
    let mut paragraphs = paragraphs;
    let name = &user.name;
    if let (false, Some(first)) = (name.is_empty(), paragraphs.first_mut()) {
        *first = format!("Hello {name}. {first}");
    }
    Draft {
        template,
        subject: format!("{what} for {product}"),
        heading: what.to_owned(),
        paragraphs,
        button: (
            "Review your security",
            ctx.settings().page("/account/security"),
        ),
        aside: Some((
            "Was this not you?",
            "Set a new password",
            ctx.settings().page("/forgot-password"),
        )),
        reason: format!(
            "You get this because of a change to how you sign in at {product}. Security e-mails cannot be turned off."
        ),
    }
}

pub(super) fn app_added(ctx: &Ctx, user: &User, is_first: bool) -> Result<Letter> {
    let text = if is_first {
        "From now on, signing in also asks for a code from your authenticator app. Every other session has ended. Keep the recovery codes where you can find them without your phone."
    } else {
        "From now on, signing in asks for a code from your authenticator app or for one of your passkeys."
    };
    let paragraphs = vec![text.to_owned()];
    draft(
        ctx,
        "app_added",
        "An authenticator app was added",
        user,
        paragraphs,
    )
    .finish_in(ctx, &user.profile.time_zone)
}

pub(super) fn app_removed(ctx: &Ctx, user: &User, is_last: bool) -> Result<Letter> {
    let text = if is_last {
        "From now on, signing in does not ask for a second step. The recovery codes no longer work."
    } else {
        "From now on, signing in asks for one of your passkeys or for a recovery code."
    };
    let paragraphs = vec![text.to_owned()];
    draft(
        ctx,
        "app_removed",
        "Your authenticator app was turned off",
        user,
        paragraphs,
    )
    .finish_in(ctx, &user.profile.time_zone)
}

pub(super) fn codes_replaced(ctx: &Ctx, user: &User) -> Result<Letter> {
    let text = "You have new recovery codes. The ones that you had before no longer work.";
    let paragraphs = vec![text.to_owned()];
    draft(
        ctx,
        "recovery_codes_replaced",
        "Your recovery codes were replaced",
        user,
        paragraphs,
    )
    .finish_in(ctx, &user.profile.time_zone)
}

pub(super) fn code_used(ctx: &Ctx, user: &User, left: u32) -> Result<Letter> {
    let left = match left {
        0 => "None is left: make new ones before you need them.".to_owned(),
        1 => "One is left.".to_owned(),
        left => format!("{left} are left."),
    };
    let text = format!(
        "One of your recovery codes was used in place of your authenticator app or passkey. {left}"
    );
    draft(
        ctx,
        "recovery_code_used",
        "A recovery code was used",
        user,
        vec![text],
    )
    .finish_in(ctx, &user.profile.time_zone)
}

pub(super) fn reset(ctx: &Ctx, user: &User) -> Result<Letter> {
    let text = "An operator removed your authenticator app and your passkeys, because somebody who said they were you asked for it. Every session has ended, and no second step is asked for. Set one up again as soon as you can.";
    let paragraphs = vec![text.to_owned()];
    draft(
        ctx,
        "second_factors_reset",
        "Your second step was removed",
        user,
        paragraphs,
    )
    .finish_in(ctx, &user.profile.time_zone)
}
