//! What was deleted 14 days ago goes for good.

use contract::{Code, EmailAddress, OrganizationId, UserId};
use uuid::Uuid;

use super::{
    letters,
    store::{self, Held},
};
use crate::{
    Actor, Ctx,
    accounts::{self, Account},
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, members, organizations, pictures, sessions,
};

/// Accounts that are looked up at once.
const MOST: u64 = 100;

/// Erases the accounts whose time to be had back is over, one after the other: a process that ends in between goes on at the
/// next start. Gives how many went; fails when all had their turn and one of them could not go.
pub(crate) async fn erase_due(ctx: &Ctx) -> Result<u64> {
    let (mut gone, mut kept, mut failed) = (0, 0, None);
    loop {
        // Those that cannot go stay the oldest, and others do not wait for them.
        let due = accounts::find_erasable(ctx.read(), ctx.now(), kept, MOST).await?;
        if due.is_empty() {
            return failed.map_or(Ok(gone), Err);
        }
        for id in due {
            match erase_one(ctx, id).await {
                Ok(true) => gone += 1,
                Ok(false) => kept += 1,
                Err(error) => {
                    tracing::error!(user_id = %id, %error, "own_data: not erased");
                    kept += 1;
                    failed = Some(error);
                }
            }
        }
    }
}

async fn erase_one(ctx: &Ctx, id: UserId) -> Result<bool> {
    let Some(left_behind) = leave_all(ctx, id).await? else {
        return Ok(false);
    };
    // These alone: what stands in the way of another organization keeps nobody.
    for organization in left_behind {
        organizations::purge(ctx, organization).await?;
    }
    erase(ctx, id).await
}

/// Ends the memberships; gives the organizations that nobody else is in, which go with the person. One that has other members but
/// none who can own it keeps the account until somebody can. `None` where the account stays.
async fn leave_all(ctx: &Ctx, id: UserId) -> Result<Option<Vec<OrganizationId>>> {
    let mut left_behind = Vec::new();
    let tx = ctx.begin().await?;
    for (membership, organization_id, role) in members::held_by(tx.db(), id).await? {
        let Some(organization) = organizations::lock(&tx, organization_id).await? else {
            continue;
        };
        if role == contract::Role::Owner {
            match members::keep_an_owner(&tx, ctx, &organization, id).await {
                Err(error) if !error.is_refusal(Code::LastOwner) => return Err(error),
                Err(_) if organization.member_count == 1 => {
                    organizations::set_gone(&tx, ctx, organization_id).await?;
                    left_behind.push(organization_id);
                    continue;
                }
                Err(_) => {
                    tracing::warn!(user_id = %id, organization = %organization_id, "own_data: not erased, since nobody else can own the organization");
                    return Ok(None);
                }
                Ok(()) => {}
            }
        }
        members::delete(&tx, organization_id, membership).await?;
    }
    // Organizations first, then the account: everybody locks in this order. It may have been brought back since it was found.
    if lock_gone(&tx, ctx, id).await?.is_none() {
        return Ok(None);
    }
    tx.commit().await?;
    Ok(Some(left_behind))
}

/// The account, held, where its time to be had back is over.
async fn lock_gone(tx: &Tx, ctx: &Ctx, id: UserId) -> Result<Option<Account>> {
    let account = accounts::lock(tx, id).await?;
    Ok(account.filter(|account| account.is_gone(ctx.now())))
}

async fn erase(ctx: &Ctx, id: UserId) -> Result<bool> {
    let traces = traces(ctx, id).await?;
    let tx = ctx.begin().await?;
    let Some(account) = lock_gone(&tx, ctx, id).await? else {
        return Ok(false);
    };
    // Purged in the next round.
    if organizations::owns_any(tx.db(), id).await? {
        return Ok(false);
    }
    let to = EmailAddress::parse(&account.user.email)?;
    forget(&tx, ctx, &account, &traces).await?;
    accounts::erase(&tx, id).await?;
    mail::queue(&tx, ctx, &to, &letters::erased(ctx)?).await?;
    let event = Event::new("user.erased", Subject::User(id));
    audit::record(&tx, ctx, &Actor::Operator, event).await?;
    tx.commit().await?;
    Ok(true)
}

/// What does not hang on the row of a person, under the address and under those that they had before and nobody has now.
#[derive(Default)]
struct Traces {
    addresses: Vec<Held>,
    /// Entries of the log that tell of invitations to them.
    told: Vec<Uuid>,
}

async fn traces(ctx: &Ctx, id: UserId) -> Result<Traces> {
    let db = ctx.read();
    let mut traces = Traces::default();
    let Some(account) = accounts::find(db, id).await? else {
        return Ok(traces);
    };
    for held in store::addresses(db, id, account.email_key(), ctx.now()).await? {
        let holder = accounts::find_by_email(db, &held.key).await?;
        if holder.is_none_or(|holder| holder.user.id == id) {
            traces
                .told
                .extend(store::told_of_invitations(db, &held).await?);
            traces.addresses.push(held);
        }
    }
    Ok(traces)
}

async fn forget(tx: &Tx, ctx: &Ctx, account: &Account, traces: &Traces) -> Result<()> {
    if let Some(avatar) = &account.user.avatar {
        pictures::delete(tx, avatar).await?;
    }
    for held in &traces.addresses {
        mail::forget(tx, &held.key, held.until).await?;
        sessions::GUESSES.clear_all(tx, &held.key).await?;
        store::forget_invitations(tx, held, ctx.now()).await?;
    }
    store::forget_told(tx, &traces.told).await?;
    store::forget_in_log(tx, account.user.id).await
}
