//! A person deletes their account, or staff do it for them.

use std::collections::BTreeSet;

use contract::{
    Code, EmailAddress, Organization, Problem, Timestamp, UserId, accounts::UNDELETE_DAYS,
};
use serde_json::json;

use super::letters;
use crate::{
    Actor, Ctx,
    accounts::{self, Account},
    admin,
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
    delete_by(ctx, actor, id, &By::Owner { typed }).await
}

/// Deletes an account for its owner, who cannot; as if they did it themselves, with the same letter. What is deleted already
/// stays so. Refused: `NOT_FOUND`, `USER_INACTIVE` for who is suspended, `LAST_OWNER`, `STAFF_PROTECTED`, and what
/// [`crate::admin`] refuses.
pub async fn delete_as_staff(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    reason: &str,
) -> Result<Timestamp> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    delete_by(ctx, actor, id, &By::Staff { reason }).await
}

/// Whose wish it is.
enum By<'a> {
    Owner { typed: &'a str },
    Staff { reason: String },
}

impl By<'_> {
    fn reason(&self) -> Option<&str> {
        match self {
            Self::Owner { .. } => None,
            Self::Staff { reason } => Some(reason),
        }
    }

    /// Whether this account may be deleted so.
    fn check(&self, actor: &Actor, account: &Account) -> Result<()> {
        match self {
            Self::Owner { typed } if !typed.trim().eq_ignore_ascii_case(&account.user.email) => {
                Err(Problem::new(Code::ConfirmationWrong).on("email").into())
            }
            Self::Owner { .. } => Ok(()),
            Self::Staff { .. } => {
                admin::require_unprotected(actor, account)?;
                if account.is_suspended && account.deleted_at.is_none() {
                    // The letter's link would undo the suspension as well.
                    return Err(Code::UserInactive.into());
                }
                Ok(())
            }
        }
    }
}

async fn delete_by(ctx: &Ctx, actor: &Actor, id: UserId, by: &By<'_>) -> Result<Timestamp> {
    let tx = ctx.begin().await?;
    // Organizations first, then the account: everybody locks in this order.
    let owned = members::owned_by(tx.db(), id).await?;
    let alone = accounts::left_alone(&tx, ctx, id, &owned).await?;
    let missing = match by {
        By::Owner { .. } => Code::Unauthenticated,
        By::Staff { .. } => Code::NotFound,
    };
    let account = accounts::lock(&tx, id).await?.ok_or(missing)?;
    by.check(actor, &account)?;
    if let Some(at) = account.deleted_at {
        return Ok(erased_at(at));
    }
    let owned_now = members::owned_by(tx.db(), id).await?;
    if owned_now.iter().any(|id| !owned.contains(id)) {
        // Made an owner of another one meanwhile, which is not held.
        return Err(Code::Conflict.into());
    }
    let gone = delete_lonely(&tx, ctx, actor, by.reason(), alone).await?;
    let deleted_at = ctx.now();
    let erased_at = erased_at(deleted_at);
    close(&tx, id, deleted_at).await?;
    tell(&tx, ctx, by, &account, erased_at).await?;
    let mut told = json!({ "erased_at": erased_at });
    if let Some(reason) = by.reason() {
        told["reason"] = reason.into();
    }
    let event = Event::new("user.deleted", Subject::User(id)).with(told);
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    for organization in gone {
        verification::forget_organization(ctx, organization.id);
    }
    Ok(erased_at)
}

fn erased_at(deleted_at: Timestamp) -> Timestamp {
    deleted_at.plus_seconds(UNDELETE_DAYS * 24 * 60 * 60)
}

/// Writes to the address of the account, with the way back, and to those that it had lately: whoever deletes it may have changed
/// the address before.
async fn tell(
    tx: &Tx,
    ctx: &Ctx,
    by: &By<'_>,
    account: &Account,
    erased_at: Timestamp,
) -> Result<()> {
    let ground = match by {
        By::Owner { .. } => ctx.clone(),
        By::Staff { .. } => admin::without_place(ctx),
    };
    let (id, purpose) = (account.user.id, Purpose::UndoDeletion);
    let secret = links::issue(tx, ctx, id, &account.email_key(), purpose).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let letter = letters::deleted(&ground, &account.user, &secret, erased_at)?;
    mail::queue(tx, ctx, &to, &letter).await?;
    let mut told = BTreeSet::from([account.email_key()]);
    for former in links::undoable_addresses(tx.db(), id, ctx.now()).await? {
        let former = EmailAddress::parse(&former)?;
        if told.insert(former.key()) {
            let letter = letters::deleted_under_another_address(&ground)?;
            mail::queue(tx, ctx, &former, &letter).await?;
        }
    }
    Ok(())
}

/// Nobody can sign in any more, and nothing that was mailed opens the account.
async fn close(tx: &Tx, id: UserId, deleted_at: Timestamp) -> Result<()> {
    accounts::set_deleted(tx, id, deleted_at).await?;
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
    reason: Option<&str>,
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
        organizations::mark_deleted(tx, ctx, actor, organization, reason).await?;
    }
    Ok(lonely)
}
