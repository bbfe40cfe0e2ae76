//! Whether a key may pass: asked before every request of a product, so answered from memory.
//!
//! - `table` keeps keys and organizations as they are in the database, and drops what changes;
//! - `meter` counts what each key and organization has used, in memory, so that a quota is never overrun;
//! - `journal` writes down what was charged before the answer leaves: all verifications that wait share one write, so that a
//!   crash loses no charge that was answered, and throughput does not depend on the number of writes;
//! - `log` keeps what is written down in files beside a SQLite database, whose one writer nobody is to wait for;
//! - `counts` and `fold` turn it into counters by minute, hour and day and by month;
//! - `warnings` tells owners of quotas that are nearly or wholly used;
//! - `follow` learns what other processes have changed.
//!
//! The order is that of `contract::verification::Verdict`: of several reasons for a refusal the first is told, and nothing is
//! charged unless all is well. With several processes, rates and quotas are counted by each for itself.

mod backlog;
mod counted;
mod counts;
mod fold;
mod follow;
mod journal;
mod log;
mod meter;
mod store;
mod table;
mod warnings;

use std::sync::Arc;

use contract::{
    Code, OrganizationId, Problem, Timestamp,
    usage::Interval,
    verification::{
        MOST_AT_ONCE, QuotaState, RateState, ValidVerify, Verdict, Verification, VerifiedKey,
        VerifiedOrganization, VerifyKey,
    },
};
use tokio::time::Instant;

use crate::{
    Actor, Ctx,
    actor::KeyCaller,
    api_keys::KeyHash,
    database::DatabaseFile,
    error::{Error, Result},
};

use counted::Counted;
use journal::{Charge, Journal, Refund, Ticket, Use};
use log::Log;
use meter::{Ask, Meters, Outcome};
use table::{KeyFacts, OrganizationFacts, State, Table};
use warnings::Warning;

pub(crate) use backlog::backlog;
pub use fold::{finish, fold, run};
pub(crate) use store::{quota_used, reset_told};

/// What the process keeps for verification.
pub(crate) struct Gate {
    table: Table,
    meters: Meters,
    journal: Arc<Journal>,
    /// Where charges are written; without it, they are rows of the database.
    log: Option<Arc<Log>>,
    counted: Counted,
}

impl Gate {
    /// With `kept` keys in memory, in front of a database in this file, if it has one.
    pub(crate) fn new(kept: usize, file: Option<&DatabaseFile>) -> Self {
        Self {
            table: Table::new(kept),
            meters: Meters::default(),
            journal: Arc::default(),
            log: file.map(|file| Arc::new(Log::beside(file))),
            counted: Counted::default(),
        }
    }

    /// Tells how much is kept.
    pub(crate) fn refresh(&self) {
        self.table.refresh();
    }
}

/// Does work that takes long, or waits for the disk, where nobody else waits for it.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|source| Error::internal("working aside", source))?
}

/// Whether a key may pass, and the charge for it. For the operator's programs. Refused are a cost, scopes or an address that are
/// none; a key that is none is answered with `NOT_FOUND`.
pub async fn verify(ctx: &Ctx, actor: &Actor, input: &VerifyKey) -> Result<Verification> {
    actor.service()?;
    let asked = input.validate()?;
    let began = Instant::now();
    let (answer, ticket) = decide(ctx, input.key.trim(), &asked).await?;
    let settled = settle(answer, ticket).await;
    ctx.gate().counted.seconds.record(began.elapsed());
    settled
}

/// The same for up to 100 keys at once, each with its own answer or refusal.
pub async fn verify_many(
    ctx: &Ctx,
    actor: &Actor,
    inputs: &[VerifyKey],
) -> Result<Vec<Result<Verification>>> {
    actor.service()?;
    if inputs.is_empty() || inputs.len() > MOST_AT_ONCE {
        let problem = Problem::out_of_range(1, MOST_AT_ONCE as u64);
        return Err(problem.on("keys").into());
    }
    let began = Instant::now();
    let mut decided = Vec::with_capacity(inputs.len());
    for input in inputs {
        decided.push(match input.validate() {
            Ok(asked) => decide(ctx, input.key.trim(), &asked).await,
            Err(problems) => Err(problems.into()),
        });
    }
    let mut answers = Vec::with_capacity(decided.len());
    for outcome in decided {
        answers.push(match outcome {
            Ok((answer, ticket)) => settle(answer, ticket).await,
            Err(error) => Err(error),
        });
    }
    ctx.gate().counted.batch_seconds.record(began.elapsed());
    Ok(answers)
}

/// Gives an answer only once its charge is written down.
async fn settle(answer: Verification, ticket: Option<Ticket>) -> Result<Verification> {
    match ticket {
        None => Ok(answer),
        Some(ticket) if ticket.is_written().await => Ok(answer),
        Some(_) => Err(Error::Internal {
            context: "writing down a charge",
            is_passing: true,
            source: "the journal of charges cannot be written".into(),
        }),
    }
}

/// The caller that a key stands for in our own API, when it may be used now from this address. Nothing is charged.
pub async fn authenticate(ctx: &Ctx, text: &str) -> Result<Option<KeyCaller>> {
    let Some(found) = find(ctx, text).await? else {
        return Ok(None);
    };
    let now = ctx.now();
    let is_good = found.organization.is_usable
        && found.key.state == State::Live
        && !found.key.is_expired(now)
        && found.key.allows(ctx.origin().ip);
    Ok(is_good.then(|| KeyCaller {
        key_id: found.key.id,
        organization_id: found.organization.id,
        scopes: Arc::clone(&found.key.scopes),
    }))
}

/// Whether a text has the form of a key, so that it is looked for among keys and not among sessions.
pub fn is_key(ctx: &Ctx, text: &str) -> bool {
    ctx.keys().is_one(text)
}

struct Found {
    /// Of the secret that was shown.
    hash: KeyHash,
    key: Arc<KeyFacts>,
    organization: Arc<OrganizationFacts>,
}

async fn find(ctx: &Ctx, text: &str) -> Result<Option<Found>> {
    if !ctx.keys().is_one(text) {
        return Ok(None);
    }
    for hash in ctx.keys().hashes(text) {
        if let Some(key) = ctx.gate().table.key(ctx, &hash).await? {
            let organization = ctx
                .gate()
                .table
                .organization(ctx, key.organization_id)
                .await?;
            return Ok(organization.map(|organization| Found {
                hash,
                key,
                organization,
            }));
        }
    }
    Ok(None)
}

fn plain(code: Verdict) -> Verification {
    Verification {
        valid: code == Verdict::Valid,
        code,
        message: code.sentence(),
        organization: None,
        key: None,
        scopes: Arc::default(),
        rate_limit: None,
        quota: None,
        retry_after: None,
        resets_at: None,
    }
}

/// The answer, and what it waits for.
async fn decide(
    ctx: &Ctx,
    text: &str,
    asked: &ValidVerify,
) -> Result<(Verification, Option<Ticket>)> {
    let Some(found) = find(ctx, text).await? else {
        ctx.gate().counted.answered(Verdict::NotFound);
        return Ok((plain(Verdict::NotFound), None));
    };
    let now = ctx.now();
    let Found {
        key, organization, ..
    } = &found;
    let mut answer = Verification {
        organization: Some(VerifiedOrganization {
            id: organization.id,
            slug: Arc::clone(&organization.slug),
            tier: organization.tier,
        }),
        key: Some(VerifiedKey {
            id: key.id,
            name: Arc::clone(&key.name),
        }),
        scopes: Arc::clone(&key.scopes),
        ..plain(Verdict::Valid)
    };
    if let Some(code) = refusal(key, organization, asked, now) {
        say(&mut answer, code);
    } else {
        measure(ctx, &found, asked, now, &mut answer);
    }
    ctx.gate().counted.answered(answer.code);
    let ticket = write_down(ctx, &found, asked, now, answer.code);
    Ok((answer, ticket))
}

fn say(answer: &mut Verification, code: Verdict) {
    answer.valid = code == Verdict::Valid;
    answer.code = code;
    answer.message = code.sentence();
}

/// What stands against the key whatever it has used.
fn refusal(
    key: &KeyFacts,
    organization: &OrganizationFacts,
    asked: &ValidVerify,
    now: Timestamp,
) -> Option<Verdict> {
    match key.state {
        State::Revoked => return Some(Verdict::Revoked),
        State::Paused => return Some(Verdict::Paused),
        State::Live => {}
    }
    if !organization.is_usable {
        return Some(Verdict::OrganizationSuspended);
    }
    if key.is_expired(now) {
        return Some(Verdict::Expired);
    }
    if !key.allows(asked.ip) {
        return Some(Verdict::IpNotAllowed);
    }
    let has = |scope| key.scopes.binary_search(scope).is_ok();
    (!asked.scopes.iter().all(has)).then_some(Verdict::InsufficientScope)
}

/// Counts the call against rate and quotas, all or nothing.
fn measure(
    ctx: &Ctx,
    found: &Found,
    asked: &ValidVerify,
    now: Timestamp,
    answer: &mut Verification,
) {
    let Found {
        key, organization, ..
    } = found;
    let month = now.month();
    let resets_at = Timestamp::begin_of_month(month + 1);
    let rate = key.rate_limit().or(ctx.settings().keys.rate_limit);
    let taken = meter::take(
        &organization.meter,
        &key.meter,
        &Ask {
            now,
            month,
            cost: asked.cost,
            rate,
            key_quota: key.quota(),
            organization_quota: organization.quota_limit,
        },
    );
    if let (Some(rate), Some(state)) = (rate, taken.rate) {
        answer.rate_limit = Some(RateState {
            limit: rate.limit,
            remaining: state.remaining,
            resets_at: state.resets_at,
            period_seconds: rate.period_seconds,
        });
    }
    let pool = QuotaState::new(organization.quota_limit, taken.organization_used, resets_at);
    let own = key
        .quota()
        .map(|limit| QuotaState::new(limit, taken.key_used, resets_at));
    let nearest = own.filter(|own| own.remaining <= pool.remaining);
    answer.quota = Some(nearest.unwrap_or(pool));
    match taken.outcome {
        Outcome::Passed => {}
        Outcome::TooOften { retry_after } => {
            say(answer, Verdict::RateLimited);
            answer.retry_after = Some(retry_after);
            answer.quota = None;
        }
        Outcome::UsedUp => {
            say(answer, Verdict::QuotaExceeded);
            answer.resets_at = Some(resets_at);
        }
    }
    if taken.warnings.is_empty() {
        return;
    }
    let warnings = taken.warnings.into_iter();
    ctx.gate().journal.warn(warnings.map(|warning| Warning {
        organization_id: organization.id,
        key_id: warning.is_of_key.then_some(key.id),
        month,
        percent: warning.percent,
        limit: warning.limit,
    }));
}

/// Puts the call into the journal. Waited for is what costs something.
fn write_down(
    ctx: &Ctx,
    found: &Found,
    asked: &ValidVerify,
    now: Timestamp,
    verdict: Verdict,
) -> Option<Ticket> {
    let Found {
        hash,
        key,
        organization,
    } = found;
    let is_valid = verdict == Verdict::Valid;
    let minute = Interval::Minute.begin(now).0 / 60_000;
    let charge = Charge {
        key_id: key.id.0,
        organization_id: organization.id.0,
        minute,
        verdict: verdict.number(),
        requests: 1,
        units: if is_valid { asked.cost } else { 0 },
        uses: Vec::from_iter((is_valid && key.is_first_in(minute)).then(|| Use {
            hash: *hash,
            ip: asked.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        })),
    };
    let units = charge.units;
    let ticket = ctx.gate().journal.write(ctx, charge, || Refund {
        key: Arc::clone(key),
        organization: Arc::clone(organization),
        month: now.month(),
        units,
    });
    (units > 0).then_some(ticket)
}

/// A new secret is good from now on.
pub(crate) fn learn(ctx: &Ctx, hash: &KeyHash) {
    ctx.gate().table.learn(&[hash]);
}

/// What is kept of these secrets is out of date.
pub(crate) fn forget(ctx: &Ctx, hashes: &[Vec<u8>]) {
    ctx.gate().table.forget(hashes);
}

/// What is kept of an organization is out of date.
pub(crate) fn forget_organization(ctx: &Ctx, id: OrganizationId) {
    ctx.gate().table.forget_organization(id);
}

/// Refuses callers that no key of an organization stands for.
pub(crate) fn require_key_of(actor: &Actor, id: OrganizationId) -> Result<&KeyCaller> {
    match actor {
        Actor::Key(key) if key.organization_id == id => Ok(key),
        Actor::Key(_) => Err(Code::NotFound.into()),
        _ => Err(Code::Unauthenticated.into()),
    }
}
