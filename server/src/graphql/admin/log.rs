//! The audit log about one person or organization, and of everything, in the schema.

use async_graphql::{Context, Enum, ID, SimpleObject};
use contract::page::PageRequest;
use domain::{
    admin::{self, log::Subject},
    audit::{self, AuditFilter, Entry, ListAudit, Named, Party},
};
use serde_json::Value;

use super::StaffList;
use crate::graphql::{
    acting::Acting,
    audit::{AuditEventFilter, AuditParty},
    connection::{Listed, Total, listed},
    errors::Field,
    scalars::DateTime,
};

/// Who did something.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(super) enum ActorKind {
    /// Somebody who was not signed in, such as whoever had the link of an e-mail.
    Anonymous,
    /// A person.
    User,
    /// A program with a key of an organization.
    ApiKey,
    /// A program of the operator.
    Service,
    /// Somebody with a shell on the server, or a job of the process.
    Operator,
}

impl From<Party> for ActorKind {
    fn from(party: Party) -> Self {
        match party {
            Party::User(_) => Self::User,
            Party::ApiKey(_) => Self::ApiKey,
            Party::Service => Self::Service,
            Party::Operator => Self::Operator,
            Party::Anonymous
            | Party::Invitation(_)
            | Party::Organization(_)
            | Party::Installation => Self::Anonymous,
        }
    }
}

/// One line of the audit log, as staff read it.
#[derive(Debug, SimpleObject)]
pub(super) struct AdminLogEntry {
    /// Begins with `aud_`, and never changes.
    id: ID,
    /// When it was done.
    at: DateTime,
    /// Who did it.
    actor_kind: ActorKind,
    /// The id of the person or key.
    actor_id: Option<ID>,
    /// The person's name; null for others, and for whoever was erased.
    actor_name: Option<String>,
    /// The id of staff who acted as the person; null if it was the person.
    impersonator_id: Option<ID>,
    /// Their name; null for whoever was erased, too.
    impersonator_name: Option<String>,
    /// Through what: `page`, `graphql`, `rest`, `command_line` or `system`.
    face: String,
    /// What was done, like `user.suspended`. These names never change.
    action: String,
    /// What was done, in words that follow the name of the actor. The words may change.
    sentence: String,
    /// On whom or what.
    subject: AuditParty,
    /// In which organization; null for what belongs to none.
    organization: Option<AuditParty>,
    /// The reason, if one was asked for.
    reason: Option<String>,
    /// What was there before, as JSON text.
    before: Option<String>,
    /// What is there now, and what else is recorded, as JSON text.
    after: Option<String>,
    /// The IP address that it came from.
    ip_address: Option<String>,
    /// Ties it to the log of the process.
    trace_id: String,
}

impl From<&Entry> for AdminLogEntry {
    fn from(entry: &Entry) -> Self {
        let actor: &Named = &entry.actor;
        let is_known_person = matches!(actor.party, Party::User(_)) && actor.is_there;
        let json = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let reason = entry
            .after
            .as_ref()
            .and_then(|after| after["reason"].as_str());
        let reason = reason.filter(|reason| !reason.is_empty());
        Self {
            id: entry.id.to_string().into(),
            at: entry.at.into(),
            actor_kind: actor.party.into(),
            actor_id: actor.party.id().map(ID),
            actor_name: is_known_person.then(|| actor.name.clone()),
            impersonator_id: entry
                .impersonator
                .as_ref()
                .and_then(|by| by.party.id())
                .map(ID),
            impersonator_name: entry
                .impersonator
                .as_ref()
                .filter(|by| by.is_there)
                .map(|by| by.name.clone()),
            face: entry.face.clone(),
            action: entry.action.clone(),
            sentence: entry.sentence.to_string(),
            subject: (&entry.subject).into(),
            organization: entry.organization.as_ref().map(AuditParty::from),
            reason: reason.map(ToOwned::to_owned),
            before: json(&entry.before),
            after: json(&entry.after),
            ip_address: entry.ip.clone(),
            trace_id: entry.trace_id.clone(),
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

/// A page of the log of everything.
pub(super) async fn page_of_all(
    context: &Context<'_>,
    organization: Option<String>,
    filter: Option<AuditEventFilter>,
    request: domain::Result<PageRequest>,
) -> Field<Listed<AdminLogEntry>> {
    let acting = Acting::of(context);
    let (ctx, actor) = (acting.ctx(), acting.actor());
    let read = async {
        let page = request?;
        let filter = AuditFilter::from(filter.unwrap_or_default());
        let organization = organization.unwrap_or_default();
        let (within, filter) = audit::settle(ctx, &actor, &organization, filter).await?;
        let input = ListAudit { filter, page };
        let found = audit::page_all(ctx, &actor, within, &input).await?;
        Ok::<_, domain::Error>((found, StaffList::Audit(within, input.filter)))
    };
    let read = read.await.map_err(|error| acting.error(&error));
    Some(read.map(|(page, list)| listed(&page, Total::Staff(list), AdminLogEntry::from)))
}
