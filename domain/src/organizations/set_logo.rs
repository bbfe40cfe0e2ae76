//! An organization gets a logo, or loses it.

use contract::{OrganizationId, Permission};
use serde_json::json;

use super::{hold_for, store};
use crate::{
    Actor, Ctx, InOrg,
    audit::{self, Event, Subject},
    error::Result,
    pictures,
};

/// Keeps the picture, re-encoded, as the logo; `None` takes the logo away. The one before it is deleted.
pub async fn set_logo(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    file: Option<Vec<u8>>,
) -> Result<InOrg> {
    // Nobody who may not makes us decode a picture.
    let allowed = super::enter_by_id(ctx, actor, id).await?;
    allowed.require(Permission::UpdateOrganization)?;
    let by = actor.signed_in()?.user_id;
    let picture = match file {
        Some(bytes) => Some(pictures::prepare(ctx, by, bytes, "logo").await?),
        None => None,
    };
    let tx = ctx.begin().await?;
    let held = hold_for(&tx, actor, id, Permission::UpdateOrganization).await?;
    let before = held.organization.logo.clone();
    let stored = match &picture {
        Some(picture) => Some(pictures::insert(&tx, ctx, picture).await?),
        None => None,
    };
    store::set_logo(&tx, ctx, id, stored).await?;
    if let Some(before) = &before {
        pictures::delete(&tx, before).await?;
    }
    let after = store::hold(&tx, actor, id).await?;
    if before != after.organization.logo {
        let event = Event::new("organization.logo_changed", Subject::Organization(id)).changing(
            json!({ "logo": before }),
            json!({ "logo": after.organization.logo }),
        );
        audit::record(&tx, ctx, actor, event).await?;
    }
    tx.commit().await?;
    Ok(after)
}
