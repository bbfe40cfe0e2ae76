//! The audit log about one person or organization, in the schema.

use async_graphql::{Context, Enum, ID, SimpleObject};
use contract::{admin::LogRow, page::PageRequest};
use domain::admin::{self, log::Subject};

use super::StaffList;
use crate::graphql::{
    acting::Acting,
    connection::{Listed, Total, listed},
    errors::Field,
    scalars::DateTime,
};

/// Who did something.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(super) enum ActorKind {
    /// Nobody who was signed in; whoever had the link of a letter.
    Anonymous,
    /// A person.
    User,
    /// A program with a key of an organization.
    ApiKey,
    /// A program of the operator's.
    Service,
    /// Somebody with a shell on the server, or a job of the process.
    Operator,
}

impl ActorKind {
    fn of(text: &str) -> Self {
        match text {
            "user" => Self::User,
            "api_key" => Self::ApiKey,
            "service" => Self::Service,
            "operator" => Self::Operator,
            _ => Self::Anonymous,
        }
    }
}

/// One line of the audit log, as staff read it.
#[derive(Debug, SimpleObject)]
pub(super) struct AdminLogEntry {
    /// When it was done.
    at: DateTime,
    /// Who did it.
    actor_kind: ActorKind,
    /// The id of the person or key.
    actor_id: Option<ID>,
    /// How the person is called; null for others, and for who is gone.
    actor_name: Option<String>,
    /// The id of staff who acted as the person; null where it was the person.
    impersonator_id: Option<ID>,
    /// How they are called; null for who is gone, too.
    impersonator_name: Option<String>,
    /// Through what: `page`, `graphql`, `rest`, `command_line` or `system`.
    face: String,
    /// What was done, like `user.suspended`. Names are not changed.
    action: String,
    /// Why, where that was asked for.
    reason: Option<String>,
    /// What was there before, as JSON text.
    before: Option<String>,
    /// What is there now, and what is told besides, as JSON text.
    after: Option<String>,
    /// The address that it came from.
    ip_address: Option<String>,
    /// What ties it to the log of the process.
    trace_id: String,
}

impl From<&LogRow> for AdminLogEntry {
    fn from(row: &LogRow) -> Self {
        let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            at: row.at.into(),
            actor_kind: ActorKind::of(&row.actor_kind),
            actor_id: row.actor_id.clone().map(ID),
            actor_name: told(&row.actor_name),
            impersonator_id: row.impersonator_id.clone().map(ID),
            impersonator_name: told(&row.impersonator_name),
            face: row.face.clone(),
            action: row.action.clone(),
            reason: told(&row.reason),
            before: row.before.clone(),
            after: row.after.clone(),
            ip_address: row.ip.clone(),
            trace_id: row.trace_id.clone(),
        }
    }
}

/// A page of the entries about a subject.
pub(super) async fn page(
    context: &Context<'_>,
    subject: Subject,
    request: domain::Result<PageRequest>,
) -> Field<Listed<AdminLogEntry>> {
    let acting = Acting::of(context);
    let read = async {
        let request = request?;
        admin::log::page(acting.ctx(), &acting.actor(), subject, &request).await
    };
    let page = read.await.map_err(|error| acting.error(&error));
    let total = Total::Staff(StaffList::Log(subject));
    Some(page.map(|page| listed(&page, total, AdminLogEntry::from)))
}
