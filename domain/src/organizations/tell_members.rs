//! Members who lack a second factor are told that it is asked for: a hundred in a transaction, and how far this is stands with
//! the organization. So a process that ends in between goes on at the next start, and nobody is told twice.

use contract::{MembershipId, Organization, OrganizationId, Timestamp};

use super::{letters, store};
use crate::{Ctx, context::Tx, error::Result, mail, members};

/// Letters that one transaction queues; other requests get their turn in between.
const AT_ONCE: u64 = 100;

/// One letter leaves in so many milliseconds, five in a second: those that people wait for leave in between.
const APART_MILLIS: i64 = 200;

/// Organizations that one round looks at.
const MOST: u64 = 100;

/// Writes to the first of them, in the transaction of the change.
pub(super) async fn begin(tx: &Tx, ctx: &Ctx, organization: &Organization) -> Result<()> {
    tell_some(tx, ctx, organization, MembershipId::NOTHING, 0).await?;
    Ok(())
}

/// Writes to all who are still to be told; gives how many letters that were.
pub(crate) async fn go_on(ctx: &Ctx) -> Result<u64> {
    let mut told = 0;
    for id in store::find_untold(ctx.read(), MOST).await? {
        loop {
            match tell_next(ctx, id, told).await {
                Ok(Some(letters)) => told += letters,
                Ok(None) => break,
                // The others do not wait for this one.
                Err(error) => {
                    tracing::error!(organization = %id, %error, "organizations: members are not told");
                    break;
                }
            }
        }
    }
    Ok(told)
}

/// `None` when nobody is to be told any more: an owner may have lifted it meanwhile.
async fn tell_next(ctx: &Ctx, id: OrganizationId, queued: u64) -> Result<Option<u64>> {
    let tx = ctx.begin().await?;
    let Some((organization, after)) = store::lock_untold(&tx, id).await? else {
        return Ok(None);
    };
    let letters = tell_some(&tx, ctx, &organization, after, queued).await?;
    tx.commit().await?;
    Ok(Some(letters))
}

async fn tell_some(
    tx: &Tx,
    ctx: &Ctx,
    organization: &Organization,
    after: MembershipId,
    queued: u64,
) -> Result<u64> {
    let next = members::find_lacking(tx.db(), organization.id, after, AT_ONCE).await?;
    let before = i64::try_from(queued).unwrap_or(i64::MAX / APART_MILLIS);
    let mut at = Timestamp(
        ctx.now()
            .0
            .saturating_add(before.saturating_mul(APART_MILLIS)),
    );
    for person in &next {
        let letter = letters::second_factor_asked(ctx, person, organization)?;
        mail::queue_for(tx, ctx, &person.email()?, &letter, at).await?;
        at = Timestamp(at.0.saturating_add(APART_MILLIS));
    }
    let letters = next.len() as u64;
    let last = next.last().filter(|_| letters == AT_ONCE);
    store::set_told(tx, organization.id, last.map(members::Lacking::membership)).await?;
    Ok(letters)
}
