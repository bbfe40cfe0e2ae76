//! What signs a person in.

use contract::Code;
use sea_orm::ConnectionTrait;

use crate::{Ctx, accounts::Account, error::Result, identities, passkeys};

/// Refuses with `LAST_WAY_IN` when nothing is left that signs this person in: neither a password, nor a passkey, nor an identity
/// of a provider that is offered here. A link in a letter does not count, since an operator can turn it off.
pub(crate) async fn require_way_in(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    account: &Account,
) -> Result<()> {
    let id = account.user.id;
    let is_one_left = account.password_hash.is_some()
        || passkeys::count(db, id).await? > 0
        || identities::count_usable(db, ctx, id).await? > 0;
    if is_one_left {
        Ok(())
    } else {
        Err(Code::LastWayIn.into())
    }
}
