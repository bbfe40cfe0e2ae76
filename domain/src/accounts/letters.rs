//! The letters about accounts.

use contract::User;

use crate::{
    Ctx, PlainSecret, Result,
    mail::{Draft, Letter},
};

/// "Ada, …" where a name is known; the text itself otherwise.
fn to(name: &str, text: String) -> String {
    if name.is_empty() {
        text
    } else {
        format!("Hello {name}. {text}")
    }
}

/// Proves an address. Names nobody: whoever signed up chose the name, and may not be the one who reads this.
pub(super) fn verify_email(ctx: &Ctx, secret: &PlainSecret) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "verify_email",
        subject: format!("Confirm your e-mail for {product}"),
        heading: "Confirm your e-mail".to_owned(),
        paragraphs: vec![
            format!("Somebody, most likely you, created an account at {product} with this address."),
            "Confirm it, and you can sign in. The link works once, for 24 hours.".to_owned(),
        ],
        button: ("Confirm address", ctx.settings().page(&format!("/verify-email?token={}", secret.expose()))),
        aside: None,
        reason: "You get this because your address was entered to sign up. If that was not you, do nothing: without the link nobody can use the account."
            .to_owned(),
    };
    draft.finish(ctx)
}

/// Tells the owner of an address that somebody tried to sign up with it.
pub(super) fn known_address(ctx: &Ctx, user: &User) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "known_address",
        subject: format!("You already have an account at {product}"),
        heading: "You already have an account".to_owned(),
        paragraphs: vec![to(
            &user.name,
            format!(
                "Somebody, most likely you, tried to sign up at {product} with this address. It already has an account, so nothing was changed."
            ),
        )],
        button: ("Sign in", ctx.settings().page("/sign-in")),
        aside: Some((
            "Forgot your password?",
            "Set a new one",
            ctx.settings().page("/forgot-password"),
        )),
        reason: "You get this because your address was entered to sign up.".to_owned(),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}

/// Lets somebody set a new password.
pub(super) fn reset_password(ctx: &Ctx, user: &User, secret: &PlainSecret) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let name = if user.email_verified_at.is_some() {
        user.name.as_str()
    } else {
        ""
    };
    let draft = Draft {
        template: "reset_password",
        subject: format!("Set a new password for {product}"),
        heading: "Set a new password".to_owned(),
        paragraphs: vec![
            to(name, format!("Somebody, most likely you, asked to reset the password of your account at {product}.")),
            "The link works once, for 30 minutes. Until it is used, your password stays the same.".to_owned(),
        ],
        button: ("Set a new password", ctx.settings().page(&format!("/reset-password?token={}", secret.expose()))),
        aside: None,
        reason: "You get this because a password reset was asked for with your address. If that was not you, do nothing.".to_owned(),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}

/// Lets somebody set a new password, since staff want it; where the one before works no more, it says so.
pub(super) fn reset_by_operator(
    ctx: &Ctx,
    user: &User,
    secret: &PlainSecret,
    is_forced: bool,
) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let name = if user.email_verified_at.is_some() {
        user.name.as_str()
    } else {
        ""
    };
    let (said, until) = if is_forced {
        (
            format!(
                "Somebody else may know the password of your account at {product}. It no longer works, and every session has ended."
            ),
            "Set a new one that you do not use anywhere else. The link works once, for 30 minutes. After that, ask for another under “Forgot password?”.",
        )
    } else {
        (
            format!(
                "An operator of {product} sends you this link so that you can set a new password."
            ),
            "The link works once, for 30 minutes. Until it is used, your password stays the same.",
        )
    };
    let draft = Draft {
        template: "reset_by_operator",
        subject: format!("Set a new password for {product}"),
        heading: "Set a new password".to_owned(),
        paragraphs: vec![to(name, said), until.to_owned()],
        button: (
            "Set a new password",
            ctx.settings()
                .page(&format!("/reset-password?token={}", secret.expose())),
        ),
        aside: None,
        reason: format!(
            "You get this because an operator of {product} started a reset of your password. Security e-mails cannot be turned off."
        ),
    };
    draft.finish(ctx)
}

/// Tells somebody that the password was changed.
pub(super) fn password_changed(ctx: &Ctx, user: &User) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "password_changed",
        subject: format!("Your password for {product} was changed"),
        heading: "Your password was changed".to_owned(),
        paragraphs: vec![
            to(
                &user.name,
                "Other devices are signed out. If this was you, there is nothing left to do."
                    .to_owned(),
            ),
            "If it was not you, set a new password now: that ends every session.".to_owned(),
        ],
        button: (
            "Set a new password",
            ctx.settings().page("/forgot-password"),
        ),
        aside: None,
        reason: format!(
            "You get this because the password of your account at {product} changed. Security e-mails cannot be turned off."
        ),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}

/// Proves the new address of an account. Names nobody: the address may be mistyped.
pub(super) fn change_email(ctx: &Ctx, secret: &PlainSecret) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "change_email",
        subject: format!("Confirm your new e-mail for {product}"),
        heading: "Confirm your new e-mail".to_owned(),
        paragraphs: vec![
            format!("Somebody, most likely you, wants to use this address for an account at {product} that currently has another one."),
            "Confirm it in the browser where you are signed in. The link works once, for 1 hour.".to_owned(),
        ],
        button: ("Confirm new address", ctx.settings().page(&format!("/change-email?token={}", secret.expose()))),
        aside: None,
        reason: "You get this because your address was entered as the new one of an account. If that was not you, do nothing: without the link nothing changes."
            .to_owned(),
    };
    draft.finish(ctx)
}

/// Tells the owner of an address that another account was to get it.
pub(super) fn wanted_address(ctx: &Ctx, user: &User) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "wanted_address",
        subject: format!("This address already has an account at {product}"),
        heading: "This address already has an account".to_owned(),
        paragraphs: vec![
            to(
                &user.name,
                format!(
                    "Somebody, most likely you, wanted to use this address for another account at {product}. It already belongs to this account, so nothing was changed."
                ),
            ),
            "If that was you, sign in to this account and change its address first.".to_owned(),
        ],
        button: ("Sign in", ctx.settings().page("/sign-in")),
        aside: None,
        reason: "You get this because your address was entered as the new one of an account."
            .to_owned(),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}

/// Tells the former address of an account that it is that no more, with the way back.
pub(super) fn email_changed(ctx: &Ctx, user: &User, undo: &PlainSecret) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "email_changed",
        subject: format!("Your e-mail for {product} was changed"),
        heading: "Your e-mail was changed".to_owned(),
        paragraphs: vec![
            to(&user.name, format!("Your account at {product} now uses {}. E-mails go there from now on. If this was you, there is nothing left to do.", user.email)),
            "If it was not you, undo it now: your account gets this address back, every session ends, and you set a new password. This works for 7 days.".to_owned(),
        ],
        button: ("Undo the change", ctx.settings().page(&format!("/undo-email-change?token={}", undo.expose()))),
        aside: None,
        reason: format!("You get this because this was the address of your account at {product}. Security e-mails cannot be turned off."),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}

/// Tells somebody that the account has its address back, with the way to a new password.
pub(super) fn email_restored(
    ctx: &Ctx,
    user: &User,
    reset: &PlainSecret,
    has_lost: bool,
) -> Result<Letter> {
    let factors = if has_lost {
        ", and neither do the passkeys, authenticator apps, recovery codes and connected accounts that were set up since the day before the change"
    } else {
        ""
    };
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "email_restored",
        subject: format!("Your e-mail address for {product} was changed back"),
        heading: "Your e-mail address was changed back".to_owned(),
        paragraphs: vec![
            to(&user.name, format!("The change was undone: your account at {product} uses this address again, and every session has ended.")),
            format!("Whoever changed it may know your password, so it no longer works{factors}. Set a new one now: the link works once, for 30 minutes."),
        ],
        button: ("Set a new password", ctx.settings().page(&format!("/reset-password?token={}", reset.expose()))),
        aside: None,
        reason: "You get this because a change of your address was undone. Security e-mails cannot be turned off.".to_owned(),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}

/// Signs somebody in.
pub(super) fn magic_link(ctx: &Ctx, user: &User, secret: &PlainSecret) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "magic_link",
        subject: format!("Sign in to {product}"),
        heading: format!("Sign in to {product}"),
        paragraphs: vec![
            to(&user.name, "Somebody, most likely you, asked for a link to sign in. It works once, for 15 minutes.".to_owned()),
        ],
        button: ("Sign in", ctx.settings().page(&format!("/magic-link?token={}", secret.expose()))),
        aside: None,
        reason: "You get this because a link to sign in was asked for with your address. If that was not you, do nothing, and do not give the link to anybody.".to_owned(),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}
