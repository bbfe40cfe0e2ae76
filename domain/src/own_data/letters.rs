//! The letters about deleted accounts. Nobody can turn them off.

use contract::{Timestamp, User};

use crate::{
    Ctx, PlainSecret, Result,
    mail::{Draft, Letter},
    time::in_zone,
};

/// Tells somebody that their account is deleted, with the way to have it back.
pub(super) fn deleted(
    ctx: &Ctx,
    user: &User,
    undo: &PlainSecret,
    erased_at: Timestamp,
) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let until = in_zone(erased_at, &user.profile.time_zone);
    let draft = Draft {
        template: "account_deleted",
        subject: format!("Your account at {product} is deleted"),
        heading: "Your account is deleted".to_owned(),
        paragraphs: vec![
            format!("You are signed out everywhere, and nobody can sign in. On {until} everything we hold about you is erased for good."),
            "Until then you can restore it. If it was not you who deleted it, restore it now and set a new password.".to_owned(),
        ],
        button: ("Keep my account", ctx.settings().page(&format!("/undo-deletion?token={}", undo.expose()))),
        aside: None,
        reason: format!("You get this because your account at {product} was deleted. Security e-mails cannot be turned off."),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}

/// Tells a former address, from where the change can still be undone, that the account is deleted.
pub(super) fn deleted_under_another_address(ctx: &Ctx) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "account_deleted_elsewhere",
        subject: format!("Your former account at {product} is deleted"),
        heading: "The account that used this address is deleted".to_owned(),
        paragraphs: vec![
            "It has had another address for some days, and whoever uses it now has deleted it. If that was you, there is nothing left to do.".to_owned(),
            "If it was not you, open the e-mail in which we told you that your address was changed, and undo the change: that brings the account back to this address.".to_owned(),
        ],
        button: ("Open the start page", ctx.settings().page("/")),
        aside: None,
        reason: format!("You get this because this was the address of an account at {product}. Security e-mails cannot be turned off."),
    };
    draft.finish(ctx)
}

/// Tells somebody that nothing is held of them any more.
pub(super) fn erased(ctx: &Ctx) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "account_erased",
        subject: format!("Your account at {product} is gone"),
        heading: "Your account is gone".to_owned(),
        paragraphs: vec![
            "As you asked, your account was erased, with everything that belonged to it. This is our last e-mail to you.".to_owned(),
        ],
        button: ("Open the start page", ctx.settings().page("/")),
        aside: None,
        reason: format!("You get this because you deleted your account at {product}."),
    };
    draft.finish(ctx)
}
