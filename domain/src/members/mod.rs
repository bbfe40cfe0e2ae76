//! Members: who is in an organization, with which role.
//!
//! Nobody gives a role above their own, nor changes somebody above them. An owner who can sign in never disappears: every
//! way out of ownership asks `keep_an_owner` under the organization's lock.

mod change_role;
mod leave;
mod letters;
mod queries;
mod remove;
mod store;

use contract::{Code, MembershipId, OrganizationId, Role, User, UserId};

use crate::{Ctx, InOrg, context::Tx, error::Result, organizations};

pub use change_role::change_role;
pub use leave::leave;
pub use queries::{
    FirstMembers, count, count_many, count_owners, fellows, first_pages, get, list,
    organization_of, primary_owners,
};
pub use remove::remove;

pub(crate) use store::{
    Lacking, count_owners as count_owners_of, count_owners_each, delete, delete_some, find,
    find_lacking, held_by, is_member, owned_by, role_of, set_role,
};

/// Makes somebody a member; refused as a conflict when they are one already.
pub(crate) async fn add(
    tx: &Tx,
    ctx: &Ctx,
    organization: OrganizationId,
    user: UserId,
    role: Role,
) -> Result<MembershipId> {
    store::insert(tx, ctx, organization, user, role).await
}

/// What a search finds of a person, after it has changed.
pub(crate) async fn refresh_keys(tx: &Tx, user: &User) -> Result<()> {
    store::refresh_keys(tx, user).await
}

/// Refuses when nobody else of the held organization is an owner who can sign in; otherwise sees to it that the primary
/// owner is not the one who goes.
pub(crate) async fn keep_an_owner(
    tx: &Tx,
    ctx: &Ctx,
    organization: &contract::Organization,
    going: UserId,
) -> Result<()> {
    let heir = store::another_owner(tx, organization.id, going)
        .await?
        .ok_or(Code::LastOwner)?;
    if organization.owner_id == going {
        organizations::name_owner(tx, ctx, organization.id, heir).await?;
    }
    Ok(())
}

/// Takes a member out of a held organization.
async fn take_out(
    tx: &Tx,
    ctx: &Ctx,
    held: &InOrg,
    member: &contract::members::Member,
) -> Result<()> {
    if member.role == Role::Owner {
        keep_an_owner(tx, ctx, held.organization(), member.person.id).await?;
    }
    store::delete(tx, held.id(), member.id).await
}
