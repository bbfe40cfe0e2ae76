//! A person gets a picture, or loses it.

use contract::{Code, User};
use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    pictures,
};

/// Keeps the picture, re-encoded, as the person's own; `None` takes it away. The one before it is deleted. Refused:
/// `INVALID_PICTURE`, `PICTURE_TOO_LARGE`, `RATE_LIMITED`, `BUSY`.
pub async fn set_avatar(ctx: &Ctx, actor: &Actor, file: Option<Vec<u8>>) -> Result<User> {
    // Nobody who may not makes us decode a picture.
    let id = actor.signed_in()?.user_id;
    let picture = match file {
        Some(bytes) => Some(pictures::prepare(ctx, id, bytes, "avatar").await?),
        None => None,
    };
    let tx = ctx.begin().await?;
    let before = store::lock(&tx, id).await?.ok_or(Code::Unauthenticated)?;
    let before = before.user.avatar;
    let stored = match &picture {
        Some(picture) => Some(pictures::insert(&tx, ctx, picture).await?),
        None => None,
    };
    store::set_avatar(&tx, id, stored, ctx.now()).await?;
    if let Some(before) = &before {
        pictures::delete(&tx, before).await?;
    }
    let after = store::find(tx.db(), id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let after = after.user;
    if before != after.avatar {
        let event = Event::new("user.avatar_changed", Subject::User(id)).changing(
            json!({ "avatar": before }),
            json!({ "avatar": after.avatar }),
        );
        audit::record(&tx, ctx, actor, event).await?;
    }
    tx.commit().await?;
    Ok(after)
}
