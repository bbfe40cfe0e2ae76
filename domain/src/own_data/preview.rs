//! What deleting an account would do, before it is done.

use contract::accounts::DeletionPreview;

use crate::{Actor, Ctx, error::Result, members, organizations};

/// The organizations that stand in the way, and those that would go as well.
pub async fn preview(ctx: &Ctx, actor: &Actor) -> Result<DeletionPreview> {
    let id = actor.signed_in()?.user_id;
    let mut found = DeletionPreview::default();
    for owned in members::owned_by(ctx.read(), id).await? {
        // Not entered: who is kept out for want of a second factor can delete their account all the same.
        let organization = organizations::facts(ctx.read(), owned).await?;
        let Some(organization) = organization.filter(|found| found.deleted_at.is_none()) else {
            continue;
        };
        if members::count_owners_of(ctx.read(), owned, 2).await? > 1 {
            continue;
        }
        if organization.member_count == 1 {
            found.deleted.push(organization);
        } else {
            found.blocking.push(organization);
        }
    }
    Ok(found)
}
