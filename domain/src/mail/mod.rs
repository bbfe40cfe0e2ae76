//! Mail: letters are queued in the transaction of the use case and delivered from there (a transactional outbox).
//!
//! A letter of a rolled-back use case is never sent, and one that was queued survives a restart. A queued letter is
//! encrypted, because it may hold a secret that is otherwise only stored hashed; once sent, its text is removed.

mod delivery;
mod letter;
mod look_after;
mod mailbox;
mod reseal;
mod smtp;
mod store;

use contract::{EmailAddress, Timestamp};

use crate::{Actor, Ctx, admin, context::Tx, error::Result, throttles::Rate};

pub use contract::admin::{MailCounts as Counts, QueuedMail};
pub use delivery::{SendError, Transport, deliver_due, run};
pub(crate) use delivery::{mend, sweep};
pub(crate) use letter::Draft;
pub use letter::Letter;
pub use look_after::{count, count_failed, discard, page, retry, retry_failed, send_test};
pub use mailbox::{Mailbox, Received};
pub(crate) use reseal::{count_sealed_before, reseal};
pub use smtp::{Smtp, check_url};
pub(crate) use store::forget;

/// How much mail anybody can make us send to one address: five letters, then one each ten minutes.
const TO_ONE_ADDRESS: Rate = Rate {
    name: "mail",
    burst: 5,
    period_seconds: 600,
};

/// The way to do without a letter, beside its button.
pub(crate) fn choose_letters(ctx: &Ctx) -> (&'static str, &'static str, String) {
    let page = ctx.settings().page("/account/preferences");
    ("Too many e-mails?", "Choose which you get", page)
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

/// A letter that says that letters arrive.
pub fn trial(ctx: &Ctx) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "trial",
        subject: format!("E-mails from {product} arrive"),
        heading: "E-mails arrive".to_owned(),
        paragraphs: vec![format!(
            "The operator of {product} has sent this to check that e-mail works. There is nothing to do."
        )],
        button: ("Open the page", ctx.settings().page("/")),
        aside: None,
        reason: "You get this because the operator entered your address for a test.".to_owned(),
    };
    draft.finish(ctx)
}

/// Counts a letter that a stranger can cause; refused when the address has had enough of them.
pub(crate) async fn take_allowance(tx: &Tx, now: Timestamp, to: &EmailAddress) -> Result<()> {
    TO_ONE_ADDRESS.take(tx, now, &to.key()).await
}

/// How many letters wait, and how many were given up.
pub async fn counts(ctx: &Ctx) -> Result<Counts> {
    store::counts(ctx.read()).await
}

/// When the oldest letter was queued that still is.
pub(crate) async fn oldest_queued_at(ctx: &Ctx) -> Result<Option<Timestamp>> {
    store::oldest_queued_at(ctx.read()).await
}

/// Letters that wait or were given up, newest first, at most 100; for operators and staff.
pub async fn list_unsent(ctx: &Ctx, actor: &Actor) -> Result<Vec<QueuedMail>> {
    admin::look(ctx, actor).await?;
    store::list_unsent(ctx.read(), 100).await
}
