//! A person edits name, username and phone number.

use contract::{Code, User, accounts::UpdateProfile};
use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::{OrRefuse, Result},
    members,
};

/// Changes what is given and leaves the rest; what is the same already leaves no trace.
pub async fn update_profile(ctx: &Ctx, actor: &Actor, input: UpdateProfile) -> Result<User> {
    let id = actor.signed_in()?.user_id;
    let input = input.validate()?;
    let tx = ctx.begin().await?;
    let before = store::lock(&tx, id)
        .await?
        .ok_or(Code::Unauthenticated)?
        .user;
    store::update_profile(&tx, &before, &input, ctx.now())
        .await
        .or_refuse(Code::UsernameTaken, "username")?;
    let after = store::find(tx.db(), id)
        .await?
        .ok_or(Code::Unauthenticated)?
        .user;
    members::refresh_keys(&tx, &after).await?;
    let facts =
        |user: &User| json!({ "name": user.name, "username": user.username, "phone": user.phone });
    if facts(&before) == facts(&after) {
        return Ok(before);
    }
    let event = Event::new("user.profile_updated", Subject::User(id))
        .changing(facts(&before), facts(&after));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(after)
}
