//! Single-use secrets in letters: proof that whoever comes back with one reads that mailbox.
//!
//! Bound to a purpose and to the address that the person has meanwhile; hashed at rest; replaced by the next one of the same
//! purpose. Looking at a link (mail scanners do) changes nothing: the act spends it. Links that undo a change of address are
//! another matter: each lives out its days, whatever happens to the account, because they are for the time when somebody else
//! has it.

mod store;

use contract::{Code, Timestamp, UserId, accounts::UNDELETE_DAYS};
use sea_orm::ConnectionTrait;

use crate::{Ctx, PlainSecret, context::Tx, error::Result};

pub(crate) use store::{delete_for, delete_undos_since, pending_detail, sweep, undoable_addresses};

/// What every secret of a link begins with.
const PREFIX: &str = "lkl";

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    VerifyEmail,
    ResetPassword,
    /// Goes to the new address, which is its detail.
    ChangeEmail,
    /// Goes to the former address, which is its detail.
    UndoEmailChange,
    /// Its detail is the page to go to.
    MagicLink,
    /// Takes the deletion of an account back.
    UndoDeletion,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
            Self::UndoEmailChange => "undo_email_change",
            Self::MagicLink => "magic_link",
            Self::UndoDeletion => "undo_deletion",
        }
    }

    /// How long it is good for, in seconds.
    pub const fn lifetime_seconds(self) -> i64 {
        match self {
            Self::VerifyEmail => 24 * 60 * 60,
            Self::ResetPassword => 30 * 60,
            Self::ChangeEmail => 60 * 60,
            Self::UndoEmailChange => 7 * 24 * 60 * 60,
            Self::MagicLink => 15 * 60,
            Self::UndoDeletion => UNDELETE_DAYS * 24 * 60 * 60,
        }
    }
}

/// A link that is good now.
#[derive(Clone, Debug)]
pub(crate) struct LiveLink {
    id: uuid::Uuid,
    pub(crate) user_id: UserId,
    /// The address that the person had when it was sent.
    pub(crate) email_key: String,
    /// What its purpose needs besides.
    pub(crate) detail: String,
    pub(crate) created_at: Timestamp,
}

/// Makes the link of a person for a purpose; the one before it dies.
pub(crate) async fn issue(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    email_key: &str,
    purpose: Purpose,
) -> Result<PlainSecret> {
    issue_with(tx, ctx, user_id, email_key, purpose, "").await
}

/// The same, with what the act needs besides.
pub(crate) async fn issue_with(
    tx: &Tx,
    ctx: &Ctx,
    user_id: UserId,
    email_key: &str,
    purpose: Purpose,
    detail: &str,
) -> Result<PlainSecret> {
    let secret = PlainSecret::mint(ctx.random(), PREFIX);
    if purpose != Purpose::UndoEmailChange {
        store::delete_unused(tx, user_id, purpose).await?;
    }
    let new = store::NewLink {
        user_id,
        email_key,
        purpose,
        detail,
    };
    store::insert(tx, ctx, &new, &secret.hash()).await?;
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
