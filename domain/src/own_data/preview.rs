//! What deleting an account would do, before it is done.

use contract::accounts::DeletionPreview;

use crate::{Actor, Ctx, error::Result, members, organizations};

/// The organizations that stand in the way, and those that would go as well.
pub async fn preview(ctx: &Ctx, actor: &Actor) -> Result<DeletionPreview> {
    let id = actor.signed_in()?.user_id;
    let mut found = DeletionPreview::default();
    for owned in members::owned_by(ctx.read(), id).await? {
        let seen = organizations::enter_by_id(ctx, actor, owned).await?;
        let organization = seen.organization();
        if organization.deleted_at.is_some() || members::count_owners(ctx, &seen).await? > 1 {
            continue;
        }
        if organization.member_count == 1 {
            found.deleted.push(organization.clone());
        } else {
            found.blocking.push(organization.clone());
        }
    }
    Ok(found)
}
