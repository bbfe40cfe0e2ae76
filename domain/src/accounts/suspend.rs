//! An operator, or staff, suspend an account, or lift that.

use contract::{
    Code, Organization, OrganizationId, Problem, User, UserId, admin::MOST_AT_ONCE, text::one_line,
};
use serde_json::json;

use super::{Account, store};
use crate::{
    Actor, Ctx, admin,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    links, members, organizations, sessions,
};

/// Longest reason that is kept, in code points.
const LONGEST_REASON: usize = 300;

/// One line that says something: it is all that whoever reads the log later knows.
pub(crate) fn check_reason(text: &str) -> Result<String, Problem> {
    match one_line(text, LONGEST_REASON) {
        Ok(reason) if reason.is_empty() => Err(Problem::new(Code::Required).on("reason")),
        checked => checked.map_err(|problem| problem.on("reason")),
    }
}

/// Suspends an account: its sessions end at once, and it cannot sign in. One that its owner has deleted waits no longer to be
/// erased. Refused for the last owner of an organization who can sign in; the refusal names the organizations, without those that
/// wait to be purged. Refused besides: `NOT_FOUND`, also once it is being erased, `STAFF_PROTECTED`, and what [`crate::admin`]
/// refuses.
pub async fn suspend(ctx: &Ctx, actor: &Actor, id: UserId, reason: &str) -> Result<User> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    // Organizations first, then the account: everybody locks in this order.
    let owned = members::owned_by(tx.db(), id).await?;
    let alone = left_alone(&tx, ctx, id, &owned).await?;
    let account = lock_there(&tx, ctx, id).await?;
    admin::require_unprotected(actor, &account)?;
    if !alone.is_empty() {
        let names: Vec<String> = alone.into_iter().map(|found| found.name).collect();
        return Err(Problem::last_owner_of(&names).into());
    }
    let owned_now = members::owned_by(tx.db(), id).await?;
    if owned_now.iter().any(|id| !owned.contains(id)) {
        // Made an owner of another one meanwhile, which is not held.
        return Err(Code::Conflict.into());
    }
    if account.is_suspended && account.deleted_at.is_none() {
        return Ok(account.user);
    }
    store::set_suspended(&tx, id, Some(ctx.now()), ctx.now()).await?;
    // One that its owner has deleted is not to come back by the link in their letter.
    links::delete_for(&tx, id).await?;
    let ended = sessions::delete_all(&tx, id).await?;
    let event = Event::new("user.suspended", Subject::User(id)).with(json!({
        "reason": reason,
        "sessions_ended": ended,
        "deletion_ended": account.deleted_at.is_some(),
    }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(account.user)
}

/// The account, held, unless it is being erased: whoever kept it then would keep what is left of it.
async fn lock_there(tx: &Tx, ctx: &Ctx, id: UserId) -> Result<Account> {
    let account = store::lock(tx, id).await?;
    let there = account.filter(|account| !account.is_gone(ctx.now()));
    Ok(there.ok_or(Code::NotFound)?)
}

/// Sees to it that every organization of an owner has another one who can sign in; gives those that have none.
pub(crate) async fn left_alone(
    tx: &Tx,
    ctx: &Ctx,
    id: UserId,
    owned: &[OrganizationId],
) -> Result<Vec<Organization>> {
    let mut alone = Vec::new();
    for owned in owned {
        let Some(organization) = organizations::lock(tx, *owned).await? else {
            continue;
        };
        match members::keep_an_owner(tx, ctx, &organization, id).await {
            Err(error) if error.is_refusal(Code::LastOwner) => {
                if organization.deleted_at.is_none() {
                    alone.push(organization);
                }
            }
            done => done?,
        }
    }
    Ok(alone)
}

/// Suspends up to 100 accounts, one after the other and each by itself: one that is refused keeps no other.
pub async fn suspend_many(
    ctx: &Ctx,
    actor: &Actor,
    ids: &[UserId],
    reason: &str,
) -> Result<Vec<(UserId, Result<User>)>> {
    admin::may_act(ctx, actor, reason).await?;
    if ids.is_empty() || ids.len() > MOST_AT_ONCE {
        let problem = Problem::out_of_range(1, MOST_AT_ONCE as u64);
        return Err(problem.on("userIds").into());
    }
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        outcomes.push((*id, suspend(ctx, actor, *id, reason).await));
    }
    Ok(outcomes)
}

/// Lets a suspended person sign in again; one who had deleted the account keeps it. Refused: `NOT_FOUND`, also once it is being
/// erased, `STAFF_PROTECTED`, and what [`crate::admin`] refuses.
pub async fn restore(ctx: &Ctx, actor: &Actor, id: UserId, reason: &str) -> Result<User> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let account = lock_there(&tx, ctx, id).await?;
    admin::require_unprotected(actor, &account)?;
    if !account.is_suspended {
        return Ok(account.user);
    }
    store::set_suspended(&tx, id, None, ctx.now()).await?;
    let event = Event::new("user.restored", Subject::User(id)).with(json!({ "reason": reason }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(account.user)
}
