//! Takes letters from the queue and hands them to a transport, with back-off and an end.

use std::{future::Future, pin::Pin, time::Duration};

use contract::{EmailAddress, Timestamp, admin::JobKind};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::{Letter, store};
use crate::{
    Ctx,
    context::Tx,
    error::Result,
    metrics::{MAIL_SECONDS, MAILS, NONE},
    runs::watched,
    spans,
};

/// Tries of one letter before it is given up; with the waits below, after about 20 hours.
const MOST_ATTEMPTS: u32 = 14;

/// Wait after the first failure; doubled by each further one up to [`LONGEST_WAIT`].
const FIRST_WAIT: i64 = 15;
const LONGEST_WAIT: i64 = 6 * 60 * 60;

/// A process that dies while sending leaves its claim; after so many seconds another takes the letter.
const CLAIM: i64 = 120;

/// How many letters are sent at the same time.
const AT_ONCE: usize = 4;

/// How often the queue is looked at when nothing wakes us: retries fall due, and other processes queue too.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why a letter was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// Trying again will not help: the receiving server refused the address or the letter (SMTP 5yz).
    pub is_permanent: bool,
    /// For the operator; holds no text of the letter.
    pub message: String,
}

/// Something that takes letters to where they are going.
pub trait Transport: Send + Sync {
    /// `id` is the same in every try, so that a receiver can tell a repetition.
    fn send<'a>(
        &'a self,
        id: &'a str,
        to: &'a EmailAddress,
        letter: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;
}

/// Delivers what is queued, until `stop` ends; the letters in hand are finished first.
pub async fn run(ctx: Ctx, transport: &dyn Transport, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        let delivery = watched(&ctx, JobKind::Mail, deliver_due(&ctx, transport));
        let count = delivery.await.unwrap_or_else(|error| {
            tracing::error!(%error, "mail: the queue cannot be read");
            0
        });
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = pause(&ctx), if count == 0 => {}
            () = std::future::ready(()), if count > 0 => {}
        }
    }
}

/// Waits for new mail, or for a retry to fall due.
async fn pause(ctx: &Ctx) {
    tokio::select! {
        () = ctx.mail_queued() => {}
        () = tokio::time::sleep(LOOK_EVERY) => {}
    }
}

/// Sends the letters that are due, a few at a time; gives how many were tried.
pub async fn deliver_due(ctx: &Ctx, transport: &dyn Transport) -> Result<usize> {
    use futures::StreamExt as _;
    let now = ctx.now();
    let due = store::list_due(ctx.read(), now, 32).await?;
    let count = due.len();
    let deliver = |mail| deliver(ctx, transport, mail).instrument(spans::job("letter.deliver"));
    let mut deliveries =
        futures::stream::iter(due.into_iter().map(deliver)).buffer_unordered(AT_ONCE);
    while let Some(result) = deliveries.next().await {
        result?;
    }
    Ok(count)
}

async fn deliver(ctx: &Ctx, transport: &dyn Transport, mail: store::Due) -> Result<()> {
    let tx = ctx.begin().await?;
    let is_ours = store::claim(&tx, mail.id, ctx.now(), ctx.now().plus_seconds(CLAIM)).await?;
    tx.commit().await?;
    if !is_ours {
        return Ok(());
    }
    let began = Instant::now();
    let sent = match store::open(ctx, &mail) {
        Some((to, letter)) => {
            let id = mail.id.to_string();
            let sending = transport.send(&id, &to, &letter);
            sending.instrument(spans::part("letter.send")).await
        }
        None => Err(SendError {
            is_permanent: true,
            message: "cannot be decrypted; was the secret key changed?".to_owned(),
        }),
    };
    MAIL_SECONDS.histogram(NONE).record(began.elapsed());
    let tx = ctx.begin().await?;
    match sent {
        Ok(()) => {
            MAILS.counter(["sent"]).increment(1);
            store::mark_sent(&tx, mail.id, ctx.now()).await?;
        }
        Err(error) => give_back(&tx, ctx, &mail, &error).await?,
    }
    tx.commit().await
}

/// Deletes some traces of letters that were sent, or given up, long ago; gives how many.
pub(crate) async fn sweep(tx: &Tx, ctx: &Ctx, most: u64) -> Result<u64> {
    let days = ctx.settings().retention.mail_days;
    let before = ctx.now().minus_seconds(days * 24 * 60 * 60);
    store::sweep(tx, before, most).await
}

/// Undoes what a clock that was ahead has done to the queue.
pub(crate) async fn mend(tx: &Tx, now: Timestamp) -> Result<()> {
    // Clocks of several machines differ a little.
    let soon = now.plus_seconds(60);
    let longest = store::Longest {
        created: soon,
        tried: soon.plus_seconds(LONGEST_WAIT),
        claimed: soon.plus_seconds(CLAIM),
    };
    store::mend(tx, now, longest).await
}

/// Puts a letter back for another try, or gives it up.
async fn give_back(tx: &Tx, ctx: &Ctx, mail: &store::Due, error: &SendError) -> Result<()> {
    let attempts = mail.attempts + 1;
    let (id, template) = (mail.id, &mail.template);
    if error.is_permanent || attempts >= MOST_ATTEMPTS {
        MAILS.counter(["dead"]).increment(1);
        tracing::error!(%id, template, attempts, error = error.message, "mail: given up");
        return store::mark_dead(tx, id, ctx.now(), &error.message).await;
    }
    let wait = FIRST_WAIT
        .saturating_mul(1 << (attempts - 1).min(20))
        .min(LONGEST_WAIT);
    MAILS.counter(["retried"]).increment(1);
    tracing::warn!(%id, template, attempts, wait_seconds = wait, error = error.message, "mail: not taken, will be tried again");
    store::mark_failed(tx, id, ctx.now().plus_seconds(wait), &error.message).await
}
