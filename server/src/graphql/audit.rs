//! What the audit log is in the schema.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, SimpleObject};
use contract::AuditEventId;
use domain::audit::{self, AuditFilter, Entry, Named, Party};
use serde_json::Value;

use super::{
    acting::Acting,
    errors::Field,
    organizations::Organization,
    scalars::{DateTime, Json, SafeInt},
};

/// The kind of somebody or something that an entry of the audit log names.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(super) enum AuditPartyKind {
    /// A person; the id begins with `usr_`.
    User,
    /// A key; the id begins with `key_`.
    ApiKey,
    /// An invitation; the id begins with `inv_`.
    Invitation,
    /// The organization itself; the id begins with `org_`.
    Organization,
    /// The installation.
    Installation,
    /// Whoever runs the installation, or a job of it.
    Operator,
    /// A program of whoever runs the installation.
    Service,
    /// Somebody who was not signed in, such as whoever opens the link of an e-mail.
    Anonymous,
}

impl From<Party> for AuditPartyKind {
    fn from(party: Party) -> Self {
        match party {
            Party::User(_) => Self::User,
            Party::ApiKey(_) => Self::ApiKey,
            Party::Invitation(_) => Self::Invitation,
            Party::Organization(_) => Self::Organization,
            Party::Installation => Self::Installation,
            Party::Operator => Self::Operator,
            Party::Service => Self::Service,
            Party::Anonymous => Self::Anonymous,
        }
    }
}

/// Through which interface something was done.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(super) enum AuditFace {
    /// A page in a browser.
    Page,
    /// This API.
    Graphql,
    /// The endpoints below `/v1`.
    Rest,
    /// A command on the server.
    CommandLine,
    /// A job of the installation itself.
    System,
}

fn face(text: &str) -> AuditFace {
    match text {
        "page" => AuditFace::Page,
        "graphql" => AuditFace::Graphql,
        "rest" => AuditFace::Rest,
        "command_line" => AuditFace::CommandLine,
        _ => AuditFace::System,
    }
}

/// Somebody or something that an entry of the audit log names.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct AuditParty {
    /// Which kind.
    kind: AuditPartyKind,
    /// Its id; null for kinds that have none. It stays after its owner was erased, and then means nobody.
    id: Option<ID>,
    /// Its current name, or that it no longer exists.
    name: String,
    /// Whether it still exists.
    is_there: bool,
}

impl From<&Named> for AuditParty {
    fn from(named: &Named) -> Self {
        Self {
            kind: named.party.into(),
            id: named.party.id().map(ID),
            name: named.name.clone(),
            is_there: named.is_there,
        }
    }
}

/// One change in an organization, as recorded in the audit log. Readable by admins and owners, and by keys with `audit:read`; to
/// everybody else it does not exist.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct AuditEvent {
    /// Begins with `aud_`, and never changes.
    pub(super) id: ID,
    /// When it happened.
    at: DateTime,
    /// What was done, like `member.role_changed`. Programs can rely on it; it is never renamed.
    action: String,
    /// What was done, in words that follow the name of the actor. The words may change.
    sentence: String,
    /// Who did it.
    actor: AuditParty,
    /// Staff who acted as the actor; null if it was the actor.
    impersonator: Option<AuditParty>,
    /// On whom or what.
    subject: AuditParty,
    /// Through which interface.
    face: AuditFace,
    /// What was there before, as far as it changed; its shape depends on the action.
    before: Option<Json>,
    /// What was there afterwards.
    after: Option<Json>,
    /// From which IP address, if one is known; null if staff acted.
    ip: Option<String>,
    /// Ties the entry to the answer and to the logs of the server.
    trace_id: String,
    /// Its position in the chain of the organization, from 1; null for entries from before there was a chain.
    seq: Option<SafeInt>,
    /// Whether a part of it was removed because a person was erased.
    is_erased: bool,
    #[graphql(skip)]
    place: Organization,
}

#[ComplexObject]
impl AuditEvent {
    /// In which organization.
    async fn organization(&self) -> &Organization {
        &self.place
    }
}

impl AuditEvent {
    pub(super) fn of(organization: &Organization, entry: &Entry) -> Self {
        let told = |value: &Option<Value>| {
            let value = value.clone().filter(|value| !value.is_null());
            value.map(Json)
        };
        Self {
            id: entry.id.to_string().into(),
            at: entry.at.into(),
            action: entry.action.clone(),
            sentence: entry.sentence.to_string(),
            actor: (&entry.actor).into(),
            impersonator: entry.impersonator.as_ref().map(AuditParty::from),
            subject: (&entry.subject).into(),
            face: face(&entry.face),
            before: told(&entry.before),
            after: told(&entry.after),
            ip: entry.ip.clone(),
            trace_id: entry.trace_id.clone(),
            seq: entry.seq.map(SafeInt),
            is_erased: entry.is_erased,
            place: organization.clone(),
        }
    }
}

/// Which entries of the audit log to return. What is left out does not filter.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct AuditEventFilter {
    /// Who acted: the id of a person or a key, or `operator`, `service` or `anonymous`.
    actor: Option<String>,
    /// What was done, like `member.removed`; with a dot at the end, like `invitation.`, everything in that area.
    action: Option<String>,
    /// On what: the id of a person, a key, an invitation or the organization, or one of these kinds: `user`, `api_key`,
    /// `invitation`, `organization`.
    subject: Option<String>,
    /// The first moment.
    from: Option<DateTime>,
    /// The first moment that is no longer included.
    to: Option<DateTime>,
}

impl From<AuditEventFilter> for AuditFilter {
    fn from(asked: AuditEventFilter) -> Self {
        Self {
            actor: asked.actor.unwrap_or_default(),
            action: asked.action.unwrap_or_default(),
            subject: asked.subject.unwrap_or_default(),
            from: asked.from.map(|at| at.0),
            to: asked.to.map(|at| at.0),
        }
    }
}

/// The entry of an id.
pub(super) async fn find(context: &Context<'_>, id: AuditEventId) -> Field<AuditEvent> {
    let acting = Acting::of(context);
    let found = audit::get(acting.ctx(), &acting.actor(), id).await;
    acting.seen(found.map(|(viewer, entry)| AuditEvent::of(&viewer.into(), &entry)))
}
