//! Organizations: how one is made, shaped, handed over, deleted and restored.
//!
//! Whoever acts in one proves the membership first ([`enter`], which gives an [`InOrg`]); to everybody else it is "not
//! found"; who lacks a second factor that it asks for is kept out, and while it is suspended everybody. Changes hold the
//! organization's row from their first statement on, so that what must hold of an organization as a whole (an owner who can sign
//! in, seats) is checked and changed by one at a time.

mod admit;
mod create;
mod delete;
mod enter;
mod letters;
mod purge;
mod queries;
mod require_second_factor;
mod restore;
mod set_logo;
mod set_plan;
mod store;
mod suspend;
mod tell_members;
mod transfer;
mod update;

use contract::Permission;

pub use create::create;
pub use delete::{delete, delete_as_staff};
pub use enter::{Found, enter, enter_by_id, find, load, note_activity};
pub(crate) use purge::{purge, purge_due};
pub use queries::{
    OwnMembership, check_slug, count_own, find_own, id_of, last_used, list,
    list_needing_second_factor, list_own, page_own,
};
pub use require_second_factor::{lift_second_factor, require_second_factor};
pub use restore::{restore, restore_as_staff};
pub use set_logo::set_logo;
pub use set_plan::{Plan, set_plan, set_plan_of};
pub use suspend::{suspend, unsuspend};
pub use transfer::transfer;
pub use update::update;

pub(crate) use delete::mark_deleted;
pub(crate) use letters::{Owner, owners, owners_who_want};
pub(crate) use store::{
    count_members, find as facts, hold, hold_as, hold_to_leave, lock, name_owner, owns_any,
    set_gone, sweep, view,
};
pub(crate) use tell_members::go_on as tell_members;

use crate::{Actor, InOrg, context::Tx, error::Result};

/// Holds an organization for a change that needs a permission, refusing one that waits to be purged.
pub(crate) async fn hold_for(
    tx: &Tx,
    actor: &Actor,
    id: contract::OrganizationId,
    permission: Permission,
) -> Result<InOrg> {
    let held = hold(tx, actor, id).await?;
    held.require(permission)?;
    held.require_live()?;
    Ok(held)
}
