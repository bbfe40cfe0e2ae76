//! A person chooses time zone, language and theme.

use contract::{Code, Problem, User, accounts::UpdatePreferences};
use serde_json::json;

use super::store;
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    time::canonical_zone,
};

/// Changes what is given and leaves the rest; what is the same already leaves no trace.
pub async fn update_preferences(
    ctx: &Ctx,
    actor: &Actor,
    input: UpdatePreferences,
) -> Result<User> {
    let id = actor.signed_in()?.user_id;
    let mut input = input.validate()?;
    if let Some(zone) = &input.time_zone {
        let known = canonical_zone(zone)
            .ok_or_else(|| Problem::new(Code::InvalidTimeZone).on("timeZone"))?;
        input.time_zone = Some(known);
    }
    let tx = ctx.begin().await?;
    let before = store::lock(&tx, id)
        .await?
        .ok_or(Code::Unauthenticated)?
        .user;
    store::update_preferences(&tx, id, &input, ctx.now()).await?;
    let after = store::find(tx.db(), id)
        .await?
        .ok_or(Code::Unauthenticated)?
        .user;
    let facts = |user: &User| json!({ "timeZone": user.profile.time_zone, "language": user.profile.language, "theme": user.profile.theme, "muted": user.profile.muted });
    if facts(&before) == facts(&after) {
        return Ok(before);
    }
    let event = Event::new("user.preferences_updated", Subject::User(id))
        .changing(facts(&before), facts(&after));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(after)
}
