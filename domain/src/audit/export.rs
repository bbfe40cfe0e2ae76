//! A log is taken away, whole or in part.

use contract::{
    Permission,
    page::{End, PageRequest},
};
use serde_json::json;

use super::{
    Event, Subject,
    entries::Entry,
    filter::{AuditFilter, ListAudit},
    queries, record,
};
use crate::{Actor, Ctx, InOrg, error::Result, throttles::Rate};

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
    viewer: InOrg,
    input: ListAudit,
    is_done: bool,
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
    // What is written down from here on, this copy first, is not in it.
    let to = filter.to.map_or(ctx.now(), |to| to.min(ctx.now()));
    let tx = ctx.begin().await?;
    let who = viewer.key().map_or_else(
        || viewer.user_id().to_string(),
        |key| key.key_id.to_string(),
    );
    BY_PERSON.take(&tx, ctx.now(), &who).await?;
    record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    let filter = AuditFilter {
        to: Some(to),
        ..filter
    };
    let is_done = filter.from.is_some_and(|from| from >= to);
    let page = PageRequest {
        size: Some(AT_ONCE),
        end: Some(End::First),
        ..PageRequest::default()
    };
    Ok(Export {
        ctx: ctx.clone(),
        viewer,
        input: ListAudit { filter, page },
        is_done,
    })
}

impl Export {
    /// The next entries; none at the end.
    pub async fn next(&mut self) -> Result<Vec<Entry>> {
        if self.is_done {
            return Ok(Vec::new());
        }
        let page = queries::page(&self.ctx, &self.viewer, &self.input).await?;
        self.input.page.after = page.next().map(ToOwned::to_owned);
        self.is_done = self.input.page.after.is_none();
        Ok(page.items.into_iter().map(|(_, entry)| entry).collect())
    }
}
