//! Invitations: an offer to an address to join an organization, with a role.
//!
//! The secret in the letter is random, stored hashed, and proves that whoever has it reads that mailbox: a new person signs
//! up with it and is a member at once. A link that an admin copies from the list has a secret of its own, which proves
//! nothing: whoever signs up with it confirms the address like everybody. Opening a link changes nothing, the act does.

mod accept;
mod ask_again;
mod decline;
mod join;
mod letters;
mod queries;
mod resend;
mod revoke;
mod send;
mod store;

use contract::{
    Code, InvitationId, OrganizationId, Role, Timestamp, UserId, invitations::InvitationStatus,
};

use crate::{Ctx, PlainSecret, context::Tx, error::Result, sessions, throttles::Rate};

pub use accept::{accept, accept_by_token};
pub use ask_again::ask_again;
pub use decline::{decline, decline_by_token};
pub use join::{Joined, join};
pub use queries::{
    count_many, count_open, count_pending, first_pages, get, get_open, list, open_for, page_open,
    preview,
};
pub use resend::{copy_link, resend};
pub use revoke::revoke;
pub use send::send;

pub(crate) use store::{count_all_pending, count_pending_each, delete_some, open_key, sweep};

/// What the secrets of invitations begin with.
const PREFIX: &str = "lki";

/// Wrong secrets from one address: 30, then one each 20 seconds.
const GUESSES_FROM_ADDRESS: Rate = Rate {
    name: "invitation_address",
    burst: 30,
    period_seconds: 20,
};

/// An invitation with what the rules need to know of it.
#[derive(Clone, Debug)]
struct Offer {
    id: InvitationId,
    organization_id: OrganizationId,
    email: String,
    email_key: String,
    role: Role,
    message: String,
    invited_by: Option<UserId>,
    expires_at: Timestamp,
    status: InvitationStatus,
}

impl Offer {
    /// Lets pass an invitation that waits for an answer.
    fn require_open(&self) -> Result<()> {
        match self.status {
            InvitationStatus::Pending => Ok(()),
            InvitationStatus::Expired => Err(Code::InvitationExpired.into()),
            InvitationStatus::Accepted | InvitationStatus::Declined | InvitationStatus::Revoked => {
                Err(Code::InvitationSettled.into())
            }
        }
    }
}

/// An invitation that was found by a secret.
#[derive(Clone, Debug)]
struct Shown {
    offer: Offer,
    /// The secret came by mail.
    proves_address: bool,
}

/// The invitation of a secret. A wrong one counts against the address that it came from, and spoils no invitation.
async fn find_shown(ctx: &Ctx, token: &str) -> Result<Shown> {
    let network = sessions::network(ctx);
    if let Some(network) = &network {
        GUESSES_FROM_ADDRESS
            .check(ctx.read(), ctx.now(), network)
            .await?;
    }
    let found = match PlainSecret::parse(PREFIX, token.trim()) {
        Some(secret) => store::find_shown(ctx.read(), ctx.now(), &secret.hash()).await?,
        None => None,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    if let Some(network) = &network {
        let tx = ctx.begin().await?;
        match GUESSES_FROM_ADDRESS.take(&tx, ctx.now(), network).await {
            Err(error) if !error.is_refusal(Code::RateLimited) => return Err(error),
            _ => tx.commit().await?,
        }
    }
    Err(Code::InvitationInvalid.into())
}

/// Ends every open invitation of an organization that is deleted; gives how many.
pub(crate) async fn revoke_open(tx: &Tx, ctx: &Ctx, id: OrganizationId) -> Result<u64> {
    store::revoke_open(tx, id, ctx.now()).await
}
