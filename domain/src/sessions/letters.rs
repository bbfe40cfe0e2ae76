//! The letters about signing in. Nobody can turn them off.

use contract::{Timestamp, User};

use crate::{
    Ctx,
    error::Result,
    mail::{Draft, Letter},
    time::in_zone,
};

/// Tells somebody that their password is being guessed.
pub(super) fn many_guesses(ctx: &Ctx, user: &User) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let hello = if user.name.is_empty() {
        String::new()
    } else {
        format!("Hello {}. ", user.name)
    };
    let draft = Draft {
        template: "many_guesses",
        subject: format!("Wrong passwords for your account at {product}"),
        heading: "Somebody is trying to guess your password".to_owned(),
        paragraphs: vec![
            format!("{hello}There were ten wrong passwords in a row, so further attempts have to wait. Nobody got in with them."),
            "If it was you, you can set a new password. If not, you do not have to do anything. A passkey or an authenticator app makes a guessed password useless.".to_owned(),
        ],
        button: ("Set a new password", ctx.settings().page("/forgot-password")),
        aside: None,
        reason: format!("You get this because somebody tried to sign in to your account at {product}. Security e-mails cannot be turned off."),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}

/// Tells somebody that staff see what they see.
pub(super) fn impersonated(ctx: &Ctx, user: &User, until: Timestamp) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let until = in_zone(until, &user.profile.time_zone);
    let hello = if user.name.is_empty() {
        String::new()
    } else {
        format!("Hello {}. ", user.name)
    };
    let draft = Draft {
        template: super::LETTER_OF_IMPERSONATION,
        subject: format!("Staff are viewing your account at {product}"),
        heading: "Staff are viewing your account".to_owned(),
        paragraphs: vec![
            format!("{hello}The staff of {product} can see your pages as you see them, until {until} at the latest. They gave a reason, and everything they do is logged under their name."),
            "They cannot change how you sign in, make API keys, copy your data, or delete anything of an account. They are listed among your sessions, and you can end it there.".to_owned(),
        ],
        button: ("Review your sessions", ctx.settings().page("/account/security")),
        aside: None,
        reason: format!("You get this because staff opened your account at {product}. Security e-mails cannot be turned off."),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}
