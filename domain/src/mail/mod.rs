//! Mail: letters are queued in the transaction of the use case and delivered from there (a transactional outbox).
//!
//! A letter of a rolled-back use case is never sent, and one that was queued survives a restart. A queued letter is
//! encrypted, because it may hold a secret that is otherwise only stored hashed; once sent, its text is removed.

mod delivery;
mod letter;
mod mailbox;
mod smtp;
mod store;

use contract::{EmailAddress, Timestamp};

use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    throttles::Rate,
};

pub use delivery::{SendError, Transport, deliver_due, run};
pub(crate) use letter::Draft;
pub use letter::Letter;
pub use mailbox::{Mailbox, Received};
pub use smtp::{Smtp, check_url};
pub use store::{Counts, QueuedMail};
pub(crate) use store::{forget, sweep};

/// How much mail anybody can make us send to one address: five letters, then one each ten minutes.
const TO_ONE_ADDRESS: Rate = Rate {
    name: "mail",
    burst: 5,
    period_seconds: 600,
};

/// The way to do without a letter, beside its button.
pub(crate) fn choose_letters(ctx: &Ctx) -> (&'static str, &'static str, String) {
    let page = ctx.settings().page("/account/preferences");
    ("Too many letters?", "Choose which you get", page)
}

/// Queues a letter; it leaves when the transaction has committed.
pub(crate) async fn queue(tx: &Tx, ctx: &Ctx, to: &EmailAddress, letter: &Letter) -> Result<()> {
    queue_for(tx, ctx, to, letter, ctx.now()).await
}

/// Queues a letter that leaves at a moment: one of many, which must not stand in the way of those that people wait for.
pub(crate) async fn queue_for(
    tx: &Tx,
    ctx: &Ctx,
    to: &EmailAddress,
    letter: &Letter,
    at: Timestamp,
) -> Result<()> {
    store::insert(tx, ctx, to, letter, at).await?;
    tx.will_mail();
    Ok(())
}

/// Counts a letter that a stranger can cause; refused when the address has had enough of them.
pub(crate) async fn take_allowance(tx: &Tx, now: Timestamp, to: &EmailAddress) -> Result<()> {
    TO_ONE_ADDRESS.take(tx, now, &to.key()).await
}

/// How many letters wait, and how many were given up.
pub async fn counts(ctx: &Ctx) -> Result<Counts> {
    store::counts(ctx.read()).await
}

/// Letters that wait or were given up, newest first, at most 100; for operators.
pub async fn list_unsent(ctx: &Ctx, actor: &Actor) -> Result<Vec<QueuedMail>> {
    actor.operator()?;
    store::list_unsent(ctx.read(), 100).await
}

/// Queues the letters that were given up once more; gives how many.
pub async fn retry_dead(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    actor.operator()?;
    let tx = ctx.begin().await?;
    let count = store::requeue_dead(&tx, ctx.now()).await?;
    if count > 0 {
        let event = Event::new("mail.retried", Subject::Installation)
            .with(serde_json::json!({ "letters": count }));
        audit::record(&tx, ctx, actor, event).await?;
    }
    tx.will_mail();
    tx.commit().await?;
    Ok(count)
}
