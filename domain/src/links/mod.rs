//! Single-use secrets in letters: proof that whoever comes back with one reads that mailbox.
//!
//! Bound to a purpose and to the address that the letter went to; hashed at rest; replaced by the next one of the same
//! purpose. Looking at a link (mail scanners do) changes nothing: the act spends it.

mod store;

use contract::{Code, UserId};
use sea_orm::ConnectionTrait;

use crate::{Ctx, PlainSecret, context::Tx, error::Result};

pub(crate) use store::{delete_for, sweep};

/// What every secret of a link begins with.
const PREFIX: &str = "lkl";

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    VerifyEmail,
    ResetPassword,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }

    /// How long it is good for, in seconds.
    pub const fn lifetime_seconds(self) -> i64 {
        match self {
            Self::VerifyEmail => 24 * 60 * 60,
            Self::ResetPassword => 30 * 60,
        }
    }
}

/// A link that is good now.
#[derive(Clone, Debug)]
pub(crate) struct LiveLink {
    id: uuid::Uuid,
    pub(crate) user_id: UserId,
    /// The address that it proves.
    pub(crate) email_key: String,
}

/// Makes the link of a person for a purpose; the one before it dies.
pub(crate) async fn issue(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    email_key: &str,
    purpose: Purpose,
) -> Result<PlainSecret> {
    let secret = PlainSecret::mint(ctx.random(), PREFIX);
    store::delete_unused(tx, user_id, purpose).await?;
    store::insert(tx, ctx, user_id, email_key, purpose, &secret.hash()).await?;
    Ok(secret)
}

/// The link of a token, or why it is not good. Spends nothing.
pub(crate) async fn find_live(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    purpose: Purpose,
    token: &str,
) -> Result<LiveLink> {
    let secret = PlainSecret::parse(PREFIX, token.trim()).ok_or(Code::LinkInvalid)?;
    let link = store::find(db, purpose, &secret.hash())
        .await?
        .ok_or(Code::LinkInvalid)?;
    if link.is_used {
        return Err(Code::LinkUsed.into());
    }
    if link.expires_at <= ctx.now() {
        return Err(Code::LinkExpired.into());
    }
    Ok(link.live)
}

/// Uses the link up; of two at once, one is refused.
pub(crate) async fn spend(tx: &Tx, ctx: &Ctx, link: &LiveLink) -> Result<()> {
    if store::mark_used(tx, link.id, ctx.now()).await? {
        Ok(())
    } else {
        Err(Code::LinkUsed.into())
    }
}
