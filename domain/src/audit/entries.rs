//! Entries as they are read: with the names of whom they tell.

use contract::{
    ApiKeyId, AuditEventId, InvitationId, MembershipId, OrganizationId, Timestamp, UserId,
};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use uuid::Uuid;

use super::{
    sentences::{Sentence, Told, sentence},
    store::{self, Names, Row, Unnamed},
};
use crate::error::Result;

/// Who or what stands in an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    User(UserId),
    ApiKey(ApiKeyId),
    Invitation(InvitationId),
    Organization(OrganizationId),
    Installation,
    /// Somebody with a shell on the server, or a job of the process.
    Operator,
    /// A program of the operator's.
    Service,
    /// Somebody who was not signed in.
    Anonymous,
}

impl Party {
    fn of(kind: &str, id: Option<Uuid>) -> Self {
        match (kind, id) {
            ("user", Some(id)) => Self::User(UserId(id)),
            ("api_key", Some(id)) => Self::ApiKey(ApiKeyId(id)),
            ("invitation", Some(id)) => Self::Invitation(InvitationId(id)),
            ("organization", Some(id)) => Self::Organization(OrganizationId(id)),
            ("installation", _) => Self::Installation,
            ("operator", _) => Self::Operator,
            ("service", _) => Self::Service,
            _ => Self::Anonymous,
        }
    }

    /// As the log names the kind.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::ApiKey(_) => "api_key",
            Self::Invitation(_) => "invitation",
            Self::Organization(_) => "organization",
            Self::Installation => "installation",
            Self::Operator => "operator",
            Self::Service => "service",
            Self::Anonymous => "anonymous",
        }
    }

    /// The printed id, of whoever has one.
    pub fn id(self) -> Option<String> {
        match self {
            Self::User(id) => Some(id.to_string()),
            Self::ApiKey(id) => Some(id.to_string()),
            Self::Invitation(id) => Some(id.to_string()),
            Self::Organization(id) => Some(id.to_string()),
            Self::Installation | Self::Operator | Self::Service | Self::Anonymous => None,
        }
    }

    /// What a filter asks for to find it.
    pub fn filter(self) -> String {
        self.id().unwrap_or_else(|| self.kind().to_owned())
    }
}

/// Somebody or something with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub party: Party,
    /// Also where nobody is there any more: then it says so.
    pub name: String,
    /// It is there still.
    pub is_there: bool,
    /// The id of a person's picture.
    pub picture: Option<String>,
    /// In the organization of the log.
    pub membership: Option<MembershipId>,
}

/// One line of a log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: AuditEventId,
    pub at: Timestamp,
    pub organization_id: Option<OrganizationId>,
    /// In which organization; `None` for what belongs to none.
    pub organization: Option<Named>,
    pub actor: Named,
    /// Staff who acted as the actor.
    pub impersonator: Option<Named>,
    /// Through which face: `page`, `graphql`, `rest`, `command_line` or `system`.
    pub face: String,
    pub action: String,
    pub subject: Named,
    /// What was done, to be read after the actor's name.
    pub sentence: Sentence,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub ip: Option<String>,
    pub trace_id: String,
    /// Its place in the organization's chain, from 1; `None` for what stands in none.
    pub seq: Option<i64>,
    /// A part of it went when a person was erased.
    pub is_erased: bool,
}

/// Resolves who is told of; the number of statements does not depend on how many entries there are.
pub(super) async fn entries(db: &impl ConnectionTrait, rows: Vec<Row>) -> Result<Vec<Entry>> {
    let mut unnamed = Unnamed::default();
    for row in &rows {
        ask(&mut unnamed, Party::of(&row.actor_kind, row.actor_id));
        if let Some(by) = impersonator(row) {
            ask(&mut unnamed, by);
        }
        ask(
            &mut unnamed,
            Party::of(&row.subject_kind, Some(row.subject_id)),
        );
        unnamed.of.extend(row.organization_id);
        unnamed.organizations.extend(row.organization_id);
        unnamed
            .users
            .extend(told_people(row).into_iter().map(|id| id.0));
    }
    let names = store::names(db, unnamed).await?;
    Ok(rows.into_iter().map(|row| entry(row, &names)).collect())
}

/// Resolves who is told of beside entries.
pub(super) async fn named(
    db: &impl ConnectionTrait,
    parties: impl Iterator<Item = (String, Option<Uuid>)>,
) -> Result<Vec<Named>> {
    let parties: Vec<Party> = parties.map(|(kind, id)| Party::of(&kind, id)).collect();
    let mut unnamed = Unnamed::default();
    for party in &parties {
        ask(&mut unnamed, *party);
    }
    let names = store::names(db, unnamed).await?;
    let named = parties.into_iter().map(|party| actor(party, &names));
    Ok(named.collect())
}

fn ask(unnamed: &mut Unnamed, party: Party) {
    match party {
        Party::User(id) => unnamed.users.insert(id.0),
        Party::ApiKey(id) => unnamed.keys.insert(id.0),
        Party::Invitation(id) => unnamed.invitations.insert(id.0),
        Party::Organization(id) => unnamed.organizations.insert(id.0),
        Party::Installation | Party::Operator | Party::Service | Party::Anonymous => false,
    };
}

/// People whom an entry tells of by their ids.
fn told_people(row: &Row) -> Vec<UserId> {
    let sides = [&row.before, &row.after].into_iter().flatten();
    sides
        .flat_map(|side| ["owner", "impersonator"].map(|name| side.get(name)))
        .filter_map(|id| id?.as_str()?.parse().ok())
        .collect()
}

fn impersonator(row: &Row) -> Option<Party> {
    row.impersonator_id.map(|id| Party::User(UserId(id)))
}

fn entry(row: Row, names: &Names) -> Entry {
    let mut who = actor(Party::of(&row.actor_kind, row.actor_id), names);
    who.membership = membership(names, row.organization_id, who.party);
    let by = impersonator(&row).map(|party| actor(party, names));
    let mut what = subject(&row, names);
    what.membership = membership(names, row.organization_id, what.party);
    let name_of = |id: &str| {
        let id: UserId = id.parse().ok()?;
        Some(names.users.get(&id.0)?.0.clone())
    };
    let told = Told {
        subject: &what.name,
        before: row.before.as_ref(),
        after: row.after.as_ref(),
        name: &name_of,
    };
    let sentence = sentence(&row.action, &told);
    Entry {
        id: AuditEventId(row.id),
        at: Timestamp(row.at),
        organization_id: row.organization_id.map(OrganizationId),
        organization: row
            .organization_id
            .map(|id| actor(Party::Organization(OrganizationId(id)), names)),
        actor: who,
        impersonator: by,
        face: row.face,
        action: row.action,
        sentence,
        subject: what,
        before: row.before,
        after: row.after,
        ip: row.ip,
        trace_id: row.trace_id,
        seq: row.seq,
        is_erased: row.is_erased,
    }
}

fn membership(names: &Names, organization: Option<Uuid>, party: Party) -> Option<MembershipId> {
    let Party::User(user) = party else {
        return None;
    };
    names.members.get(&(organization?, user.0)).copied()
}

const GONE: &str = "a deleted user";

/// Who has acted, or what is asked for, as the beginning of a line.
fn actor(party: Party, names: &Names) -> Named {
    let (found, otherwise) = match party {
        Party::User(id) => {
            let found = names.users.get(&id.0).cloned();
            (found, "A deleted user")
        }
        Party::ApiKey(id) => {
            let found = names.keys.get(&id.0);
            let told = found.map(|(name, ends)| (format!("API key {name} ({ends})"), None));
            (told, "A deleted API key")
        }
        Party::Invitation(id) => {
            let found = names.invitations.get(&id.0);
            (found.map(|name| plain(name)), "A deleted invitation")
        }
        Party::Organization(id) => {
            let found = names.organizations.get(&id.0);
            (found.map(|name| plain(name)), "A deleted organization")
        }
        Party::Installation => (None, "The installation"),
        Party::Operator => (None, "Operator"),
        Party::Service => (None, "A program of the operator"),
        Party::Anonymous => (None, "Somebody who was not signed in"),
    };
    named_as(party, found, otherwise)
}

/// A name without a picture.
fn plain(name: &str) -> (String, Option<String>) {
    (name.to_owned(), None)
}

/// On whom or what, as a part of a sentence.
fn subject(row: &Row, names: &Names) -> Named {
    let party = Party::of(&row.subject_kind, Some(row.subject_id));
    let told = |name: &str| -> Option<String> {
        let side = row.after.as_ref().or(row.before.as_ref())?;
        Some(side.get(name)?.as_str()?.to_owned())
    };
    match party {
        Party::User(id) => named_as(party, names.users.get(&id.0).cloned(), GONE),
        Party::ApiKey(id) => {
            let found = names.keys.get(&id.0).map(|(name, _)| (name.clone(), None));
            let former = told("name").unwrap_or_else(|| "that no longer exists".to_owned());
            named_as(party, found, &former)
        }
        Party::Invitation(id) => {
            let found = names.invitations.get(&id.0).map(|name| plain(name));
            let former = told("email").unwrap_or_else(|| GONE.to_owned());
            named_as(party, found, &former)
        }
        Party::Organization(id) => {
            let found = names.organizations.get(&id.0).map(|name| plain(name));
            let former = told("name").or_else(|| told("slug"));
            let former = former.unwrap_or_else(|| "that no longer exists".to_owned());
            named_as(party, found, &former)
        }
        _ => named_as(party, None, "the installation"),
    }
}

fn named_as(party: Party, found: Option<(String, Option<String>)>, otherwise: &str) -> Named {
    let is_there = found.is_some();
    let (name, picture) = found.unwrap_or_else(|| (otherwise.to_owned(), None));
    Named {
        party,
        name,
        is_there,
        picture,
        membership: None,
    }
}
