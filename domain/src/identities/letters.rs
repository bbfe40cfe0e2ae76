//! The letters about identities. Nobody can turn them off.

use contract::User;

use crate::{Ctx, Result, mail::Letter, second_factors::letter};

pub(super) fn linked(ctx: &Ctx, user: &User, provider: &str, label: &str) -> Result<Letter> {
    let text = format!(
        "From now on, the account “{label}” of {provider} signs you in. If you have set up a second step, it is still asked for. If this was not you, disconnect the account on the security page and set a new password: a new password alone does not remove it."
    );
    let what = format!("{provider} was connected");
    letter(ctx, "identity_linked", &what, user, text)
}

pub(super) fn unlinked(ctx: &Ctx, user: &User, provider: &str, label: &str) -> Result<Letter> {
    let text = format!("The account “{label}” of {provider} can no longer sign you in.");
    let what = format!("{provider} was disconnected");
    letter(ctx, "identity_unlinked", &what, user, text)
}
