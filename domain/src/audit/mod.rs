//! The audit log: every change of state by whom, through which face, on what, before and after.
//!
//! Recorded in the transaction of the change, so neither stands without the other. Action names are dotted and in the past
//! tense (`user.password_changed`) and never renamed; each has a sentence (`sentences`). The entries of an organization are a
//! chain (`chain`), which is checked by [`verify()`].

mod chain;
mod entries;
mod everywhere;
mod export;
mod filter;
mod places;
mod queries;
mod sentences;
mod store;
mod verify;

use contract::{ApiKeyId, InvitationId, OrganizationId, UserId};
use serde_json::Value;

use crate::{Actor, Ctx, context::Tx, error::Result, spans};

pub use entries::{Entry, Named, Party};
pub use everywhere::{WantedNames, count_all, page_all, settle, wanted_all};
pub use export::{Export, ExportFormat, export, export_all};
pub use filter::{AuditFilter, ListAudit, days};
pub use queries::{actors, count, count_many, first_pages, get, page, wanted};
pub use sentences::{Sentence, known_actions};
pub use store::{Line, of_subject};
pub use verify::{Chain, Head, verify};

pub(crate) use chain::ChainKeys;
pub(crate) use store::{Draft, was_anybody_made_staff};

/// What was changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    User(UserId),
    Organization(OrganizationId),
    Invitation(InvitationId),
    ApiKey(ApiKeyId),
    /// The installation itself, such as its queue of mail.
    Installation,
}

/// One change, as the use case describes it. `before` and `after` hold what changed and no secrets.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) action: &'static str,
    pub(crate) subject: Subject,
    /// Whose log it belongs to, beside the installation's.
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

impl Event {
    pub(crate) fn new(action: &'static str, subject: Subject) -> Self {
        Self {
            action,
            subject,
            organization: match subject {
                Subject::Organization(id) => Some(id),
                Subject::User(_)
                | Subject::Invitation(_)
                | Subject::ApiKey(_)
                | Subject::Installation => None,
            },
            before: None,
            after: None,
        }
    }

    #[must_use]
    pub(crate) fn within(mut self, organization: OrganizationId) -> Self {
        self.organization = Some(organization);
        self
    }

    #[must_use]
    pub(crate) fn changing(mut self, before: Value, after: Value) -> Self {
        (self.before, self.after) = (Some(before), Some(after));
        self
    }

    #[must_use]
    pub(crate) fn with(mut self, after: Value) -> Self {
        self.after = Some(after);
        self
    }
}

/// Writes down a change. In the log of an organization it gets its place when the transaction commits.
pub(crate) async fn record(tx: &Tx, ctx: &Ctx, actor: &Actor, event: Event) -> Result<()> {
    spans::note(event.action);
    let is_chained = event.organization.is_some();
    let draft = store::draft(ctx, actor, event);
    if is_chained {
        tx.will_log(draft);
        return Ok(());
    }
    store::insert(tx, draft).await
}

/// Begins the logs of organizations that are new in this transaction, each with its making.
pub(crate) async fn begin_logs(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    makings: Vec<Event>,
) -> Result<()> {
    let drafts = makings
        .into_iter()
        .map(|event| store::draft(ctx, actor, event));
    store::begin(tx, ctx, drafts.collect()).await
}

/// Writes down the last change of an organization, which has no chain any more.
pub(crate) async fn record_last(tx: &Tx, ctx: &Ctx, actor: &Actor, event: Event) -> Result<()> {
    spans::note(event.action);
    store::insert(tx, store::draft(ctx, actor, event)).await
}

/// Gives the entries of a transaction that is about to commit their places.
pub(crate) async fn append(tx: &Tx, ctx: &Ctx, drafts: Vec<Draft>) -> Result<()> {
    store::append(tx, ctx, drafts).await
}

/// How many entries of chains can be checked only as long as `former_secret_keys` are there.
pub(crate) async fn count_of_former_key(ctx: &Ctx) -> Result<u64> {
    store::count_under(ctx.read(), ChainKeys::former_names(ctx.settings())).await
}

/// Takes some entries of an organization that is purged out of their chain; gives how many. They stay for operators, as the
/// trail of what was done; nothing binds them any more.
pub(crate) async fn unchain_some(tx: &Tx, id: OrganizationId, most: u64) -> Result<u64> {
    store::unchain_some(tx, id, most).await
}

/// Ends the chain of an organization that is purged.
pub(crate) async fn end_chain(tx: &Tx, id: OrganizationId) -> Result<()> {
    store::delete_head(tx, id).await
}
