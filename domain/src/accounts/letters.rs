//! The letters about accounts.

use contract::User;

use crate::{
    Ctx, PlainSecret,
    mail::{Draft, Letter},
};

/// "Verify your e-mail address".
pub(super) fn verify_email(ctx: &Ctx, name: &str, secret: &PlainSecret) -> Letter {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "verify_email",
        subject: format!("Verify your e-mail address for {product}"),
        greeting: Some(name),
        paragraphs: vec![format!("Somebody, hopefully you, signed up for {product} with this address. Verify it to finish.")],
        button: Some(("Verify e-mail address", ctx.settings().page(&format!("/verify-email?token={}", secret.expose())))),
        closing: vec!["The link works once and for 24 hours. If you did not sign up, ignore this letter: nothing happens without the link.".to_owned()],
        reason: "You get this letter because this address was used to sign up.".to_owned(),
        has_origin: true,
    };
    draft.finish(ctx)
}

/// "You already have an account".
pub(super) fn known_address(ctx: &Ctx, user: &User) -> Letter {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "known_address",
        subject: format!("You already have an account at {product}"),
        greeting: Some(&user.name),
        paragraphs: vec![format!(
            "Somebody, hopefully you, tried to sign up for {product} with this address. It belongs to an account already, so nothing was changed."
        )],
        button: Some(("Sign in", ctx.settings().page("/sign-in"))),
        closing: vec![format!("Forgotten the password? Set a new one at {}.", ctx.settings().page("/forgot-password"))],
        reason: "You get this letter because this address was used to sign up.".to_owned(),
        has_origin: true,
    };
    draft.finish(ctx)
}

/// "Reset your password".
pub(super) fn reset_password(ctx: &Ctx, name: &str, secret: &PlainSecret) -> Letter {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "reset_password",
        subject: format!("Reset your password for {product}"),
        greeting: Some(name),
        paragraphs: vec![format!("Somebody, hopefully you, asked to reset the password of your account at {product}.")],
        button: Some(("Choose a new password", ctx.settings().page(&format!("/reset-password?token={}", secret.expose())))),
        closing: vec![
            "The link works once and for 30 minutes. If you did not ask, ignore this letter: your password stays as it is.".to_owned(),
        ],
        reason: "You get this letter because a password reset was asked for with this address.".to_owned(),
        has_origin: true,
    };
    draft.finish(ctx)
}

/// "Your password was changed".
pub(super) fn password_changed(ctx: &Ctx, name: &str) -> Letter {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "password_changed",
        subject: format!("Your password for {product} was changed"),
        greeting: Some(name),
        paragraphs: vec![
            format!("The password of your account at {product} was changed, and other sessions were signed out."),
            "If this was you, there is nothing to do. If it was not, set a new password at once.".to_owned(),
        ],
        button: Some(("Set a new password", ctx.settings().page("/forgot-password"))),
        closing: Vec::new(),
        reason: "You get this letter because it concerns the security of your account.".to_owned(),
        has_origin: true,
    };
    draft.finish(ctx)
}
