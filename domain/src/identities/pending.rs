//! An identity whose address has an account already: connected once the owner of the account has signed in, and says so.

use contract::{
    Code, UserId,
    identities::{PENDING_SECONDS, Provider},
};
use serde::{Deserialize, Serialize};

use super::{Claimed, link, providers::Offered};
use crate::{
    Actor, Ctx,
    ceremonies::{self, Ceremony},
    error::Result,
    sessions,
};

const SEALED_FOR: &str = "identity that waits for its owner to sign in";

/// What waits in the browser.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    /// Whose account has the address.
    user_id: UserId,
    claimed: Claimed,
    next: String,
}

/// What waits to be connected, for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub provider: Provider,
    /// What the provider is called.
    pub name: String,
    /// The address or the name at the provider.
    pub label: String,
    /// The page that was wanted.
    pub next: String,
}

/// For a cookie of this browser alone.
pub(super) fn seal(ctx: &Ctx, user_id: UserId, claimed: &Claimed, next: &str) -> Result<String> {
    let waiting = Waiting {
        user_id,
        claimed: claimed.clone(),
        next: next.to_owned(),
    };
    ceremonies::token(ctx, SEALED_FOR, PENDING_SECONDS, &waiting)
}

/// What waits for who is signed in; to anybody but the owner of the account nothing does.
fn open(ctx: &Ctx, user_id: UserId, token: &str) -> Result<Ceremony<Waiting>> {
    let ceremony = ceremonies::open::<Waiting>(ctx, SEALED_FOR, token)?;
    if ceremony.state.user_id == user_id {
        Ok(ceremony)
    } else {
        Err(Code::ChallengeExpired.into())
    }
}

/// What waits to be connected in this browser. Refused: `CHALLENGE_EXPIRED` where nothing does, or for somebody else.
pub fn pending(ctx: &Ctx, actor: &Actor, token: &str) -> Result<Pending> {
    let waiting = open(ctx, actor.signed_in()?.user_id, token)?.state;
    let offered = ctx.providers().get(waiting.claimed.provider)?;
    Ok(shown(waiting, offered))
}

fn shown(waiting: Waiting, offered: &Offered) -> Pending {
    Pending {
        provider: waiting.claimed.provider,
        name: offered.settings.name.clone(),
        label: waiting.claimed.label,
        next: waiting.next,
    }
}

/// Connects what waits to the account of who is signed in, once. Refused: `STEP_UP_REQUIRED`, `CHALLENGE_EXPIRED`,
/// `IDENTITY_TAKEN`, `PROVIDER_CONNECTED`.
pub async fn connect_pending(ctx: &Ctx, actor: &Actor, token: &str) -> Result<Pending> {
    let user = sessions::require_fresh(ctx, actor)?;
    let ceremony = open(ctx, user.user_id, token)?;
    let offered = ctx.providers().get(ceremony.state.claimed.provider)?;
    let tx = ctx.begin().await?;
    ceremonies::answered(&tx, ceremony.id, ceremony.expires_at).await?;
    link::connect(&tx, ctx, actor, user, offered, &ceremony.state.claimed).await?;
    tx.commit().await?;
    Ok(shown(ceremony.state, offered))
}
