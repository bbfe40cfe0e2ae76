//! The letters about passkeys. Nobody can turn them off.

use crate::{Ctx, Result, mail::Letter, second_factors::letter};

pub(super) fn added(ctx: &Ctx, name: &str, passkey: &str) -> Result<Letter> {
    let text = format!(
        "The passkey “{passkey}” signs you in from now on, alone. After your password or a link in a letter we ask for it too, or for another second step that you have set up."
    );
    letter(ctx, "passkey_added", "A passkey was added", name, text)
}

pub(super) fn removed(ctx: &Ctx, name: &str, passkey: &str, is_last: bool) -> Result<Letter> {
    let mut text = format!("The passkey “{passkey}” signs nobody in any more.");
    if is_last {
        text += " Your password alone signs you in from now on, and the recovery codes are dead.";
    }
    letter(ctx, "passkey_removed", "A passkey was removed", name, text)
}
