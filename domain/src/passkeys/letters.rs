//! The letters about passkeys. Nobody can turn them off.

use contract::User;

use crate::{Ctx, Result, mail::Letter, second_factors::letter};

pub(super) fn added(ctx: &Ctx, user: &User, passkey: &str) -> Result<Letter> {
    let text = format!(
        "From now on, the passkey “{passkey}” signs you in on its own. After your password or a link in an e-mail we ask for it too, or for another second step that you have set up. If this was not you, remove it on the security page and set a new password: a new password alone does not remove it."
    );
    letter(ctx, "passkey_added", "A passkey was added", user, text)
}

pub(super) fn removed(ctx: &Ctx, user: &User, passkey: &str, is_last: bool) -> Result<Letter> {
    let mut text = format!("The passkey “{passkey}” can no longer be used to sign in.");
    if is_last {
        text += " No second step is asked for from now on, and the recovery codes no longer work.";
    }
    letter(ctx, "passkey_removed", "A passkey was removed", user, text)
}
