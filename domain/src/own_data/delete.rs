//! A person deletes their account.

use std::collections::BTreeSet;

use contract::{
    Code, EmailAddress, Organization, Problem, Timestamp, UserId, accounts::UNDELETE_DAYS,
};
use serde_json::json;

use super::letters;
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    links::{self, Purpose},
    mail, members, organizations, sessions, verification,
};

/// Deletes the account of who asks; `typed` is its address, as proof that this is meant. Sessions end, nobody can sign in,
/// and organizations with nobody else in them are deleted as well. For 14 days a link in a letter brings the account back.
/// Gives when it is erased. Refused: `STEP_UP_REQUIRED`, `CONFIRMATION_WRONG`, and `LAST_OWNER` for who leaves an
/// organization with other members without an owner who can sign in.
pub async fn delete(ctx: &Ctx, actor: &Actor, typed: &str) -> Result<Timestamp> {
    let id = sessions::require_fresh(ctx, actor)?.user_id;
    let tx = ctx.begin().await?;
    // Organizations first, then the account: everybody locks in this order.
    let owned = members::owned_by(tx.db(), id).await?;
    let alone = accounts::left_alone(&tx, ctx, id, &owned).await?;
    let account = accounts::lock(&tx, id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    if !typed.trim().eq_ignore_ascii_case(&account.user.email) {
        return Err(Problem::new(Code::ConfirmationWrong).on("email").into());
    }
    let owned_now = members::owned_by(tx.db(), id).await?;
    if owned_now.iter().any(|id| !owned.contains(id)) {
        // Made an owner of another one meanwhile, which is not held.
        return Err(Code::Conflict.into());
    }
    let gone = delete_lonely(&tx, ctx, actor, alone).await?;
    let erased_at = ctx.now().plus_seconds(UNDELETE_DAYS * 24 * 60 * 60);
    close(&tx, ctx, id).await?;
    let purpose = Purpose::UndoDeletion;
    let secret = links::issue(&tx, ctx, id, &account.email_key(), purpose).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let letter = letters::deleted(ctx, &account.user, &secret, erased_at)?;
    mail::queue(&tx, ctx, &to, &letter).await?;
    // Whoever deletes the account may have changed its address before.
    let mut told = BTreeSet::from([account.email_key()]);
    for former in links::undoable_addresses(tx.db(), id, ctx.now()).await? {
        let former = EmailAddress::parse(&former)?;
        if told.insert(former.key()) {
            let letter = letters::deleted_under_another_address(ctx)?;
            mail::queue(&tx, ctx, &former, &letter).await?;
        }
    }
    let event =
        Event::new("user.deleted", Subject::User(id)).with(json!({ "erased_at": erased_at }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    for organization in gone {
        verification::forget_organization(ctx, organization.id);
    }
    Ok(erased_at)
}

/// Nobody can sign in any more, and nothing that was mailed opens the account.
async fn close(tx: &Tx, ctx: &Ctx, id: UserId) -> Result<()> {
    accounts::set_deleted(tx, id, ctx.now()).await?;
    links::delete_for(tx, id).await?;
    sessions::distrust_browsers(tx, id).await?;
    sessions::delete_all(tx, id).await?;
    Ok(())
}

/// Deletes the organizations that nobody else is in; those with other members stand in the way.
async fn delete_lonely(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    alone: Vec<Organization>,
) -> Result<Vec<Organization>> {
    let (lonely, blocking): (Vec<_>, Vec<_>) = alone
        .into_iter()
        .partition(|organization| organization.member_count == 1);
    if !blocking.is_empty() {
        let names: Vec<String> = blocking.into_iter().map(|found| found.name).collect();
        return Err(Problem::last_owner_of(&names).into());
    }
    for organization in &lonely {
        organizations::mark_deleted(tx, ctx, actor, organization).await?;
    }
    Ok(lonely)
}
