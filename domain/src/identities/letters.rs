//! The letters about identities. Nobody can turn them off.

use crate::{Ctx, Result, mail::Letter, second_factors::letter};

pub(super) fn linked(ctx: &Ctx, name: &str, provider: &str, label: &str) -> Result<Letter> {
    let text = format!(
        "The account “{label}” of {provider} signs you in from now on. A second step that you have set up is asked for after it too."
    );
    let what = format!("{provider} was connected");
    letter(ctx, "identity_linked", &what, name, text)
}

pub(super) fn unlinked(ctx: &Ctx, name: &str, provider: &str, label: &str) -> Result<Letter> {
    let text = format!("The account “{label}” of {provider} signs you in no more.");
    let what = format!("{provider} was disconnected");
    letter(ctx, "identity_unlinked", &what, name, text)
}
