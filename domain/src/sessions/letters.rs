//! The letters about signing in. Nobody can turn them off.

use contract::User;

use crate::{
    Ctx,
    error::Result,
    mail::{Draft, Letter},
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
        heading: "Somebody tries passwords for your account".to_owned(),
        paragraphs: vec![
            format!("{hello}There were ten wrong passwords in a row, so further ones have to wait. Nobody got in by them."),
            "If it was you, you can set a new password. If not, nothing has to be done; a passkey or an authenticator app makes a guessed password useless.".to_owned(),
        ],
        button: ("Set a new password", ctx.settings().page("/forgot-password")),
        aside: None,
        reason: format!("You get this because somebody tried to sign in to your account at {product}. Security letters cannot be turned off."),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}
