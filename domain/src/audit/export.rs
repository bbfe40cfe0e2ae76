//! A log is taken away, whole or in part.

use contract::{OrganizationId, Permission, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::{
    Event, Subject,
    entries::{self, Entry},
    everywhere::within,
    filter::{AuditFilter, ValidFilter},
    record,
    store::{self, Within},
};
use crate::{Actor, Ctx, InOrg, admin, error::Result, throttles::Rate};

/// Entries that are read at once.
const AT_ONCE: u64 = 250;

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
    filter: ValidFilter,
    /// The last one that was read.
    last: Option<Uuid>,
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
    let valid = filter.validate()?;
    let event = Event::new("audit.exported", Subject::Organization(viewer.id()))
        .with(json!({ "format": format.as_str(), "filter": filter.told() }));
    let who = viewer.key().map_or_else(
        || viewer.user_id().to_string(),
        |key| key.key_id.to_string(),
    );
    let begun = begin(ctx, actor, &who, event).await?;
    let of = Of::Organization(Box::new(viewer));
    Ok(Export::of(ctx, of, valid, begun))
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
    let valid = filter.validate()?;
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
    Ok(Export::of(ctx, of, valid, begun))
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
    fn of(ctx: &Ctx, of: Of, filter: ValidFilter, begun: Timestamp) -> Self {
        // What is written down from here on, this copy first, is not in it.
        let to = filter.to.map_or(begun, |to| to.min(begun));
        let is_done = filter.from.is_some_and(|from| from >= to);
        let filter = ValidFilter {
            to: Some(to),
            ..filter
        };
        Self {
            ctx: ctx.clone(),
            of,
            filter,
            last: None,
            is_done,
        }
    }

    /// The next entries; none at the end. Refused: who may not read the log any more.
    pub async fn next(&mut self) -> Result<Vec<Entry>> {
        if self.is_done {
            return Ok(Vec::new());
        }
        let within = self.within().await?;
        let db = self.ctx.read();
        let rows = store::older(db, within, &self.filter, self.last, AT_ONCE).await?;
        self.is_done = (rows.len() as u64) < AT_ONCE;
        let mut found = entries::entries(db, rows).await?;
        self.last = found.last().map(|entry| entry.id.0);
        if matches!(self.of, Of::Organization(_)) {
            found = found
                .into_iter()
                .map(Entry::without_place_of_staff)
                .collect();
        }
        Ok(found)
    }

    async fn within(&self) -> Result<Within> {
        match &self.of {
            Of::Organization(viewer) => {
                viewer.require(Permission::ReadAudit)?;
                Ok(Within::Organization(viewer.id()))
            }
            Of::All(actor, organization) => {
                admin::look(&self.ctx, actor).await?;
                Ok(within(*organization))
            }
        }
    }
}
