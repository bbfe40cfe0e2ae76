//! The letters about passkeys. Nobody can turn them off.

use contract::User;

use crate::{Ctx, Result, mail::Letter, second_factors::letter};

pub(super) fn added(ctx: &Ctx, user: &User, passkey: &str) -> Result<Letter> {
    let text = format!(
        "The passkey “{passkey}” signs you in from now on, alone. After your password or a link in a letter we ask for it too, or for another second step that you have set up. If this was not you, remove it on the security page and set a new password: a new password alone does not take it away."
    );
    letter(ctx, "passkey_added", "A passkey was added", user, text)
}

pub(super) fn removed(ctx: &Ctx, user: &User, passkey: &str, is_last: bool) -> Result<Letter> {
    let mut text = format!("The passkey “{passkey}” signs nobody in any more.");
    if is_last {
        text += " No second step is asked for from now on, and the recovery codes are dead.";
    }
    letter(ctx, "passkey_removed", "A passkey was removed", user, text)
}
