//! Who holds this token?

use contract::sessions::Impersonation;

use super::{Client, PREFIX, store};
use crate::{Ctx, PlainSecret, actor::SignedIn, error::Result};

/// A session's last use is written down at most once in so many seconds.
const SEEN_EVERY: i64 = 60;

/// A person with a live session, and what every page says of them.
#[derive(Clone, Debug)]
pub struct Authenticated {
    pub signed_in: SignedIn,
    pub name: String,
    pub username: String,
    pub email: String,
    /// The id of a picture.
    pub avatar: Option<String>,
    /// Where it is staff who act as the person.
    pub impersonation: Option<Impersonation>,
}

/// The person who holds a live session of this token; `None` for ended, unknown and malformed ones alike, for a token of
/// another kind of client, and for a suspended person.
pub async fn authenticate(ctx: &Ctx, token: &str, client: Client) -> Result<Option<Authenticated>> {
    let Some(secret) = PlainSecret::parse(PREFIX, token) else {
        return Ok(None);
    };
    let Some(held) = store::find_held(ctx.read(), &secret.hash()).await? else {
        return Ok(None);
    };
    let now = ctx.now();
    let is_over = held.session.expires_at <= now || held.idle_ends_at <= now;
    if is_over || held.is_suspended || held.kind.client() != client {
        return Ok(None);
    }
    if held.session.last_seen_at.plus_seconds(SEEN_EVERY) <= now {
        note_use(ctx, &held).await;
    }
    let (impersonator, impersonation) = held.by.unzip();
    let signed_in = SignedIn {
        user_id: held.user_id,
        session_id: held.session.id,
        is_staff: held.is_staff && impersonator.is_none(),
        signed_in_at: held.session.created_at,
        authenticated_at: held.authenticated_at,
        impersonator,
    };
    Ok(Some(Authenticated {
        signed_in,
        name: held.name,
        username: held.username,
        email: held.email,
        avatar: held.avatar,
        impersonation,
    }))
}

/// May fail: a request that only reads is answered although the database cannot be written.
async fn note_use(ctx: &Ctx, held: &store::Held) {
    let write = async {
        let tx = ctx.begin().await?;
        store::touch(&tx, held.session.id, ctx.now()).await?;
        tx.commit().await
    };
    if let Err(error) = write.await {
        tracing::warn!(%error, "sessions: the last use cannot be written down");
    }
}
