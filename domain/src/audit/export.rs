//! A log is taken away, whole or in part.

use contract::{
    OrganizationId, Permission, Timestamp,
    page::{End, PageRequest},
};
use serde_json::json;

use super::{
    Event, Subject,
    entries::Entry,
    everywhere::page_all,
    filter::{AuditFilter, ListAudit},
    queries, record,
};
use crate::{Actor, Ctx, InOrg, admin, error::Result, throttles::Rate};

/// Entries that are read at once.
const AT_ONCE: i64 = 100;

/// Copies by one person: 30, then one each minute.
const BY_PERSON: Rate = Rate {
    name: "audit_export",
    burst: 30,
    period_seconds: 60,
};

/// What a copy looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Csv,
    JsonLines,
}

impl ExportFormat {
    /// The name of a file ends so.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::JsonLines => "JSON Lines",
        }
    }
}

/// A copy that is being read, newest first. Between two steps it holds nothing of the database.
#[derive(Debug)]
pub struct Export {
    ctx: Ctx,
    of: Of,
    input: ListAudit,
    is_done: bool,
}

/// Whose log is copied, and for whom.
#[derive(Debug)]
enum Of {
    Organization(Box<InOrg>),
    /// Of one organization, or of all and of what belongs to none; for operators.
    All(Actor, Option<OrganizationId>),
}

/// Begins a copy of exactly what a filter lets through, as it is now, and writes down that it was taken. Refused: who may not
/// read the log, a malformed filter, `RATE_LIMITED`.
pub async fn export(
    ctx: &Ctx,
    actor: &Actor,
    viewer: InOrg,
    filter: AuditFilter,
    format: ExportFormat,
) -> Result<Export> {
    viewer.require(Permission::ReadAudit)?;
    filter.validate()?;
    let event = Event::new("audit.exported", Subject::Organization(viewer.id()))
        .with(json!({ "format": format.as_str(), "filter": filter.told() }));
    let who = viewer.key().map_or_else(
        || viewer.user_id().to_string(),
        |key| key.key_id.to_string(),
    );
    let begun = begin(ctx, actor, &who, event).await?;
    let of = Of::Organization(Box::new(viewer));
    Ok(Export::of(ctx, of, filter, begun))
}

/// The same over all organizations and what belongs to none, or over one; for operators. The entry stands in the
/// installation's log alone.
pub async fn export_all(
    ctx: &Ctx,
    actor: &Actor,
    organization: Option<OrganizationId>,
    filter: AuditFilter,
    format: ExportFormat,
) -> Result<Export> {
    admin::look(ctx, actor).await?;
    filter.validate()?;
    let mut told = filter.told();
    if let Some(id) = organization {
        told["organization"] = id.to_string().into();
    }
    let event = Event::new("audit.exported", Subject::Installation)
        .with(json!({ "format": format.as_str(), "filter": told }));
    let who = match actor {
        Actor::User(user) => user.user_id.to_string(),
        _ => "operator".to_owned(),
    };
    let begun = begin(ctx, actor, &who, event).await?;
    let of = Of::All(actor.clone(), organization);
    Ok(Export::of(ctx, of, filter, begun))
}

/// Writes a copy down; gives the moment that it is of.
async fn begin(ctx: &Ctx, actor: &Actor, who: &str, event: Event) -> Result<Timestamp> {
    let now = ctx.now();
    let tx = ctx.begin().await?;
    BY_PERSON.take(&tx, now, who).await?;
    record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(now)
}

impl Export {
    fn of(ctx: &Ctx, of: Of, filter: AuditFilter, begun: Timestamp) -> Self {
        // What is written down from here on, this copy first, is not in it.
        let to = filter.to.map_or(begun, |to| to.min(begun));
        let is_done = filter.from.is_some_and(|from| from >= to);
        let filter = AuditFilter {
            to: Some(to),
            ..filter
        };
        let page = PageRequest {
            size: Some(AT_ONCE),
            end: Some(End::First),
            ..PageRequest::default()
        };
        Self {
            ctx: ctx.clone(),
            of,
            input: ListAudit { filter, page },
            is_done,
        }
    }

    /// The next entries; none at the end.
    pub async fn next(&mut self) -> Result<Vec<Entry>> {
        if self.is_done {
            return Ok(Vec::new());
        }
        let (ctx, input) = (&self.ctx, &self.input);
        let page = match &self.of {
            Of::Organization(viewer) => queries::page(ctx, viewer, input).await?,
            Of::All(actor, organization) => page_all(ctx, actor, *organization, input).await?,
        };
        self.input.page.after = page.next().map(ToOwned::to_owned);
        self.is_done = self.input.page.after.is_none();
        Ok(page.items.into_iter().map(|(_, entry)| entry).collect())
    }
}
