//! The letters about identities. Nobody can turn them off.

use contract::User;

use crate::{Ctx, Result, mail::Letter, second_factors::letter};

pub(super) fn linked(ctx: &Ctx, user: &User, provider: &str, label: &str) -> Result<Letter> {
    let text = format!(
        "The account “{label}” of {provider} signs you in from now on. A second step that you have set up is asked for after it too. If this was not you, disconnect it on the security page and set a new password: a new password alone does not take it away."
    );
    let what = format!("{provider} was connected");
    letter(ctx, "identity_linked", &what, user, text)
}

pub(super) fn unlinked(ctx: &Ctx, user: &User, provider: &str, label: &str) -> Result<Letter> {
    let text = format!("The account “{label}” of {provider} signs you in no more.");
    let what = format!("{provider} was disconnected");
    letter(ctx, "identity_unlinked", &what, user, text)
}
